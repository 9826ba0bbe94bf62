"""The gap between slices, and the worst of them, from the scores of each with their intervals.

A gate on either passes where all pairs of slices, or all slices, pass by their own bounds, which needs no correction
(Berger 1982, Technometrics 24). It fails by bounds that are right for all of them together: of differences by the
studentized range (Tukey 1953; of slices of unequal size conservative, Hayter 1984), of the worst by Sidak's level for
those that may be the worst (Hansen 2005). Slices share no sample, so they are independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from harness.errors import listed
from harness.scores.score import Score, undefined
from harness.slices.spec import GAP
from harness.statistics.exact import clopper_pearson
from harness.statistics.intervals import Bounds, normal_cdf, normal_quantile
from harness.statistics.ranges import range_quantile
from harness.statistics.worst_of_parts import CLEARLY
from harness.types import Array

Explain = Callable[[tuple[str, str]], str]
"""What to remark on the gap between two slices, by their values: that the mix of classes explains it."""


def gap(
    of_slices: Mapping[str, Score], name: str, keys: Mapping[str, str], confidence: float, explain: Explain
) -> Score:
    """The largest score of some slices less the least; `of_slices` are by the slice's value, two or more."""
    counted, doubt = _counted(of_slices)
    title = f"{name}{GAP}"
    if len(counted) < 2:
        return _too_few(title, keys, of_slices, doubt)
    order = sorted(counted, key=lambda at: float(counted[at]))
    least, most = order[0], order[-1]
    bounds = _gap_bounds(list(counted.values()), confidence)
    low, high = bounds or (None, None)
    note = f"{most} {counted[most].value:.3g}, {least} {counted[least].value:.3g}, of {len(counted)} slices"
    note = "; ".join(filter(None, [note, explain((most, least))]))
    value = float(counted[most]) - float(counted[least])
    return Score(title, value, low, high, sum(each.n for each in counted.values()), dict(keys), note, doubt)


def worst(
    of_slices: Mapping[str, Score], name: str, keys: Mapping[str, str], confidence: float, *, most: bool
) -> Score:
    """The least score of some slices, or with `most` the largest."""
    counted, doubt = _counted(of_slices)
    if not counted:
        return _too_few(name, keys, of_slices, doubt)
    at = (max if most else min)(counted, key=lambda each: float(counted[each]))
    low, high = _worst_bounds(list(counted.values()), counted[at], confidence, most=most)
    note = f"of {at}" + (f", the worst of {len(counted)} slices" if len(counted) > 1 else "")
    return Score(name, counted[at].value, low, high, counted[at].n, dict(keys), note, doubt)


def _counted(of_slices: Mapping[str, Score]) -> tuple[dict[str, Score], str]:
    """The slices that have a score nobody doubts, and why no gate is decided where there are others too."""
    counted = {at: score for at, score in of_slices.items() if score.value is not None and not score.doubt}
    doubts = dict.fromkeys(score.doubt or f"{at}: {score.note or 'it is not defined'}"
                           for at, score in of_slices.items() if at not in counted)  # fmt: skip
    return counted, "; ".join([*doubts][:3]) + (f"; and {len(doubts) - 3} more" if len(doubts) > 3 else "")


def _too_few(name: str, keys: Mapping[str, str], of_slices: Mapping[str, Score], doubt: str) -> Score:
    why = doubt or f"expected two slices or more, but got {listed(of_slices)}"
    return replace(undefined(name, why, sum(score.n for score in of_slices.values())), keys=dict(keys), doubt=doubt)


def _gap_bounds(scores: Sequence[Score], confidence: float) -> Bounds | None:
    own = _ends(scores, confidence, confidence)
    together = normal_cdf(range_quantile(len(scores), confidence) / 2**0.5) if own is not None else 0.0
    corrected = _ends(scores, confidence, together) if own is not None else None
    if own is None or corrected is None:
        return None
    below, above = _differences(*corrected)[0], _differences(*own)[1]
    return max(0.0, float(below.max())), float(above.max())


def _differences(values: Array, lows: Array, highs: Array) -> tuple[Array, Array]:
    """The bounds of each score less each other one, `(slices, slices)`, by square-and-add (Newcombe 1998, method 10).

    The same slice less itself is no pair.
    """
    below, above = (values - lows) ** 2, (highs - values) ** 2
    apart = values[:, None] - values[None, :]
    low = apart - np.sqrt(below[:, None] + above[None, :])
    high = apart + np.sqrt(above[:, None] + below[None, :])
    np.fill_diagonal(low, -np.inf)
    np.fill_diagonal(high, -np.inf)
    return low, high


def _worst_bounds(
    scores: Sequence[Score], worst: Score, confidence: float, *, most: bool
) -> tuple[float | None, float | None]:
    own = _ends(scores, confidence, confidence)
    if own is None:
        return None, None
    values, lows, highs = own
    errors = (highs - lows) / 2 / normal_quantile(confidence)
    of_worst = errors[[score is worst for score in scores].index(True)]
    maybe = int((np.abs(values - float(worst)) <= CLEARLY * np.sqrt(errors**2 + of_worst**2)).sum())
    corrected = _ends(scores, confidence, confidence ** (1 / maybe))
    assert corrected is not None
    if most:
        return float(corrected[1].max()), float(highs.max())
    return float(lows.min()), float(corrected[2].min())


def _ends(scores: Sequence[Score], confidence: float, level: float) -> tuple[Array, Array, Array] | None:
    """Values and bounds at another confidence, each `(slices,)`; None where nobody knows one of them."""
    rows = [at_level(score, confidence, level) for score in scores]
    if any(row is None for row in rows):
        return None
    lows, highs = np.array(rows, dtype=np.float64).T
    return np.array([float(score) for score in scores]), lows, highs


def at_level(score: Score, confidence: float, level: float) -> Bounds | None:
    """The bounds of a score at another confidence: a share's exact ones, else its own as a normal's, wider."""
    value, low, high = score.value, score.low, score.high
    if value is None or low is None or high is None or math.isnan(low) or math.isnan(high):
        return None
    if level == confidence:
        return low, high
    if score.n and 0 <= value <= 1 and _is_exact(value, low, high, score.n, confidence):
        return clopper_pearson(round(value * score.n), score.n, level)
    times = normal_quantile(level) / normal_quantile(confidence)
    return value - times * (value - low), value + times * (high - value)


def _is_exact(value: float, low: float, high: float, n: int, confidence: float) -> bool:
    """Whether it is the exact interval of a share; what is no whole number of n needs no look at bounds."""
    met = round(value * n)
    return math.isclose(value * n, met, rel_tol=1e-9, abs_tol=1e-9) and (low, high) == clopper_pearson(
        met, n, confidence
    )
