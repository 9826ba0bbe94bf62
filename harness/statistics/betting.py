"""Bounds of a mean that hold at every look, however often and whenever one stops: by betting against each mean.

Waudby-Smith & Ramdas (2024), Estimating means of bounded random variables by betting, Journal of the Royal Statistical
Society B 86. Against a supposed mean m one bets, before each value x, a share of one's capital that pays x - m. Were m
the mean, the capital would reach 1 / alpha with probability alpha at most, ever (Ville 1939); so what it reached is no
mean. The stakes are theirs that are best for a given number of values (their equation 26, with its fixed n): values
that are fewer are as sure, and more are not needed. Unlike theirs, the capital of each side is a test of its own, since
gates are one-sided, and bounds are those of the means that were never ruled out (their running intersection).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from harness.statistics.intervals import normal_cdf, normal_quantile
from harness.statistics.power import POWER, Resolution
from harness.types import Array

MOST_STAKED = 0.75
"""The share of the capital that one bet may cost at most: theirs are 1/2 or 3/4."""

STEPS = 50
"""Halvings of the unit interval to a bound: beyond what a float shows."""


class Range(NamedTuple):
    """The least and the greatest value there can be."""

    least: float
    greatest: float


SHARE = Range(0.0, 1.0)
DIFFERENCE = Range(-1.0, 1.0)


def betting_bounds(
    values: Array, horizon: int, alphas: tuple[float, float], within: Range = SHARE
) -> tuple[float, float]:
    """The lower and upper bound of the mean of values `(n,)` in their order, each wrong at any n with its alpha.

    `horizon` is the number of values for which the bets are best, which is that to which one would go at most.
    Bounds of no values are the range's own.
    """
    width = within.greatest - within.least
    scaled = (np.asarray(values, np.float64) - within.least) / width
    low = _lower(scaled, horizon, alphas[0])
    high = 1 - _lower(1 - scaled, horizon, alphas[1])
    return within.least + width * low, within.least + width * high


def _lower(values: Array, horizon: int, alpha: float) -> float:
    """The least mean in [0, 1] that no bet has ruled out: capital falls as the supposed mean rises, so by halving."""
    stakes = _stakes(values, horizon, alpha)
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if (_capital(values, stakes, middle) >= -math.log(alpha)).any() else (low, middle)
    return low


def _capital(values: Array, stakes: Array, mean: float) -> Array:
    """The logarithm of the capital after each value from betting that they exceed a mean."""
    bets = np.minimum(stakes, MOST_STAKED / mean)
    return np.log1p(bets * (values - mean)).cumsum()


def _stakes(values: Array, horizon: int, alpha: float) -> Array:
    """What is bet on each value, from those before it: their variance, begun with 1/4 of one value."""
    count = np.arange(1, len(values) + 1)
    means = (0.5 + values.cumsum()) / (count + 1)
    variances = (0.25 + ((values - means) ** 2).cumsum()) / (count + 1)
    known = np.concatenate([[0.25], variances[:-1]]) if len(values) else variances
    stakes: Array = np.sqrt(-2 * math.log(alpha) / (known * horizon))
    return stakes


def sure_at(alpha: float) -> float:
    """How many standard errors of all values the mean is from its bound when all of them decide, at the end."""
    return math.sqrt(-2 * math.log(alpha))


def betting_power(distance: float, alpha: float) -> float:
    """About the probability that a bound is decided at some look up to the horizon.

    `distance` is that of the truth from it, in standard errors of all values. The logarithm of the capital is about a
    Brownian motion with drift; it is that of its reaching a line (Bachelier 1901; Siegmund 1985, equation 3.15).
    """
    z = sure_at(alpha)
    return normal_cdf(distance - z) + math.exp(z * distance - z * z / 2) * normal_cdf(-distance)


def detectable(power: float, alpha: float) -> float:
    """The distance, in standard errors of all values, that is decided with this power; the inverse of the above."""
    low, high = 0.0, sure_at(alpha) + normal_quantile(power)
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if betting_power(middle, alpha) < power else (low, middle)
    return high


def anytime_resolution(
    kind: str, bound: float, error: Callable[[float], float], alphas: tuple[float, float], power: float = POWER
) -> Resolution:
    """About what a gate on a score with such bounds decides in the end, `alphas` being those of passing and failing.

    `error` is the standard error of all values as a function of the truth.
    """
    sign = 1.0 if kind == "min" else -1.0
    passes = bound + sign * sure_at(alphas[0]) * error(bound)
    fails = bound - sign * sure_at(alphas[1]) * error(bound)
    return Resolution(passes, fails, bound + sign * detectable(power, alphas[0]) * error(passes))


def ruled_out(values: Array, mean: float, horizon: int, alpha: float) -> int | None:
    """After how many values `(n,)` a mean is below the lower bound, and stays there; None where it never is."""
    over = _capital(values, _stakes(values, horizon, alpha), mean) >= -math.log(alpha)
    return int(over.argmax()) + 1 if over.any() else None
