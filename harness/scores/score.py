"""Scores and their addresses: `task/score[data=..,part=..,class=..]`, the one name used by gates, files and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import total_ordering

from harness.errors import UserError
from harness.scores.address import local_address
from harness.statistics.exact import clopper_pearson
from harness.statistics.intervals import RESAMPLES, mean_bounds
from harness.types import Array

NOT_DEFINED = "not defined on these labels"
"""Why a metric is undefined that has no number for its rows."""


@total_ordering
@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Score:
    """A number with the interval it is known to, and the count it rests on.

    `value` is None where the score is undefined (`note` says why). `low` and `high` are one-sided bounds at
    the suite's confidence. `keys` narrow it to a part, a class or a slice. `doubt` says why a gate on it decides
    nothing, whatever its interval. It compares, subtracts, formats and converts as its value; where it has none it
    equals nothing, not even itself, and all else is a UserError.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    keys: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    doubt: str = ""

    @property
    def local(self) -> str:
        """The address without its task, as gates write it."""
        return local_address(self.name, self.keys)

    def __float__(self) -> float:
        if self.value is None:
            raise UserError(f"{self.local} has no value: {self.note or 'it is undefined'}")
        return self.value

    def __eq__(self, other: object) -> bool:
        return self.value is not None and self.value == (other.value if isinstance(other, Score) else other)

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: float | Score) -> bool:
        return float(self) < _plain(other)

    def __sub__(self, other: float | Score) -> float:
        return float(self) - _plain(other)

    def __rsub__(self, other: float) -> float:
        return other - float(self)

    def __neg__(self) -> Score:
        """The score of the opposite: its bounds change places."""
        value, low, high = (None if each is None else 0.0 - each for each in (self.value, self.high, self.low))
        return replace(self, value=value, low=low, high=high)

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else repr(self)

    def __repr__(self) -> str:
        shown = value_and_interval(self.value, self.low, self.high) or "undefined"
        why = dict.fromkeys(filter(None, (self.note, self.doubt)))
        return f"<{', '.join([f'{self.local} {shown}', f'n {self.n}', *why])}>"


def interval(low: float | None, high: float | None) -> str:
    """`[0.240, 0.390]`, or nothing where an end is unknown."""
    return "" if low is None or high is None else f"[{low:.3f}, {high:.3f}]"


def value_and_interval(value: float | None, low: float | None, high: float | None) -> str:
    """`0.310 [0.240, 0.390]`, or nothing without a value."""
    return "" if value is None else f"{value:.3f} {interval(low, high)}".rstrip()


def _plain(other: float | Score) -> float:
    return float(other) if isinstance(other, Score) else other


def share(name: str, successes: int, n: int, confidence: float, **keys: str) -> Score:
    """A share with its exact interval (Clopper-Pearson); undefined when n is 0."""
    if n == 0:
        return undefined(name, "no case to count", 0, **keys)
    low, high = clopper_pearson(successes, n, confidence)
    return Score(name, successes / n, low, high, n, _keys(keys))


def mean(name: str, values: Array, confidence: float, seed: int, resamples: int = RESAMPLES, **keys: str) -> Score:
    """A mean with the bootstrap-t's interval, none where all values are equal; undefined without values."""
    if len(values) == 0:
        return undefined(name, "no case to average", 0, **keys)
    low, high = mean_bounds(values, confidence, seed, resamples) or (None, None)
    note = "" if low is not None else "all values are equal" if len(values) > 1 else "one value"
    return Score(name, float(values.mean()), low, high, len(values), _keys(keys), note)


def undefined(name: str, why: str, n: int = 0, **keys: str) -> Score:
    """A score that has no value, and why."""
    return Score(name, None, None, None, n, _keys(keys), why)


def _keys(keys: Mapping[str, str]) -> dict[str, str]:
    """Keyword arguments cannot be called `class`, so it is passed as `class_`."""
    return {name.rstrip("_"): value for name, value in keys.items()}
