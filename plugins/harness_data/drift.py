"""How far two sets lie apart: total variation of their classes, Kolmogorov and Smirnov's distance of a property.

Both are distances of empirical distributions that one sample of n changes by 1/n at most, and whose mean is not below
the true distance. So by McDiarmid's inequality (1989) the true one is at most t above the measured one, and at least
what remains of it after t and the distance that two samples of one distribution have on average; these bounds hold for
any distribution and any n.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Bounded: TypeAlias = tuple[float, float | None, float | None]
"""A distance with its one-sided bounds."""

KOLMOGOROV_MEAN = math.sqrt(math.pi / 2) * math.log(2)
"""The mean of Kolmogorov's distribution."""


def total_variation(one: Array, other: Array, counts: tuple[int, int], confidence: float) -> Bounded:
    """Half the sum of differences of two rows of shares `(classes,)`, of so many samples each."""
    n, m = counts
    noise = 0.5 * float(np.sqrt(one * (1 - one) / n + other * (1 - other) / m).sum())
    return _bounded(0.5 * float(np.abs(one - other).sum()), noise, n, m, confidence)


def kolmogorov_smirnov(below: Array, upto: Array, order: Array, m: int, confidence: float) -> Bounded:
    """The largest difference of two distribution functions, from n values `order` of one sample `(n,)`.

    `below` and `upto` are the shares of the m values of the other sample that are less, or not more, than each: between
    two values of the first sample its function is constant, so that the largest difference is at one of them.
    """
    n = len(order)
    ordered = np.sort(order)
    own_below, own_upto = (np.searchsorted(ordered, order, side=side) / n for side in ("left", "right"))
    value = max(float(np.abs(own_below - below).max()), float(np.abs(own_upto - upto).max()))
    return _bounded(value, KOLMOGOROV_MEAN * math.sqrt(1 / n + 1 / m), n, m, confidence)


def p_value(distance: float, n: int, m: int) -> float:
    """The two-sided p of a Kolmogorov-Smirnov distance, asymptotically; too large where values are tied."""
    effective = math.sqrt(n * m / (n + m))
    x = (effective + 0.12 + 0.11 / effective) * distance  # Stephens (1970)
    terms = sum((-1) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return 1.0 if x < 0.2 else min(1.0, max(0.0, 2 * terms))


def _bounded(value: float, noise: float, n: int, m: int, confidence: float) -> Bounded:
    if math.isnan(confidence):
        return value, None, None
    away = math.sqrt(math.log(1 / (1 - confidence)) * (1 / n + 1 / m) / 2)
    return value, max(0.0, value - noise - away), min(1.0, value + away)
