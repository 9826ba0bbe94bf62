"""Where a module computes: in a thread of its own and, on a GPU, in a stream of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, Protocol, TypeAlias

import torch

from harness import Worker

Tensors: TypeAlias = Mapping[str, torch.Tensor]
Compute: TypeAlias = Callable[[Tensors], torch.Tensor]
"""What a module makes of a batch that is on its device."""


class Computer(Protocol):
    """Computes one batch after the other; the answers come as an array on the host."""

    @property
    def seconds(self) -> float:
        """Seconds the device has computed."""
        ...

    def submit(self, compute: Compute, batch: Tensors) -> Future[Any]:
        """Compute a batch that is on the host; raises MemoryError where the device cannot hold it."""
        ...


class InThread:
    """A processor: every batch is computed and fetched before the next begins."""

    def __init__(self, name: str, device: str) -> None:
        self._device = device
        self._worker = Worker(name)

    @property
    def seconds(self) -> float:
        return self._worker.seconds

    def submit(self, compute: Compute, batch: Tensors) -> Future[Any]:
        return self._worker.submit(self._answers, compute, batch)

    def _answers(self, compute: Compute, batch: Tensors) -> Any:
        with torch.inference_mode():
            return computed(compute, batch, self._device).cpu().numpy()


class InStream:
    """A GPU that works off a queue: while it computes a batch, the next is copied there and launched.

    One thread launches, another waits for what was launched first, so neither the launches of a batch nor the
    fetching of its answers leave the device idle. Batches are copied from pinned memory without waiting. See
    "Asynchronous execution" and "CUDA streams" in PyTorch's notes on CUDA semantics.
    """

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


def computer(name: str, device: str) -> Computer:
    """What computes on a device."""
    return InStream(name, device) if device.startswith("cuda") else InThread(name, device)


def computed(compute: Compute, batch: Tensors, device: str) -> torch.Tensor:
    """What a module makes of a batch, on its device; raises MemoryError where there is no room for it."""
    try:
        return compute({name: tensor.to(device, non_blocking=True) for name, tensor in batch.items()})
    except torch.OutOfMemoryError as error:
        raise MemoryError(str(error)) from None
