"""Intervals: Wilson's for shares, the bootstrap's for everything else.

Both ends are one-sided bounds at the suite's `confidence` (0.95: the two-sided 90 % interval), so that an
interval on a page and the verdict of a gate never disagree.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness.types import Array

Indices: TypeAlias = npt.NDArray[np.intp]
RESAMPLES = 1000
"""Enough for a 5 % quantile with a standard error of 0.7 percentage points of its level (Efron 1987)."""


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval of a share: each end a one-sided bound at `confidence`.

    Wilson, E. B. (1927), Probable inference, JASA 22. Raises ValueError for n < 1.
    """
    if n < 1:
        raise ValueError(f"expected n >= 1, but got {n}")
    z, share = _quantile(confidence), successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    return low, 1.0 if successes == n else min(1.0, centre + half)


def half_width(share: float, n: int, confidence: float = 0.95) -> float:
    """Half of Wilson's interval at a share, by n: what a gate can resolve."""
    low, high = wilson(share * n, n, confidence)
    return (high - low) / 2


def bootstrap(
    statistic: Callable[[Indices], float], n: int, *, confidence: float = 0.95, seed: int = 0
) -> tuple[float, float] | None:
    """Percentile bootstrap of a statistic of n rows, given as a function of the resampled row numbers.

    Efron & Tibshirani (1993), ch. 13. Resamples on which the statistic is undefined (NaN) are left out;
    None when it is undefined on most of them.
    """
    rng = np.random.default_rng(seed)
    values = np.array([statistic(rng.integers(0, n, n)) for _ in range(RESAMPLES)])
    return _percentiles(values, confidence)


def bootstrap_mean(values: Array, *, confidence: float = 0.95, seed: int = 0) -> tuple[float, float] | None:
    """Percentile bootstrap of the mean of values `(n,)`."""
    return bootstrap(lambda rows: float(values[rows].mean()), len(values), confidence=confidence, seed=seed)


def _percentiles(values: Array, confidence: float) -> tuple[float, float] | None:
    defined = values[np.isfinite(values)]
    if len(defined) < len(values) / 2:
        return None
    low, high = np.quantile(defined, [1 - confidence, confidence])
    return float(low), float(high)


@cache
def _quantile(confidence: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(confidence)
