"""Errands that a part asks of a model of its own: one at a time, in a thread of its own, never from memory.

What must not be answered from memory or beside something else, a measurement or the same question again, is asked so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from harness.engine.adapters import Channel, Encoded
from harness.engine.patience import Worker
from harness.types import Question

ERRAND = "errand"
"""The kind of its questions."""


@dataclass(frozen=True)
class Errand:
    """Something to do; `run` gives the answer, `title` is how messages call it, `rows` its cost."""

    run: Callable[[], Any]
    title: str
    rows: int = 1

    def __repr__(self) -> str:
        return self.title

    def question(self, model: str, times: int = 1) -> Question:
        """The question to the `Errands` of this name, whose answer is a list of `times` times what `run` gives."""
        return Question(ERRAND, (self,) * times, model)


class Errands:
    """The adapter: one for each name in a process, so that nothing it does goes on beside something else of its own."""

    def __init__(self, name: str, fingerprint: str) -> None:
        self.name, self.fingerprint = name, fingerprint
        self._worker = Worker(name)
        self.errand: Channel = _InTurn(self._worker)

    @property
    def seconds(self) -> float:
        """Seconds that were spent at work."""
        return self._worker.seconds


class _InTurn:
    """A channel whose inputs are `Errand`: each done anew however often it is asked for."""

    depth, budget, overhead = 1, 1, 0

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def prepare(self, inputs: Sequence[Errand]) -> list[Encoded]:
        """Each its own key, so that no answer is remembered; costs more than the budget go alone."""
        return [Encoded(each, each.rows, object()) for each in inputs]

    def submit(self, batch: Sequence[Encoded], **_: Any) -> Future[Any]:
        """Errand in the thread of this model, so that the engine can wait no longer than a suite allows."""
        return self._worker.submit(_done, [row.payload for row in batch])


def _done(errands: Sequence[Any]) -> list[Any]:
    return [each.run() for each in errands]
