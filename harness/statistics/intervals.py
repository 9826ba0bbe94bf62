"""Intervals of means, of differences, and of any statistic by resampling; those of shares are in `exact`.

Both ends are one-sided bounds at the suite's `confidence` (0.95: the two-sided 90 % interval), so that an
interval on a page and the verdict of a gate never disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from harness.statistics.draws import Indices, resampled_rows, rows_of_each

Array: TypeAlias = npt.NDArray[np.float64]
Bounds: TypeAlias = tuple[float, float]
"""A lower and an upper one-sided bound."""


class Interval(NamedTuple):
    """The bounds of a score; None where nobody knows them, and `note` says why.

    `value` takes the place of the score's own where that is biased.
    """

    low: float | None = None
    high: float | None = None
    note: str = ""
    value: float | None = None


Statistics: TypeAlias = Callable[[Indices], Sequence[float]]
RESAMPLES = 1000
"""Enough for a 5 % quantile with a standard error of 0.7 percentage points of its level (Efron 1987)."""


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share: each end a one-sided bound at `confidence`.

    Wilson, E. B. (1927), Probable inference, JASA 22. Raises ValueError for n < 1.
    """
    if n < 1:
        raise ValueError(f"expected n >= 1, but got {n}")
    z, share = normal_quantile(confidence), successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return low, 1.0 if successes == n else min(1.0, centre + half)


def difference_bounds(
    first: tuple[float | None, float | None, float | None], second: tuple[float | None, float | None, float | None]
) -> tuple[float, float] | None:
    """Bounds of a difference of two independent numbers from `(value, low, high)` of each, at their confidence.

    The square-and-add method of Newcombe (1998, Statistics in Medicine 17, 873-890, method 10), which Zou &
    Donner (2008) extend from shares to any pair of intervals. A number above a lower bound of exactly 0 (a calibration
    error that may be none) is pressed against it: its distance to the bound is added as it is, not squared. None when
    an end is unknown.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    if a is None or a_low is None or a_high is None or b is None or b_low is None or b_high is None:
        return None
    below = _together(a - a_low, b_high - b, pressed=a > a_low == 0)
    above = _together(a_high - a, b - b_low, pressed=b > b_low == 0)
    return a - b - below, a - b + above


def _together(one: float, other: float, *, pressed: bool) -> float:
    return one + other if pressed else (one**2 + other**2) ** 0.5


def paired_difference(
    both: int, first: int, second: int, neither: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Bounds of the difference of two shares of the same cases, from the counts of the four outcomes.

    `first` counts the cases that only the first share counts, `second` those that only the second does; each end
    is a one-sided bound at `confidence`. Newcombe (1998, Statistics in Medicine 17, 2635-2650), method 10: as
    `difference_bounds`, with the correlation of the pairs. Raises ValueError without cases.
    """
    n = both + first + second + neither
    if np.isnan(confidence):
        return float("nan"), float("nan")
    a, b = (both + first) / n if n else 0.0, (both + second) / n if n else 0.0
    (a_low, a_high), (b_low, b_high) = wilson(both + first, n, confidence), wilson(both + second, n, confidence)
    phi = correlation_of_pairs(both, first, second, neither)
    below = (a - a_low) ** 2 - 2 * phi * (a - a_low) * (b_high - b) + (b_high - b) ** 2
    above = (a_high - a) ** 2 - 2 * phi * (a_high - a) * (b - b_low) + (b - b_low) ** 2
    return max(-1.0, a - b - max(0.0, below) ** 0.5), min(1.0, a - b + max(0.0, above) ** 0.5)


def correlation_of_pairs(both: int, first: int, second: int, neither: int) -> float:
    """The correlation of the pairs, its positive numerator corrected for continuity; 0 where a margin is empty."""
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if margins == 0:
        return 0.0
    n, cross = both + first + second + neither, both * neither - first * second
    corrected = max(cross - n / 2, 0.0) if cross > 0 else float(cross)
    return float(corrected / margins**0.5)


def bootstrap_all(
    statistics: Statistics, n: int, *, confidence: float = 0.95, seed: int = 0, resamples: int = RESAMPLES
) -> list[tuple[float, float] | None]:
    """Percentile bootstrap of some statistics of n rows, given as a function of the resampled row numbers.

    Efron & Tibshirani (1993), ch. 13. Resamples on which a statistic is undefined (NaN) are left out; None for one
    that is undefined on most of them. Of more than 20,000 rows only that many are drawn, and the
    spread of the statistic is narrowed to n by the square root (Bickel, Goetze & van Zwet 1997, Statistica Sinica 7,
    for root-n statistics).
    """
    return bootstrap_blocks(
        lambda block: [statistics(rows) for rows in block], n, confidence=confidence, seed=seed, resamples=resamples
    )


def bootstrap_blocks(
    statistics: Callable[[Indices], npt.ArrayLike], n: int, *, confidence: float, seed: int, resamples: int
) -> list[tuple[float, float] | None]:
    """The same of statistics `(some, statistics)` of some resamples at a time, their row numbers `(some, rows)`."""
    found = [np.asarray(statistics(rows), np.float64) for rows in resampled_rows(n, seed, resamples)]
    values = np.concatenate(found)
    if rows_of_each(n) < n:
        whole = np.asarray(statistics(np.arange(n)[np.newaxis]), np.float64)
        values = whole + (values - whole) * (rows_of_each(n) / n) ** 0.5
    return [_percentiles(column, confidence) for column in values.T]


def mean_bounds(
    values: Array, confidence: float = 0.95, seed: int = 0, resamples: int = RESAMPLES
) -> tuple[float, float] | None:
    """One-sided bounds of the mean of values `(n,)`, each at `confidence`; None where nobody knows how they vary.

    Hall (1988, Annals of Statistics 16): quantiles of the resampled t, (mean of a resample - mean) / its own standard
    error. Constant values, or one, have no bounds.
    """
    if len(values) < 2 or np.ptp(values) == 0 or np.isnan(confidence):
        return None
    return _studentized(values, _means_and_errors, confidence, seed, resamples)


def studentized(
    rows: Array, statistic: Callable[[Array], tuple[float, float]], confidence: float, seed: int, resamples: int
) -> tuple[float, float] | None:
    """The bootstrap-t of a statistic of rows that gives its standard error too; None where that is 0, or is NaN."""
    return _studentized(
        rows, lambda block: np.array([statistic(each) for each in block]).T, confidence, seed, resamples
    )


def _studentized(
    rows: Array, statistics: Callable[[Array], Array], confidence: float, seed: int, resamples: int
) -> tuple[float, float] | None:
    """The same of values and errors `(2, some)` of some resamples at a time, `(some, rows, ...)`."""
    [value], [error] = statistics(rows[np.newaxis])
    if not error > 0:
        return None
    blocks = resampled_rows(len(rows), seed, resamples)
    values, errors = np.concatenate([statistics(rows.take(block, axis=0)) for block in blocks], axis=1)
    varied = errors > 0  # the t of a resample whose rows are all alike is not defined
    low, high = np.quantile((values[varied] - value) / errors[varied], [1 - confidence, confidence])
    return float(value - high * error), float(value - low * error)


def _means_and_errors(blocks: Array) -> Array:
    """Means `(some,)` and standard errors of some resamples `(some, rows)`."""
    n, means = blocks.shape[1], blocks.mean(axis=1)
    apart = blocks - means[:, np.newaxis]
    np.multiply(apart, apart, out=apart)
    return np.stack([means, np.sqrt(apart.sum(axis=1) / (n - 1)) / n**0.5])


def _percentiles(values: Array, confidence: float) -> tuple[float, float] | None:
    defined = values[np.isfinite(values)]
    if len(defined) < len(values) / 2:
        return None
    low, high = np.quantile(defined, [1 - confidence, confidence])
    return float(low), float(high)


@cache
def normal_quantile(confidence: float) -> float:
    """The standard normal quantile (Wichura 1988, algorithm AS 241)."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(confidence)


def normal_cdf(value: float) -> float:
    """The standard normal distribution function."""
    from statistics import NormalDist

    return NormalDist().cdf(value)
