"""Lanes: the questions that may share a batch, and which of them to send next."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from harness.batches import Waiting
from harness.channels import Channel, Prepared
from harness.errors import AnswerError


@dataclass(slots=True, eq=False)
class Row:
    """One unique input on its way to a model, the task that asked first, and who waits: (session, index) pairs."""

    prepared: Prepared
    task: str
    waiting: list[tuple[Any, int]]

    @property
    def cost(self) -> int:
        """Its tokens, 1 or more."""
        return max(1, self.prepared.cost)

    @property
    def key(self) -> Hashable:
        """What decides its answer."""
        return self.prepared.key


class Lane:
    """The questions of one kind to one model with the same options: they may share a batch."""

    def __init__(
        self, model: str, question: Hashable, channel: Channel, options: Mapping[str, Any], title: str = ""
    ) -> None:
        self.model = model
        self.title = title or model
        self.question = question
        self.channel = channel
        self.options = options
        self.budget = channel.budget
        self.overhead = int(getattr(channel, "overhead", channel.budget))
        self.queue: Waiting[Row] = Waiting()
        self.open: dict[Hashable, Row] = {}
        self._halves: deque[list[Row]] = deque()

    def prepared(self, questions: Sequence[Sequence[Any]]) -> list[Sequence[Prepared] | BaseException]:
        """The rows of each question's inputs, prepared together; each alone where that fails: one is at fault."""
        together = self._prepared([value for inputs in questions for value in inputs])
        if isinstance(together, BaseException):
            return [together] if len(questions) == 1 else [self._prepared(inputs) for inputs in questions]
        rows = iter(together)
        return [list(islice(rows, len(inputs))) for inputs in questions]

    def _prepared(self, inputs: Sequence[Any]) -> Sequence[Prepared] | BaseException:
        try:
            return self._checked(self.channel.prepare(inputs), len(inputs))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # an input the adapter refuses
            return error

    def _checked(self, rows: Sequence[Prepared], expected: int) -> Sequence[Prepared]:
        """The rows, if they are one for each input, with keys to remember them by."""
        if len(rows) != expected:
            raise AnswerError(f"model {self.title!r} prepared {len(rows)} of {expected} inputs: expected all")
        for row in rows:
            hash(row.key)
        return rows

    @property
    def waiting(self) -> bool:
        """Whether there is a batch to send."""
        return bool(self.queue or self._halves)

    def add(self, row: Row) -> None:
        """Queue a row that no memory answers."""
        self.open[row.key] = row
        self.queue.add(row, row.cost)

    def next_batch(self) -> list[Row]:
        """The first batch of the cheapest way to send all that waits; the halves of one that failed come before."""
        return self._halves.popleft() if self._halves else self.queue.take(self.budget, self.overhead)

    def halve(self, batch: list[Row], error: BaseException) -> bool:
        """Send a batch that failed again in two, so that the rows to blame end up alone; false for one row.

        Out of memory halves the budget: that of the batch, as others in flight may fail of the same. A row too
        large on its own says nothing about batches, so it gives the budget back.
        """
        middle = len(batch) // 2
        if isinstance(error, MemoryError):
            self.budget = min(self.budget, padded(batch) // 2) if middle else self.channel.budget
        if middle:
            self._halves.extendleft((batch[middle:], batch[:middle]))
        return middle > 0


def padded(batch: Sequence[Row]) -> int:
    """The tokens of a batch, each row as long as the longest."""
    return max(row.cost for row in batch) * len(batch)
