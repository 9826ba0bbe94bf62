"""Where a module computes: the same answers and errors in a thread and in a stream.

No test has a GPU: what stands in for CUDA here computes at once and says it is done when it is told to.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from harness_transformers import computing
from harness_transformers.computing import Computer, InStream, InThreads


class Device:
    """What stands in for CUDA: the order of what is asked of it, and a gate in front of every answer."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def stream(self, device: str) -> Device:
        self.told.append(f"stream on {device}")
        return self

    def wait_stream(self, other: str) -> None:
        self.told.append(f"wait for {other}")

    @contextmanager
    def current(self, stream: object) -> Iterator[None]:
        assert stream is self
        self.told.append("enter")
        yield
        self.told.append("leave")

    def event(self, *, enable_timing: bool) -> Event:
        assert enable_timing
        return Event(self)


class Event:
    """An event of the stand-in."""

    def __init__(self, device: Device) -> None:
        self.device = device

    def record(self) -> None:
        self.device.told.append("record")

    def synchronize(self) -> None:
        assert self.device.gate.wait(10)
        self.device.told.append("fetch")

    def elapsed_time(self, other: Event) -> float:
        assert other is not self
        return 250.0


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> Device:
    found, empty = Device(), torch.empty

    def unpinned(*shape: Any, dtype: torch.dtype, pin_memory: bool) -> torch.Tensor:
        assert pin_memory
        return empty(*shape, dtype=dtype)

    monkeypatch.setattr(torch.cuda, "Stream", found.stream)
    monkeypatch.setattr(torch.cuda, "Event", found.event)
    monkeypatch.setattr(torch.cuda, "stream", found.current)
    monkeypatch.setattr(torch.cuda, "default_stream", lambda device: f"the default of {device}")
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda tensor: tensor)
    monkeypatch.setattr(torch, "empty", unpinned)
    return found


MAKERS: list[Callable[[str, str], Computer]] = [InThreads, partial(InThreads, width=2), InStream]


def doubled(batch: computing.Tensors) -> torch.Tensor:
    return batch["x"] * 2


def batch(*values: float) -> computing.Tensors:
    return {"x": torch.tensor([values])}


@pytest.mark.parametrize("make", MAKERS)
def test_answers_come_as_arrays_of_the_host_in_the_order_they_were_asked(
    device: Device, make: Callable[[str, str], Computer]
) -> None:
    computer = make("model", "cpu")
    found = [computer.submit(doubled, batch(at, at)) for at in range(5)]
    assert [each.result().tolist() for each in found] == [[[2 * at, 2 * at]] for at in range(5)]
    assert isinstance(found[0].result(), np.ndarray)
    assert computer.seconds > 0


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError])
def test_an_error_is_that_of_its_batch_alone(
    device: Device, make: Callable[[str, str], Computer], error: type[Exception]
) -> None:
    def failing(_: computing.Tensors) -> torch.Tensor:
        raise error("no more")

    computer = make("model", "cpu")
    found: list[Any] = [computer.submit(call, batch(1)) for call in (doubled, failing, doubled)]
    assert found[0].result().tolist() == found[2].result().tolist() == [[2]]
    with pytest.raises(error, match="no more"):
        found[1].result()


def test_no_graph_is_kept(device: Device) -> None:
    weight = torch.ones(1, requires_grad=True)
    for make in MAKERS:
        assert make("model", "cpu").submit(lambda batch: batch["x"] * weight, batch(3)).result().tolist() == [[3]]


def test_a_stream_gets_the_next_batch_before_the_answers_to_the_last_are_fetched(device: Device) -> None:
    computer = InStream("model", "cpu")
    assert device.told == ["stream on cpu", "wait for the default of cpu"]
    device.told.clear()
    device.gate.clear()
    began = threading.Event()

    def noted(there: computing.Tensors) -> torch.Tensor:
        began.set()
        return doubled(there)

    first, second = computer.submit(doubled, batch(1)), computer.submit(noted, batch(2))
    assert began.wait(10)
    assert not first.done()
    device.gate.set()
    assert [first.result().tolist(), second.result().tolist()] == [[[2]], [[4]]]
    launch = ["enter", "record", "record", "leave"]
    assert device.told[:4] == launch
    assert [each for each in device.told if each != "fetch"] == launch * 2
    assert computer.seconds == 0.5


def test_only_a_gpu_of_nvidia_has_streams_and_only_a_processor_computes_two_at_once(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    assert isinstance(computing.computer("model", "cpu"), InThreads)
    widths = [computing.computer("model", where).width for where in ("cpu", "mps", "cuda:1")]
    assert (widths, computing.computer("model", "cpu", alone=True).width) == ([2, 1, 1], 1)
    assert isinstance(computing.computer("model", "cuda:1"), InStream)
    assert "stream on cuda:1" in device.told


def test_batches_are_computed_side_by_side() -> None:
    together = threading.Barrier(2)

    def meeting(there: computing.Tensors) -> torch.Tensor:
        together.wait(10)
        return doubled(there)

    computer = InThreads("model", "cpu", width=2)
    found = [computer.submit(meeting, batch(1, 2)), computer.submit(meeting, batch(3, 4))]
    assert [each.result().tolist() for each in found] == [[[2, 4]], [[6, 8]]]


def test_threads_share_the_cores_and_others_keep_theirs() -> None:
    cores = torch.get_num_threads()
    seen: list[int] = []
    width = min(2, cores)
    together = threading.Barrier(width)

    def counted(there: computing.Tensors) -> torch.Tensor:
        seen.append(torch.get_num_threads())
        together.wait(10)
        return doubled(there)

    computer = InThreads("model", "cpu", width=width)
    wait([computer.submit(counted, batch(1)) for _ in range(width)])
    other = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    other.start()
    other.join()
    wait([computer.submit(counted, batch(1)) for _ in range(width)])
    assert seen == [*[cores // width] * width, cores, *[cores // width] * width]
    assert torch.get_num_threads() == cores


def test_seconds_side_by_side_count_once() -> None:
    clock = computing.Clock()
    start = time.perf_counter()
    with clock, clock:
        time.sleep(0.05)
        assert 0.05 <= clock.seconds <= time.perf_counter() - start
    spent = time.perf_counter() - start
    time.sleep(0.02)
    assert 0.05 <= clock.seconds <= spent
