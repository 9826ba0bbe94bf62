"""Lanes: the questions that may share a batch, and which of them to send next."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.channels import Channel, Prepared


@dataclass(slots=True)
class Counters:
    """What one model was asked, and what it cost; `padding` counts tokens computed for nothing."""

    asked: int = 0
    unique: int = 0
    batches: int = 0
    tokens: int = 0
    padding: int = 0
    seconds: float = 0.0

    @property
    def remembered(self) -> int:
        """Rows answered without the model."""
        return self.asked - self.unique


@dataclass(slots=True, eq=False)
class Row:
    """One unique input on its way to a model, and who waits for its answer: (session, index) pairs."""

    prepared: Prepared
    number: int
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

    def __init__(self, name: Hashable, channel: Channel, options: Mapping[str, Any], counters: Counters) -> None:
        self.name = name
        self.channel = channel
        self.options = options
        self.counters = counters
        self.budget = channel.budget
        self.overhead = int(getattr(channel, "overhead", channel.budget))
        self.queue: list[Row] = []
        self.open: dict[Hashable, Row] = {}
        self.queued_cost = 0
        self._halves: deque[list[Row]] = deque()

    @property
    def waiting(self) -> bool:
        """Whether there is a batch to send."""
        return bool(self.queue or self._halves)

    def add(self, row: Row) -> None:
        """Queue a row that no memory answers."""
        self.counters.unique += 1
        self.open[row.key] = row
        self.queue.append(row)
        self.queued_cost += row.cost

    def next_batch(self) -> list[Row]:
        """The costliest waiting rows, as many as serve most tokens for what the batch costs: at least one.

        The halves of a batch that failed come before.
        """
        if self._halves:
            return self._halves.popleft()
        self.queue.sort(key=lambda row: (-row.cost, row.number))
        rows = best_size(self.queue, self.budget, self.overhead)
        batch, self.queue = self.queue[:rows], self.queue[rows:]
        self.queued_cost -= sum(row.cost for row in batch)
        return batch

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

    def count(self, batch: Sequence[Row]) -> None:
        """Count a batch that was answered."""
        tokens = sum(row.cost for row in batch)
        self.counters.batches += 1
        self.counters.tokens += tokens
        self.counters.padding += padded(batch) - tokens


def padded(batch: Sequence[Row]) -> int:
    """The tokens of a batch, each row as long as the longest."""
    return max(row.cost for row in batch) * len(batch)


def best_size(queue: Sequence[Row], budget: int, overhead: int) -> int:
    """How many of the rows, sorted by falling cost, make the best batch within the budget.

    A batch costs its padded tokens and the overhead of a call, in tokens: short rows beside a long one are
    worth their padding only while the overhead is.
    """
    longest, used, best, size = queue[0].cost, 0, 0.0, 1
    for rows, row in enumerate(queue[: max(1, budget // longest)], 1):
        used += row.cost
        served = used / (longest * rows + overhead)
        if served >= best:
            best, size = served, rows
    return size
