"""Exact tails of the binomial distribution: Clopper-Pearson's interval of a share and McNemar's p, without scipy.

The incomplete beta function is the continued fraction of DiDonato & Morris (1992, ACM TOMS 18, algorithm 708, BFRAC)
times a binomial probability by the saddle-point expansion of Loader (2000, Fast and Accurate Computation of Binomial
Probabilities), which keeps its precision up to counts of 10^7 where differences of log-gammas lose it.
"""

from __future__ import annotations

import math
from functools import cache

NO_BOUNDS = math.nan
"""The confidence of somebody who wants values only: bounds are NaN, or None, and cost nothing."""

_TINY = 1e-300
_EPSILON = 1e-16
_STEPS = 100_000
_EXACT_BELOW = 16
_NEWTON_STEPS = 30
_END = 60.0
_ROUGHLY = 1e-4


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share: each end a one-sided bound at `confidence`, never below it.

    Clopper & Pearson (1934, Biometrika 26). Raises ValueError for n < 1 or counts outside 0..n.
    """
    if n < 1 or not 0 <= successes <= n:
        raise ValueError(f"expected 0 <= successes <= n and n >= 1, but got {successes} of {n}")
    return share_bounds(successes, n, confidence)


def share_bounds(successes: float, trials: float, confidence: float = 0.95) -> tuple[float, float]:
    """The same of numbers that need not be whole, such as those of an effective sample size."""
    if math.isnan(confidence):
        return math.nan, math.nan
    return _lower(successes, trials, confidence), 1.0 - _lower(trials - successes, trials, confidence)


def mcnemar(first: int, second: int) -> float:
    """The exact two-sided p of paired shares, from the two counts of pairs that disagree; 1 where none does.

    McNemar (1947, Psychometrika 12), by the binomial distribution at one half.
    """
    n = first + second
    return min(1.0, 2 * binomial_cdf(min(first, second), n, 0.5)) if n else 1.0


def binomial_cdf(k: int, n: int, p: float) -> float:
    """The probability of at most k successes in n trials of probability p."""
    if k < 0:
        return 0.0
    return 1.0 if k >= n else beta_cdf(1 - p, n - k, k + 1)  # and not its complement, which has no small tail


@cache
def _lower(successes: float, n: float, confidence: float) -> float:
    """The share at which so many successes or more have probability 1 - confidence; by bisection on the logit.

    Where the bisection is not near the root, which Newton's method knows after a few steps, nothing is evaluated.
    """
    if successes <= 0:
        return 0.0
    a, b, level = successes, n - successes + 1, 1 - confidence
    root = _root(a, b, level)
    around = _rounding(root, level)
    low, high = -_END, _END
    while high - low > 1e-13 * max(1.0, abs(low)):
        middle = (low + high) / 2
        known = abs(middle - root) > around
        below = middle < root if known else beta_cdf(_share(middle), a, b) < level
        low, high = (middle, high) if below else (low, middle)
    return _share((low + high) / 2)


def _root(a: float, b: float, level: float) -> float:
    """The logit at which the distribution function of Beta(a, b) has a level, by Newton's method; NaN if it fails.

    Its steps are of the logarithm, which is concave in the logit: from below, none goes too far.
    """
    logit = math.log(a / b) + _about_normal(level) * (1 / a + 1 / b) ** 0.5 if 0 < level < 1 else math.inf
    epsilon = _ROUGHLY
    for _ in range(_NEWTON_STEPS):
        share = _share(logit) if abs(logit) < _END else 0.0
        tail = beta_cdf(share, a, b, epsilon)
        slope = binomial_pmf(a, a + b, share) * a * b / (a + b) if 0 < share < 1 else 0.0
        if not (tail > 0 and slope > 0):
            break
        step = math.log(tail / level) * tail / slope
        logit -= step
        epsilon = max(_EPSILON, min(epsilon, step * step))  # the error of the next step is of this order
        if epsilon < _ROUGHLY and abs(step) < _rounding(logit, level) / 10:
            return logit
    return math.nan


def _about_normal(level: float) -> float:
    """The standard normal quantile to 0.003 (Abramowitz & Stegun 1964, 26.2.22)."""
    t = math.sqrt(-2 * math.log(min(level, 1 - level)))
    beyond = t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t)
    return -beyond if level < 0.5 else beyond


def _rounding(logit: float, level: float) -> float:
    """From this far on a logit surely lies beside a root: some hundred times what rounding moves a root by."""
    return max(1e-12 * max(1.0, abs(logit)), 1e-14 * (1 + math.exp(min(logit, _END)))) / max(1 - level, _TINY)


def _share(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def beta_cdf(x: float, a: float, b: float, epsilon: float = _EPSILON) -> float:
    """The distribution function of Beta(a, b) at x: the regularised incomplete beta function."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1.0 - beta_cdf(1 - x, b, a, epsilon)
    return binomial_pmf(a, a + b, x) * b / (a + b) * _fraction(x, a, b, epsilon)


def binomial_pmf(k: float, n: float, p: float) -> float:
    """The probability of k successes in n trials of probability p, with a relative error of some 1e-15."""
    if k in {0, n}:
        return float(math.exp(n * math.log1p(-p) if k == 0 else n * math.log(p)))
    exponent = _stirling(n) - _stirling(k) - _stirling(n - k) - _deviance(k, n * p) - _deviance(n - k, n * (1 - p))
    return math.exp(exponent) * math.sqrt(n / (2 * math.pi * k * (n - k)))


def _fraction(x: float, a: float, b: float, epsilon: float) -> float:
    """The continued fraction of the incomplete beta function, by the modified method of Lentz."""
    c, d = 1.0, 1 / _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        at = a + 2 * m
        step = m * (b - m) * x / ((at - 1) * at)
        c, d = 1 + step / c or _TINY, 1 / (1 + step * d or _TINY)
        value *= c * d
        step = -(a + m) * (a + b + m) * x / (at * (at + 1))
        c, d = 1 + step / c or _TINY, 1 / (1 + step * d or _TINY)
        value *= c * d
        if abs(c * d - 1) < epsilon:
            break
    return value


def _away(number: float) -> float:
    return number if abs(number) > _TINY else _TINY


def _stirling(n: float) -> float:
    """What log n! has beyond Stirling's formula."""
    if n < _EXACT_BELOW:
        return math.lgamma(n + 1) - (n + 0.5) * math.log(n) + n - 0.5 * math.log(2 * math.pi)
    square = n * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / n


def _deviance(x: float, mean: float) -> float:
    """The deviance x log(x / mean) + mean - x, without cancellation where the two are close."""
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * math.log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total, term = (x - mean) * v, 2 * x * v
    for j in range(1, 1000):
        term *= v * v
        added = total + term / (2 * j + 1)
        if added == total:
            break
        total = added
    return total
