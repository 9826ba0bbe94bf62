"""Computes a module in threads of its own and, on a GPU, in a stream of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Lock
from time import perf_counter
from typing import Any, Protocol, TypeAlias

import torch

from harness.models import Worker

Tensors: TypeAlias = Mapping[str, torch.Tensor]
Compute: TypeAlias = Callable[[Tensors], torch.Tensor]
"""A function from a batch on a device to the module's output."""

THREAD_START_SECONDS = 60.0
"""Seconds until a thread that has not begun is an error."""


class Computer(Protocol):
    """Begins batches in their order; the answers come as an array on the host."""

    width: int
    """The number of batches it computes side by side."""

    @property
    def seconds(self) -> float:
        """Seconds the device has computed."""
        ...

    def submit(self, compute: Compute, batch: Tensors) -> Future[Any]:
        """Compute a batch that is on the host."""
        ...


class InThreads:
    """A processor: so many threads compute a batch each, each on its share of the cores.

    Two threads on a core each took a fifth less time than one on both: the cores need not wait for each other at every
    operation.
    """

    def __init__(self, name: str, device: str, width: int = 1) -> None:
        self.width = width
        self._device = device
        self._clock = Clock()
        cores = torch.get_num_threads()
        ready = Barrier(width + 1)
        self._pool = ThreadPoolExecutor(width, f"model-{name}", initializer=_limit, initargs=(cores // width, ready))
        for _ in range(width):
            self._pool.submit(bool)
        ready.wait(THREAD_START_SECONDS)
        torch.set_num_threads(cores)  # of whatever begins a thread from here on

    @property
    def seconds(self) -> float:
        return self._clock.seconds

    def submit(self, compute: Compute, batch: Tensors) -> Future[Any]:
        return self._pool.submit(self._answers, compute, batch)

    def _answers(self, compute: Compute, batch: Tensors) -> Any:
        with self._clock, torch.inference_mode():
            return computed(compute, batch, self._device).cpu().numpy()


class Here:
    """The thread that asks computes: one batch at a time on all cores, and two models asked in turn share the thread.

    A thread has its own team of workers, so models with a thread each may be placed on the cores unlike each other.
    """

    width = 1

    def __init__(self, device: str) -> None:
        self.seconds = 0.0
        self._device = device

    def submit(self, compute: Compute, batch: Tensors) -> Future[Any]:
        answers: Future[Any] = Future()
        start = perf_counter()
        with torch.inference_mode():
            answers.set_result(computed(compute, batch, self._device).cpu().numpy())
        self.seconds += perf_counter() - start
        return answers


class Clock:
    """Seconds in which at least one thread was inside; use as a context from any."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside, self._began, self._seconds = 0, 0.0, 0.0

    @property
    def seconds(self) -> float:
        with self._lock:
            return self._seconds + (perf_counter() - self._began if self._inside else 0.0)

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._began = perf_counter()
            self._inside += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._seconds += perf_counter() - self._began


class InStream:
    """A GPU, which works off a queue: while it computes a batch, the next is copied there and launched.

    One thread launches, another waits for what was launched first, so neither the launches of a batch nor the
    fetching of its answers leave the device idle. Batches are copied from pinned memory without waiting. See
    "Asynchronous execution" and "CUDA streams" in PyTorch's notes on CUDA semantics.
    """

    width = 1

    def __init__(self, name: str, device: str) -> None:
        self.seconds = 0.0
        self._device = device
        self._launching, self._fetching = Worker(f"{name}-launch"), Worker(f"{name}-fetch")
        self._stream = torch.cuda.Stream(device)
        self._stream.wait_stream(torch.cuda.default_stream(device))  # which may still be copying the weights

    def submit(self, compute: Compute, batch: Tensors) -> Future[Any]:
        pinned = {name: tensor.pin_memory() for name, tensor in batch.items()}
        launched = self._launching.submit(self._launch, compute, pinned)
        return self._fetching.submit(lambda: self._fetch(*launched.result()))

    def _launch(self, compute: Compute, batch: Tensors) -> tuple[torch.Tensor, Any, Any]:
        """The place for the answers, and the events that tell when the batch began and when they are there."""
        begun, done = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        with torch.inference_mode(), torch.cuda.stream(self._stream):
            begun.record()
            answers = computed(compute, batch, self._device)
            host = torch.empty(answers.shape, dtype=answers.dtype, pin_memory=True)
            host.copy_(answers, non_blocking=True)
            done.record()
        return host, begun, done

    def _fetch(self, host: torch.Tensor, begun: Any, done: Any) -> Any:
        done.synchronize()
        self.seconds += begun.elapsed_time(done) / 1000
        return host.numpy()


def computer(name: str, device: str, *, alone: bool = False) -> Computer:
    """The computer of a module on a device; a module that may not be used by two threads is `alone`."""
    if device.startswith("cuda"):
        return InStream(name, device)
    two = device == "cpu" and torch.get_num_threads() > 1 and not alone
    return InThreads(name, device, 2 if two else 1)


def alone(name: str, device: str) -> Computer:
    """The computer of a module that answers one batch at a time, as a single request would be."""
    return InStream(name, device) if device.startswith("cuda") else Here(device)


def computed(compute: Compute, batch: Tensors, device: str) -> torch.Tensor:
    """The output of a module for a batch, on its device."""
    return compute({name: tensor.to(device, non_blocking=True) for name, tensor in batch.items()})


def _limit(cores: int, ready: Barrier) -> None:
    """Have torch use so many cores for what this thread computes, whatever is set elsewhere."""
    torch.set_num_threads(cores)
    torch.get_num_threads()  # the first time a thread asks, it takes over what was set last, by any
    ready.wait(THREAD_START_SECONDS)
