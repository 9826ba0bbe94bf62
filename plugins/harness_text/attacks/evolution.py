"""Differential evolution (Storn & Price 1997) as a session: a generation is one question.

As scipy's `differential_evolution` with `updating="deferred"`: Latin hypercube, best1bin, a mutation drawn from 0.5 to
1 for each generation, recombination 0.7, an end when the scores are alike. It is not polished at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness import Session

Array: TypeAlias = npt.NDArray[np.float64]

CROSSED = 0.7
"""The share of coordinates that a trial takes from the mutant."""


def evolved(
    asked: Callable[[Array], Session[tuple[Array, bool]]],
    bounds: Sequence[tuple[float, float]],
    draws: np.random.Generator,
    *,
    size: int,
    generations: int,
) -> Session[None]:
    """Lower what `asked` gives of points `(n, d)`, until it says that the goal is reached or nothing is left to ask.

    `size` points a dimension, 5 at least.
    """
    low, high = np.array(bounds, dtype=float).T
    count = max(5, size * len(bounds))
    points = _spread(count, len(bounds), draws)
    scores, done = yield from asked(low + points * (high - low))
    for _ in range(generations):
        if done or len(scores) < count or np.std(scores) <= 0.01 * abs(np.mean(scores)):
            return
        trials = _trials(points, points[np.argmin(scores)], draws)
        found, done = yield from asked(low + trials * (high - low))
        better = np.flatnonzero(found <= scores[: len(found)])
        points[better], scores[better] = trials[better], found[better]


def _spread(count: int, dimensions: int, draws: np.random.Generator) -> Array:
    """A Latin hypercube: one point in each of `count` slices of every dimension."""
    slices = np.array([draws.permutation(count) for _ in range(dimensions)]).T
    return np.asarray((slices + draws.random((count, dimensions))) / count)


def _trials(points: Array, best: Array, draws: np.random.Generator) -> Array:
    count, dimensions = points.shape
    scale = draws.uniform(0.5, 1)
    pairs = np.array([draws.choice(np.delete(np.arange(count), at), 2, replace=False) for at in range(count)])
    mutants = best + scale * (points[pairs[:, 0]] - points[pairs[:, 1]])
    crossed = draws.random((count, dimensions)) < CROSSED
    crossed[np.arange(count), draws.integers(dimensions, size=count)] = True
    trials = np.where(crossed, mutants, points)
    outside = (trials < 0) | (trials > 1)
    return np.where(outside, draws.random((count, dimensions)), trials)
