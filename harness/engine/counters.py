"""Counters of the questions to the models of a run, per task, and of their cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.engine.lanes import QueuedRow


@dataclass(slots=True)
class Counters:
    """Rows asked and unique, batches, tokens, those for nothing, seconds, and batches that failed and were halved."""

    asked: int = 0
    unique: int = 0
    batches: int = 0
    tokens: int = 0
    padding: int = 0
    seconds: float = 0.0
    failed: int = 0

    @property
    def remembered(self) -> int:
        """Rows answered without the model."""
        return self.asked - self.unique


@dataclass
class Ledger:
    """The counters of every model for every task.

    A row that several tasks ask counts as asked for each, and all it costs for the one that asked first; a batch of
    several tasks is shared row by row, padding included. `answered` are each task's unique rows that a model answered.
    """

    counters: dict[tuple[str, str], Counters] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)

    def of(self, model: str, task: str) -> Counters:
        """The counters of a model for a task."""
        return self.counters.setdefault((model, task), Counters())

    def of_model(self, model: str) -> Counters:
        """The counters of a model for all tasks."""
        return added(each for (name, _), each in self.counters.items() if name == model)

    def of_task(self, task: str) -> Mapping[str, Counters]:
        """The counters of every model that a task asked, by the model's name."""
        return {model: each for (model, name), each in self.counters.items() if name == task}

    def count(self, model: str, batch: Sequence[QueuedRow], seconds: float) -> None:
        """Count a batch that was answered; it counts as one for the task of its first row."""
        of_tasks: dict[str, list[int]] = {}
        for row in batch:
            of_tasks.setdefault(row.task, []).append(row.cost)
        longest = max(map(max, of_tasks.values()))
        self.of(model, batch[0].task).batches += 1
        for task, costs in of_tasks.items():
            counters = self.of(model, task)
            self.answered[task] = self.answered.get(task, 0) + len(costs)
            counters.tokens += sum(costs)
            counters.padding += longest * len(costs) - sum(costs)
            counters.seconds += seconds * len(costs) / len(batch)


def added(each: Iterable[Counters]) -> Counters:
    """The sum of some counters."""
    return Counters(*map(sum, zip(*map(astuple, (Counters(), *each)), strict=True)))
