"""Between the best and the worst of several groups: differences and ratios of shares or means, with bounds.

A gap is the largest of the differences of all ordered pairs of groups. It is small only if all of them are, so its
upper bound is the largest of their own (Berger 1982, Technometrics 24); that one of them is large is claimed at a
confidence corrected for their number (Bonferroni), so its lower bound is the largest of their corrected ones. A pair's
bounds are square-and-add of those of its groups (Zou & Donner 2008, Statistics in Medicine 27), a ratio's the same on
the scale of logarithms (Donner & Zou 2012, Statistical Methods in Medical Research 21).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from math import exp, inf, isnan, log

import numpy as np
import numpy.typing as npt

from harness import share, t_quantile


@dataclass(frozen=True)
class Measured:
    """A number of one group: its value, how many cases it is of, and its one-sided bounds at a confidence."""

    value: float
    n: int
    bounds: Callable[[float], tuple[float, float]]


@dataclass(frozen=True)
class Gap:
    """A gap and its bounds, None where nobody knows them; `high` and `low` group are the two it is between."""

    value: float
    low: float | None
    high: float | None
    most: str
    least: str


def share_of(met: npt.NDArray[np.bool_]) -> Measured:
    """The share of cases `(n,)` that meet something, n of 1 or more, with its exact bounds."""
    count, n = int(met.sum()), len(met)

    def bounds(confidence: float) -> tuple[float, float]:
        found = share("share", count, n, confidence)
        assert found.low is not None
        assert found.high is not None
        return found.low, found.high

    return Measured(count / n, n, bounds)


def mean_of(values: npt.NDArray[np.float64]) -> Measured:
    """The mean of values `(n,)`, n of 1 or more, with Student's bounds; those of one value are infinite."""
    n, value = len(values), float(values.mean())
    error = float(values.std(ddof=1)) / n**0.5 if n > 1 else inf

    def bounds(confidence: float) -> tuple[float, float]:
        half = error * t_quantile(confidence, n - 1) if n > 1 else inf
        return value - half, value + half

    return Measured(value, n, bounds)


def difference(groups: Mapping[str, Measured], confidence: float, tests: int = 1) -> Gap:
    """The largest value less the smallest, 0 or more, of two groups or more; `tests` are how many such are read as one.

    The confidence is NaN where only the value is needed.
    """
    most, least = _extremes(groups)
    value = groups[most].value - groups[least].value
    own, strict = (_bounded(groups, each) for each in _confidences(groups, confidence, tests))
    high = max(_above(own, i, j) for i, j in permutations(groups, 2))
    low = max(-_above(strict, j, i) for i, j in permutations(groups, 2))
    return Gap(value, *_known(max(0.0, low), high), most, least)


def ratio(groups: Mapping[str, Measured], confidence: float) -> Gap | None:
    """The smallest share over the largest, in 0..1, of two groups or more; None where every share is 0."""
    most, least = _extremes(groups)
    if groups[most].value == 0:
        return None
    own, strict = (_bounded(groups, each) for each in _confidences(groups, confidence, 1))
    low = min(_ratio(own, i, j)[0] for i, j in permutations(groups, 2))
    high = min(_ratio(strict, i, j)[1] for i, j in permutations(groups, 2))
    return Gap(groups[least].value / groups[most].value, *_known(low, min(1.0, high)), most, least)


def larger(gaps: Sequence[Gap]) -> Gap:
    """The larger of some gaps, each made for so many tests: its bounds are the largest of theirs."""
    first = max(gaps, key=lambda each: each.value)
    lows, highs = [each.low for each in gaps], [each.high for each in gaps]
    low = None if None in lows else max(each for each in lows if each is not None)
    high = None if None in highs else max(each for each in highs if each is not None)
    return Gap(first.value, low, high, first.most, first.least)


_Bounded = Mapping[str, tuple[float, float, float]]
"""Of each group its value and its bounds."""


def _extremes(groups: Mapping[str, Measured]) -> tuple[str, str]:
    return max(groups, key=lambda name: groups[name].value), min(groups, key=lambda name: groups[name].value)


def _confidences(groups: Mapping[str, Measured], confidence: float, tests: int) -> tuple[float, float]:
    pairs = len(groups) * (len(groups) - 1)
    return confidence, 1 - (1 - confidence) / (pairs * tests)


def _bounded(groups: Mapping[str, Measured], confidence: float) -> _Bounded:
    if isnan(confidence):
        return {name: (each.value, confidence, confidence) for name, each in groups.items()}
    return {name: (each.value, *each.bounds(confidence)) for name, each in groups.items()}


def _above(groups: _Bounded, one: str, other: str) -> float:
    """The upper bound of one group's number less another's."""
    (a, _, a_high), (b, b_low, _) = groups[one], groups[other]
    return float(a - b + ((a_high - a) ** 2 + (b - b_low) ** 2) ** 0.5)


def _ratio(groups: _Bounded, one: str, other: str) -> tuple[float, float]:
    """The bounds of one group's share over another's; from 0, and infinite, where nobody knows better."""
    (a, a_low, a_high), (b, b_low, b_high) = groups[one], groups[other]
    if isnan(a_low):
        return a_low, a_low
    if b == 0:
        return a_low / b_high, inf
    if a == 0:
        return 0.0, a_high / (b_low * (2 * b - b_low)) ** 0.5 if b_low else inf
    below = a / b * exp(-((log(a / a_low) ** 2 + log(b_high / b) ** 2) ** 0.5)) if a_low else 0.0
    return below, a / b * exp((log(a_high / a) ** 2 + log(b / b_low) ** 2) ** 0.5) if b_low else inf


def _known(low: float, high: float) -> tuple[float | None, float | None]:
    return (None, None) if isnan(high) or high == inf or isnan(low) else (low, high)
