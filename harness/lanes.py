"""Lanes: the questions that may share a batch, and which of them to send next."""

from __future__ import annotations

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

    def __init__(self, name: str, channel: Channel, options: Mapping[str, Any], counters: Counters) -> None:
        self.name = name
        self.channel = channel
        self.options = options
        self.counters = counters
        self.budget = channel.budget
        self.overhead = int(getattr(channel, "overhead", channel.budget))
        self.queue: list[Row] = []
        self.open: dict[Hashable, Row] = {}
        self.queued_cost = 0
        self.in_flight = 0

    def add(self, row: Row) -> None:
        """Queue a row."""
        self.open[row.key] = row
        self.queue.append(row)
        self.queued_cost += row.cost

    def next_batch(self) -> list[Row]:
        """The costliest waiting rows, as many as serve most tokens for what the batch costs: at least one."""
        self.queue.sort(key=lambda row: (-row.cost, row.number))
        rows = best_size(self.queue, self.budget, self.overhead)
        batch, self.queue = self.queue[:rows], self.queue[rows:]
        self.queued_cost -= sum(row.cost for row in batch)
        return batch


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
