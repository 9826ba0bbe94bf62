"""The population stability index of two sets: how far their shares of classes, or of bins of a property, lie apart.

The sum of (own - other) ln(own / other) over the bins, also called Jeffreys' divergence (1946). Its bounds are normal
by the delta method, with the mean and the spread that it has where both are alike (Yurdakul & Naranjo 2020, The Journal
of Risk Model Validation 14).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from harness_data.drift import Array, Bounded

BINS = 10
"""Bins of as many of the other set's values each, as is usual."""

LEAST = 1e-4
"""What an empty bin counts as, as is usual: its logarithm would be infinite."""


def stability_index(own: Array, other: Array, counts: tuple[int, int], confidence: float) -> Bounded:
    """The index of two rows of shares `(bins,)`, of so many samples each, 0 or more."""
    p, q = np.maximum(own, LEAST), np.maximum(other, LEAST)
    ratio = np.log(p / q)
    value = float(((p - q) * ratio).sum())
    if math.isnan(confidence):
        return value, None, None
    n, m = counts
    alike = (np.count_nonzero(own + other) - 1) * (1 / n + 1 / m)
    spread = _variance(ratio + 1 - q / p, p) / n + _variance(1 - p / q - ratio, q) / m
    away = NormalDist().inv_cdf(confidence) * math.sqrt(spread + 2 * alike * (1 / n + 1 / m))
    return value, max(0.0, value - alike - away), value + away


def _variance(values: Array, weights: Array) -> float:
    weights = weights / weights.sum()
    return float((weights * values**2).sum() - (weights * values).sum() ** 2)


def shares_of_bins(below: Array, upto: Array) -> Array:
    """The share of values in each bin of the other set's, `(bins,)`, from where each lies among these.

    `below` and `upto` `(n,)` are the shares of the other set's values that are less, or not more: a value that many
    of them have is in all the bins that these fill, by how much of each.
    """
    edges = np.linspace(0, 1, BINS + 1)
    width = upto - below
    inside = np.minimum(upto[:, None], edges[1:]) - np.maximum(below[:, None], edges[:-1])
    spread = np.maximum(inside, 0) / np.where(width > 0, width, 1)[:, None]
    at = np.minimum((below * BINS).astype(np.int64), BINS - 1)
    found = np.where((width > 0)[:, None], spread, np.eye(BINS)[at])
    return np.asarray(found.mean(axis=0), np.float64)
