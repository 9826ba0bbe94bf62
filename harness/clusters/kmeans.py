"""Clusters of points by k-means (Lloyd 1982) from seeds that are far apart (Arthur & Vassilvitskii 2007)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness.types import Array

Indices: TypeAlias = npt.NDArray[np.int64]

FITTED_ON = 10_000
"""Points that centres are fitted on, the first ones; all are then given the nearest centre."""

STARTS, MOST_ROUNDS = 3, 50
"""Times that centres are drawn, of which the closest count; and rounds of each."""

AT_ONCE = 20_000
"""Points whose distances are computed together."""


def clusters(points: Array, k: int, seed: int = 0) -> Indices:
    """The cluster of each point `(n, d)`, from 0 to k - 1: `(n,)`; the same for the same points and seed."""
    some = points[:FITTED_ON]
    rng = np.random.default_rng([seed, k])
    fits = [_fitted(some, _far_apart(some, k, rng)) for _ in range(STARTS)]
    centres = min(fits, key=lambda each: _nearest(some, each)[1].sum())
    return _nearest(points, centres)[0]


def _far_apart(points: Array, k: int, rng: np.random.Generator) -> Array:
    """Points drawn one by one, each with the chance of its squared distance from those before."""
    chosen = [int(rng.integers(len(points)))]
    away = np.full(len(points), np.inf)
    while len(chosen) < k:
        away = np.minimum(away, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        total = away.sum()
        chosen.append(int(rng.choice(len(points), p=away / total if total > 0 else None)))
    return points[chosen]


def _fitted(points: Array, centres: Array) -> Array:
    """The centres, moved to the means of what is nearest to them until nothing moves; an empty one stays."""
    own = np.full(len(points), -1)
    for _ in range(MOST_ROUNDS):
        new, _ = _nearest(points, centres)
        if (new == own).all():
            break
        own = new
        sums = np.stack([points[own == at].sum(axis=0) for at in range(len(centres))])
        counts = np.bincount(own, minlength=len(centres))[:, None]
        centres = np.where(counts > 0, sums / np.maximum(counts, 1), centres)
    return centres


def _nearest(points: Array, centres: Array) -> tuple[Indices, Array]:
    """The nearest centre of each point, and its squared distance."""
    found, away = np.empty(len(points), np.int64), np.empty(len(points))
    squares = (centres**2).sum(axis=1)
    for start in range(0, len(points), AT_ONCE):
        some = points[start : start + AT_ONCE]
        distances = (some**2).sum(axis=1)[:, None] - 2 * some @ centres.T + squares
        found[start : start + AT_ONCE] = distances.argmin(axis=1)
        away[start : start + AT_ONCE] = distances.min(axis=1).clip(min=0)
    return found, away
