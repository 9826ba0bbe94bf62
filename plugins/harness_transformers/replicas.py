"""One model on several devices: batches go to its replicas in turn."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from itertools import cycle
from typing import Any

from harness.models import Encoded
from harness_transformers.batched import TokenModel


class Replicas:
    """The same model on each of several devices; all but `submit` is the first one's.

    Batch k goes to replica k modulo their number, whichever is free, so a run sends the same batches everywhere. The
    budget is that of the device with the smallest.
    """

    def __init__(self, replicas: Sequence[TokenModel]) -> None:
        self.depth, self.width = (sum(each.depth for each in replicas), sum(each.width for each in replicas))
        self.budget = min(each.budget for each in replicas)
        self.overhead = min(*(each.overhead for each in replicas), self.budget)
        self.device = ", ".join(each.device for each in replicas)
        self._replicas = replicas
        self._next = cycle(replicas)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._replicas[0], name)

    @property
    def seconds(self) -> float:
        """Seconds each of them has computed, in the mean: all of a run's where all are kept busy."""
        return sum(each.seconds for each in self._replicas) / len(self._replicas)

    def prepare(self, inputs: Sequence[Any]) -> list[Encoded]:
        """As the first does, whose tokenizer is that of all."""
        return self._replicas[0].prepare(inputs)

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        """The answers to a batch, by the replica whose turn it is."""
        return next(self._next).submit(batch, **options)
