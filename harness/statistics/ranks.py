"""Ranks of numbers, which correlations by rank and areas under a ROC curve are made of."""

from __future__ import annotations

import numpy as np

from harness.types import Array


def midranks(values: Array) -> Array:
    """Ranks from 1 of finite numbers `(n,)`, ties at their mean, `(n,)`."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    counts = np.diff(np.append(starts, len(values)))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat(starts + (counts + 1) / 2, counts)
    return ranks
