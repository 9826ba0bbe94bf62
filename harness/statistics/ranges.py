"""The range of several independent normals: how far the largest of some equal numbers is from the least by chance."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from harness.types import Array

_POINTS = np.linspace(-9.0, 9.0, 1801)
_DENSITY = np.exp(-(_POINTS**2) / 2) / math.sqrt(2 * math.pi)


def _cdf(values: Array) -> Array:
    return np.array([math.erfc(-value / math.sqrt(2)) / 2 for value in values.tolist()])


_BELOW = _cdf(_POINTS)


@cache
def range_quantile(k: int, confidence: float) -> float:
    """The quantile of the range of k standard normals, k of 2 or more: Tukey's studentized range, its error known.

    Divided by the root of 2 it is the bound in standard errors that all differences of k numbers keep to together
    (Tukey 1953), also where their errors are unequal (Kramer 1956; conservative then, Hayter 1984, Annals of
    Statistics 12).
    """
    low, high = 0.0, 40.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if _range_cdf(middle, k) < confidence else (low, middle)
    return (low + high) / 2


def _range_cdf(width: float, k: int) -> float:
    """The probability of a range below a width: the least is at z, all others within the width above it."""
    inside = np.clip(_cdf(_POINTS + width) - _BELOW, 0.0, 1.0)
    return float(k * (_DENSITY * inside ** (k - 1)).sum() * (_POINTS[1] - _POINTS[0]))
