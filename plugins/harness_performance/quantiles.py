"""Quantiles with exact intervals from order statistics, and means with Student's."""

from __future__ import annotations

from statistics import NormalDist
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness import t_quantile

Array: TypeAlias = npt.NDArray[np.float64]


def quantile_bounds(values: Array, share: float, confidence: float) -> tuple[float | None, float | None]:
    """One-sided bounds of a quantile, each an order statistic; None where no value is far enough out.

    The number of values below the quantile is binomial, whatever their distribution (Conover 1999, Practical
    nonparametric statistics, section 3.2; Hahn & Meeker 1991, Statistical intervals, section 5.2).
    """
    if np.isnan(confidence):  # nobody wants them
        return confidence, confidence
    ordered, n = np.sort(values), len(values)
    below = _binomial_cdf(n, share)
    low = int(np.searchsorted(below, 1 - confidence)) - 1
    high = int(np.searchsorted(below, confidence))
    return (float(ordered[low]) if low >= 0 else None), (float(ordered[high]) if high < n else None)


def calls_needed(share: float, confidence: float) -> int:
    """The fewest values that bound a quantile from above."""
    return int(np.ceil(np.log(1 - confidence) / np.log(share) - 1e-9))


def linearised(values: Array, share: float, confidence: float) -> Array:
    """Numbers whose mean is the quantile, and whose mean varies as it does; all alike where its interval is not known.

    Bahadur (1966, Annals of Mathematical Statistics 37): the quantile and the share of values below it, divided by
    the density there, which is taken from the width of the interval (Siddiqui 1960, Bloch & Gastwirth 1968).
    """
    low, high = quantile_bounds(values, share, confidence)
    value = np.quantile(values, share)
    if low is None or high is None:
        return np.full(len(values), value)
    spread = (high - low) / (2 * NormalDist().inv_cdf(confidence)) * (len(values) / (share * (1 - share))) ** 0.5
    above = (values > value).astype(np.float64)
    return np.asarray(value + spread * (above - above.mean()), dtype=np.float64)


def mean_bounds(values: Array, confidence: float) -> tuple[float | None, float | None]:
    """One-sided bounds of a mean by Student's t; None with one value."""
    if len(values) < 2:
        return None, None
    half = t_quantile(confidence, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return float(values.mean() - half), float(values.mean() + half)


def _binomial_cdf(n: int, p: float) -> Array:
    """The probabilities of at most 0, 1 … n successes in n trials of probability p, `(n + 1,)`, to some 1e-10."""
    k = np.arange(n)
    logarithms = np.append(0.0, np.cumsum(np.log((n - k) / (k + 1)) + np.log(p / (1 - p))))
    weights = np.exp(logarithms - logarithms.max())
    return np.asarray(np.cumsum(weights) / weights.sum(), dtype=np.float64)
