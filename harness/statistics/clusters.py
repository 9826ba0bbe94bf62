"""Intervals of scores whose samples come in groups: several of one document, user or template are not so many draws.

Whole groups are left out in turn, and the standard error is that of the jackknife for groups of unequal size (Busing,
Meijer & van der Leeden 1999, Statistics and Computing 9). An interval within 0 and 1 becomes the exact one of a share
of fewer samples (Korn & Graubard 1998, Survey Methodology 24), so many as have the interval's width when there are no
groups; another is stretched. Neither is ever narrower than that of independent samples.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from harness.statistics.exact import beta_cdf, share_bounds
from harness.statistics.intervals import Bounds, normal_quantile
from harness.types import Array

MOST_BLOCKS = 40
"""Groups are left out together where there are more: the error of so many is known to 11 %."""

TRIALS_ACCURACY = 1e-6
"""Of a number of trials, relative."""


@dataclass(frozen=True)
class Blocks:
    """Which block each sample is in, `(n,)`, and how many groups there are."""

    places: npt.NDArray[np.intp]
    groups: int

    @classmethod
    def of(cls, groups: Sequence[str], seed: int = 0) -> Blocks:
        """Blocks of whole groups, alike in size: the largest groups are dealt out first, in a random order."""
        _, which, sizes = np.unique(np.array(groups), return_inverse=True, return_counts=True)
        count = min(len(sizes), MOST_BLOCKS)
        shuffled = np.random.default_rng(seed).permutation(len(sizes))
        order = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
        dealt = np.empty(len(sizes), np.intp)
        rounds = np.arange(len(sizes))
        forth, back = rounds % count, count - 1 - rounds % count
        dealt[order] = np.where(rounds // count % 2, back, forth)
        return cls(dealt[which], len(sizes))

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return int(self.places.max()) + 1

    @property
    def sizes(self) -> Array:
        """The samples of each block, `(blocks,)`."""
        return np.bincount(self.places).astype(np.float64)

    def error(self, value: float, without: Array) -> tuple[float, float]:
        """The standard error of a value from those without each block `(blocks,)`, and its degrees of freedom.

        The freedom is that of a variance of so much kurtosis (Satterthwaite 1946, Biometrics 2), at most blocks - 1: a
        few odd groups among many alike say little.
        """
        shares = self.sizes.sum() / self.sizes
        centre = len(without) * value - ((1 - 1 / shares) * without).sum()
        squares = (shares * value - (shares - 1) * without - centre) ** 2 / (shares - 1)
        variance, fourth = float(squares.mean()), float((squares**2).mean())
        if not variance:
            return 0.0, 1.0
        freedom = 2 * len(without) / max(fourth / variance**2 - 1, 1e-9)
        return variance**0.5, max(1.0, min(freedom, len(without) - 1.0))


def design_effect(value: float, bounds: Bounds, without: Array, blocks: Blocks, confidence: float) -> float:
    """How many times fewer samples there might be, each on its own, for the same error; 1 or more.

    `without` `(blocks,)` are the values without each block.

    A score that no group changes, such as a share without a failure, shows nothing of how alike the samples of a group
    are: each group is worth one sample.
    """
    error, freedom = blocks.error(value, without)
    if np.ptp(without) <= 1e-12 * abs(value):
        return len(blocks.places) / blocks.groups
    t, z = t_quantile(confidence, freedom), normal_quantile(confidence)
    alone = (value * (1 - value) / trials_of(value, bounds, confidence)) ** 0.5 if _is_like_a_share(bounds) else 0.0
    alone = alone or (bounds[1] - bounds[0]) / 2 / z
    return max(1.0, (t * error / (z * alone)) ** 2) if alone else 1.0


def widened(value: float, bounds: Bounds, n: int, effect: float, confidence: float) -> Bounds:
    """The bounds of a score of n samples, were there so many times fewer.

    What is no share may lie beyond 0 and 1 though its interval does not, so the wider of both is taken.
    """
    low, high = bounds
    stretched = value - (value - low) * effect**0.5, value + (high - value) * effect**0.5
    if not _is_like_a_share(bounds):
        return stretched
    trials = trials_of(value, bounds, confidence)
    below, above = share_bounds(value * trials / effect, trials / effect, confidence)
    exact = math.isclose(trials, n, rel_tol=100 * TRIALS_ACCURACY)
    return (below, above) if exact else (min(below, stretched[0]), max(above, stretched[1]))


def _is_like_a_share(bounds: Bounds) -> bool:
    return 0 <= bounds[0] < bounds[1] <= 1


@cache
def trials_of(value: float, bounds: Bounds, confidence: float) -> float:
    """The trials of a share of this value that has an exact interval of this width; at least one."""
    low, high = 0.0, 40.0
    while high - low > TRIALS_ACCURACY:
        middle = (low + high) / 2
        below, above = share_bounds(value * math.exp(middle), math.exp(middle), confidence)
        low, high = (middle, high) if above - below > bounds[1] - bounds[0] else (low, middle)
    return math.exp((low + high) / 2)


@cache
def t_quantile(confidence: float, freedom: float) -> float:
    """The quantile of Student's t above one half, by bisection of the incomplete beta function."""
    low, high = 0.0, 1e6
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        above = beta_cdf(freedom / (freedom + middle * middle), freedom / 2, 0.5) / 2
        low, high = (middle, high) if above > 1 - confidence else (low, middle)
    return (low + high) / 2
