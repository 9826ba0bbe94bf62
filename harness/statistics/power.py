"""What a gate can decide: the values from which it passes and fails, and the truth or the samples that 80 % power need.

Power is the probability that a gate passes, or fails, over draws of the data. Of a share of n samples all is exact, by
the binomial distribution and the bounds of Clopper & Pearson (1934), which decide gates. For other scores the normal
approximation says about as much.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from harness.statistics.exact import beta_cdf, share_bounds
from harness.statistics.intervals import normal_quantile

POWER = 0.8
"""The customary power: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences."""

MOST_SAMPLES = 10_000_000
"""Nobody plans with more."""


class Resolution(NamedTuple):
    """The value from which a gate passes, the value from which it fails, and the truth that passes with 80 % power.

    None where there is none: no value of so few samples passes, or fails.
    """

    passes: float | None
    fails: float | None
    truth: float | None


def share_resolution(
    kind: str,
    bound: float,
    n: int,
    confidence: float = 0.95,
    fail_confidence: float | None = None,
    power: float = POWER,
) -> Resolution:
    """That of a gate on a share of n samples, `kind` being `min` or `max`; exact.

    `fail_confidence` is that of the end that fails, where it is another.
    """
    failing = fail_confidence or confidence
    if kind == "max":
        mirrored = share_resolution("min", 1 - bound, n, confidence, failing, power)
        return Resolution(*(None if each is None else round(1 - each, 12) for each in mirrored))
    least = _fewest(lambda k: share_bounds(k, n, confidence)[0] >= bound, bound, n, confidence)
    not_failing = _fewest(lambda k: share_bounds(k, n, failing)[1] >= bound, bound, n, 1 - failing)
    truth = None if least is None else share_bounds(least, n, 1 - power)[0]
    most = n if not_failing is None else not_failing - 1
    return Resolution(None if least is None else least / n, most / n if most >= 0 else None, truth)


def _fewest(holds: Callable[[int], bool], bound: float, n: int, confidence: float) -> int | None:
    """The fewest successes of n for which it holds, which is near where so many or more have 1 - confidence."""
    low, high = 0, n + 1
    while low < high:
        middle = (low + high) // 2
        tail = 1.0 if middle == 0 else beta_cdf(bound, middle, n - middle + 1) if middle <= n else 0.0
        low, high = (low, middle) if tail <= 1 - confidence else (middle + 1, high)
    while low <= n and not holds(low):
        low += 1
    while low > 0 and holds(low - 1):
        low -= 1
    return low if low <= n else None


def normal_resolution(
    kind: str,
    bound: float,
    error: Callable[[float], float],
    confidence: float = 0.95,
    fail_confidence: float | None = None,
    power: float = POWER,
) -> Resolution:
    """About that of a gate on a score whose standard error is a function of its truth."""
    z, z_fail, more = (normal_quantile(each) for each in (confidence, fail_confidence or confidence, power))
    sign = 1.0 if kind == "min" else -1.0
    passes = bound + sign * z * error(bound)
    return Resolution(passes, bound - sign * z_fail * error(bound), passes + sign * more * error(passes))


@cache
def deciding_share(bound: float, value: float, confidence: float = 0.95, power: float = POWER) -> int | None:
    """The samples with which a gate on a share is decided with this power, were the truth the value; exact.

    None where the value is the bound, or more than MOST_SAMPLES are needed.
    """
    if value == bound:
        return None
    above = value > bound

    def decides(n: int) -> bool:
        truth = share_resolution("min" if above else "max", bound, n, confidence, power=power).truth
        return truth is not None and (value >= truth if above else value <= truth)

    low, high = 0, 1
    while not decides(high):
        low, high = high, 2 * high
        if high > MOST_SAMPLES:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if decides(middle) else (middle, high)
    return high


def deciding_samples(
    bound: float, value: float, reach: float, n: int, confidence: float = 0.95, power: float = POWER
) -> int | None:
    """About the samples that decide another score, by the square root law, from the distance of the value to its end.

    `reach` is the distance to the end on the side of the bound, with n samples.
    """
    if value == bound or not n:
        return None
    z = normal_quantile(confidence)
    needed = n * (reach / z * (z + normal_quantile(power)) / abs(value - bound)) ** 2
    return math.ceil(needed) if needed <= MOST_SAMPLES else None
