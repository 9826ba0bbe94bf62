"""One demand on one score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

BoundKind: TypeAlias = Literal["min", "max", "drop", "rise", "ratio"]
Tier: TypeAlias = Literal["blocking", "advisory"]
"""Whether a gate decides the verdict, or only informs."""

TIERS: Sequence[Tier] = ("blocking", "advisory")
KINDS: Sequence[BoundKind] = ("min", "max", "drop", "rise", "ratio")
CHANGES = ("drop", "rise", "ratio")
"""The kinds that bound how far a score fell, or rose, from the baseline's, or what share of that it is."""

TOGETHER = frozenset({"attribution_correlation"})
"""The scores that only two models together have: a bound of any kind needs a baseline."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One demand on one score: its address with the task, its kind and bound, and whether the verdict depends on it.

    A ratio of a score of which `more_is_better` has to reach its bound, any other one has to stay below it.
    """

    address: str
    kind: BoundKind
    bound: float
    tier: Tier = field(default="blocking", kw_only=True)
    more_is_better: bool = field(default=False, kw_only=True)

    @property
    def blocks(self) -> bool:
        """Whether the verdict depends on it."""
        return self.tier == "blocking"

    @property
    def is_floor(self) -> bool:
        """Whether the score has to reach the bound; else it has to stay below."""
        return self.kind == "min" or (self.kind == "ratio" and self.more_is_better)

    @property
    def demand(self) -> str:
        """`≥ 0.35`, `drop ≤ 0.01`, `ratio ≤ 1.1`."""
        word = f"{self.kind} " if self.kind in CHANGES else ""
        return f"{word}{'≥' if self.is_floor else '≤'} {self.bound:g}"

    @property
    def tiered(self) -> str:
        """The demand, of an advisory gate with that: `≥ 0.35 (advisory)`."""
        return with_tier(self.demand, self.tier)


def with_tier(words: str, tier: Tier) -> str:
    """What is written of a gate, with its tier unless it is blocking."""
    return words if tier == "blocking" else f"{words} ({tier})"
