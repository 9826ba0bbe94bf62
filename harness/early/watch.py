"""The gates of a task that ends once they are decided, and the range of what their scores are means of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.demands.gate import CHANGES, Gate
from harness.scores.address import parse_local
from harness.statistics.betting import DIFFERENCE, SHARE, Range

if TYPE_CHECKING:
    from harness.tasks.task import Task

WORST = "worst_"


@dataclass(frozen=True)
class Watch:
    """The gates of a task that ends when they are decided, and the error each of their two sides may spend.

    `passing` is the probability at most that a gate passes by whose bound the truth fails, `failing` the one that it
    fails, by gate: where gates are corrected for their number, each has its share.
    """

    gates: Sequence[Gate]
    passing: float
    failing: Mapping[Gate, float]

    @property
    def locals(self) -> set[str]:
        """The scores that have a gate, by their address in the task."""
        return {local_of(gate) for gate in self.gates}

    def alphas(self, local: str, *, change: bool) -> tuple[float, float]:
        """The errors of the lower and the upper bound of a score, or of its change: the least that a gate allows."""
        low = high = self.passing
        for gate in self.gates:
            if local_of(gate) == local and (gate.kind in CHANGES) is change:
                fails_below = gate.kind in ("max", "rise")  # it is the lower bound that lies beyond the gate's
                low, high = (
                    (min(low, self.failing[gate]), high) if fails_below else (low, min(high, self.failing[gate]))
                )
        return low, high


def range_of(local: str, task: Task[Any], change: bool) -> Range | None:
    """The range of what a score is the mean of, if it is known: a share, a difference of two, or the worst of some."""
    name = parse_local(local)[0]
    of_parts = name.removeprefix(WORST)
    if change:
        return DIFFERENCE if name in task.proportions and name == of_parts else None
    if of_parts in task.proportions:
        return SHARE
    return DIFFERENCE if of_parts.endswith("_drop") and of_parts.removesuffix("_drop") in task.proportions else None


def local_of(gate: Gate) -> str:
    """The address of a gate's score in its task."""
    return gate.address.partition("/")[2]
