"""The ratio of two models' scores on the same samples, new over old, with its bounds: all of it on the log scale.

Ratios are of positive numbers; of others the ratio is NaN and has no bounds.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from harness.statistics.clusters import Blocks
from harness.statistics.intervals import correlation_of_pairs, difference_bounds, studentized, wilson
from harness.statistics.paired import NOISE, Difference, Known, Way, of_blocks
from harness.types import Array

UNKNOWN = Difference(math.nan, None, None, None)


def of_shares(old: npt.NDArray[np.bool_], new: npt.NDArray[np.bool_], confidence: float = 0.95) -> Difference:
    """Of what is met in some cases and not in others, `(n,)` each.

    MOVER of the logs (Donner & Zou 2012, Statistical Methods in Medical Research 21) from Wilson's intervals, with the
    correlation of the pairs as in Newcombe's method 10 (Tang, Li & Tang 2012, Statistics in Medicine 31).
    """
    n, (was, now) = len(old), (int(old.sum()), int(new.sum()))
    if not was or not now:
        return UNKNOWN
    if (old == new).all():
        return Difference(1.0, 1.0, 1.0, None)
    ends = [[math.log(each) for each in wilson(count, n, confidence)] for count in (now, was)]
    (low, high), (old_low, old_high) = ends
    one, other = math.log(now / n), math.log(was / n)
    counts = [int(each.sum()) for each in (old & new, new & ~old, old & ~new)]
    phi = correlation_of_pairs(counts[0], counts[1], counts[2], n - sum(counts))
    below, above = _correlated(one - low, old_high - other, phi), _correlated(high - one, other - old_low, phi)
    return Difference(now / was, math.exp(one - other - below), math.exp(one - other + above), None)


def _correlated(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one**2 - 2 * phi * one * other + other**2))


def of_values(old: Array, new: Array, confidence: float = 0.95, seed: int = 0, resamples: int = 1000) -> Difference:
    """Of means of values, `(n,)` each: the bootstrap-t of the log ratio, its error by the delta method.

    Hall (1988, Annals of Statistics 16). Where no pair differs the ratio is 1, for certain.
    """
    if not (old.mean() > 0 < new.mean()):
        return UNKNOWN
    if not (np.abs(new - old) >= NOISE * np.maximum(1.0, np.abs(old))).any():
        return Difference(1.0, 1.0, 1.0, None)
    bounds = studentized(np.column_stack([old, new]), _log_ratio, confidence, seed, resamples)
    low, high = (math.exp(each) for each in bounds) if bounds else (None, None)
    return Difference(float(new.mean() / old.mean()), low, high, None)


def _log_ratio(pairs: Array) -> tuple[float, float]:
    """The log of the ratio of the means of pairs `(n, 2)`, and its standard error; NaN where it has none."""
    old, new = pairs.mean(axis=0).tolist()
    if old <= 0 or new <= 0:
        return math.nan, math.nan
    moved = pairs[:, 1] / new - pairs[:, 0] / old
    return math.log(new / old), float(moved.std(ddof=1) / len(pairs) ** 0.5)


def of_any(
    values: tuple[float, float], without: tuple[Array, Array], blocks: Blocks, confidence: float = 0.95
) -> Difference:
    """Of any two scores `(old, new)` of the same samples, from those without each block of samples `(blocks,)`.

    The jackknife of the log ratio, with Student's t; see `clusters`.
    """
    if min(values) <= 0:
        return UNKNOWN
    ratio = values[1] / values[0]
    if min(each.min() for each in without) <= 0:
        return Difference(ratio, None, None, None)
    logs = math.log(values[0]), math.log(values[1])
    moved = of_blocks(logs, (np.log(without[0]), np.log(without[1])), blocks, confidence)
    low, high = (None if each is None else math.exp(each) for each in (moved.low, moved.high))
    return Difference(ratio, low, high, None)


def of_bounds(old: Known, new: Known) -> Difference:
    """Of two scores of which the intervals are known and nothing else, as if the samples were others.

    MOVER of the logs (Donner & Zou 2012): square-and-add of the distances to the bounds; where an interval reaches 0
    the ratio has no bounds.
    """
    if old[0] is None or new[0] is None or min(old[0], new[0]) <= 0:
        return UNKNOWN
    bounds = difference_bounds(_logs(new), _logs(old))
    low, high = (math.exp(each) for each in bounds) if bounds else (None, None)
    return Difference(new[0] / old[0], low, high, None)


def _logs(known: Known) -> Known:
    value, low, high = (None if each is None or each <= 0 else math.log(each) for each in known)
    return value, low, high


RATIOS = Way(of_shares, of_values, of_any, of_bounds)
