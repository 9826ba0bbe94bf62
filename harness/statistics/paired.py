"""The difference of two models on the same samples, new less old: its bounds, and the two-sided p of no difference."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from harness.statistics.clusters import Blocks, t_quantile
from harness.statistics.exact import beta_cdf, mcnemar
from harness.statistics.intervals import difference_bounds, mean_bounds, normal_cdf, paired_difference
from harness.types import Array

FLIPS = 1999
"""Draws of signs of a permutation test: its p is known to 0.5 % at 5 %."""

MOST_FLIPPED = 20_000
"""Of more pairs the sum of signs is normal, near enough."""


NOISE = 1e-6
"""What one model's answers may differ by from batch to batch, in float32; relative to 1 or the answer's size."""


Known: TypeAlias = tuple[float | None, float | None, float | None]
"""A score, and its bounds."""


class Difference(NamedTuple):
    """New less old, bounds at the confidence asked for, and p; bounds and p are None where nobody knows them."""

    value: float
    low: float | None
    high: float | None
    p: float | None


class Way(NamedTuple):
    """How two scores compare: shares, means and any others of the same cases, and two known by their bounds only."""

    of_shares: Callable[[npt.NDArray[np.bool_], npt.NDArray[np.bool_], float], Difference]
    of_values: Callable[[Array, Array, float, int, int], Difference]
    of_blocks: Callable[[tuple[float, float], tuple[Array, Array], Blocks, float], Difference]
    of_bounds: Callable[[Known, Known], Difference]


def of_shares(old: npt.NDArray[np.bool_], new: npt.NDArray[np.bool_], confidence: float = 0.95) -> Difference:
    """Of what is met in some cases and not in others, `(n,)` each: Newcombe's method 10, McNemar's exact p."""
    both, won, lost = (int(each.sum()) for each in (old & new, ~old & new, old & ~new))
    low, high = paired_difference(both, won, lost, len(old) - both - won - lost, confidence)
    return Difference((won - lost) / len(old), low, high, mcnemar(won, lost))


def of_values(old: Array, new: Array, confidence: float = 0.95, seed: int = 0, resamples: int = 1000) -> Difference:
    """Of means of values, `(n,)` each: the bootstrap-t of the pairs' differences, a permutation test of their signs.

    Fisher (1935), The design of experiments, section 21. Where no pair differs the difference is 0, for certain.
    """
    moved = np.where(np.abs(new - old) < NOISE * np.maximum(1.0, np.abs(old)), 0.0, new - old)
    if not moved.any():
        return Difference(0.0, 0.0, 0.0, 1.0)
    low, high = mean_bounds(moved, confidence, seed, resamples) or (None, None)
    return Difference(float(moved.mean()), low, high, _flipped(moved[moved != 0], seed))


def of_blocks(
    values: tuple[float, float], without: tuple[Array, Array], blocks: Blocks, confidence: float = 0.95
) -> Difference:
    """Of any two scores `(old, new)` of the same samples, from those without each block of samples `(blocks,)`.

    The jackknife of the difference, with Student's t; see `clusters`.
    """
    value, moved = values[1] - values[0], without[1] - without[0]
    if max(abs(value), float(np.abs(moved).max())) < NOISE * max(1.0, abs(values[0])):
        return Difference(0.0, 0.0, 0.0, 1.0)
    error, freedom = blocks.error(value, moved)
    if not error:
        return Difference(value, None, None, None)
    half, t = t_quantile(confidence, freedom) * error, abs(value) / error
    return Difference(value, value - half, value + half, beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5))


def of_bounds(old: Known, new: Known) -> Difference:
    """Of two scores of which the intervals are known and nothing else, as if the samples were others."""
    if old[0] is None or new[0] is None:
        return Difference(math.nan, None, None, None)
    low, high = difference_bounds(new, old) or (None, None)
    return Difference(new[0] - old[0], low, high, None)


DIFFERENCES = Way(of_shares, of_values, of_blocks, of_bounds)


def _flipped(moved: Array, seed: int) -> float:
    """How often the sum of differences with random signs is as large as what was seen; that itself is one draw."""
    seen = abs(float(moved.sum()))
    if len(moved) > MOST_FLIPPED:
        return 2 * normal_cdf(-seen / float((moved**2).sum() ** 0.5))
    rng = np.random.default_rng(seed)
    signs = (rng.integers(0, 2, (FLIPS, len(moved)), dtype=np.int8) * 2 - 1).astype(np.int8)
    drawn = np.abs(signs @ moved)
    return float((1 + (drawn >= seen * (1 - 1e-12)).sum()) / (FLIPS + 1))
