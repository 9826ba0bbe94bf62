"""How far two rows of weights agree: Krishna et al. (2022), The disagreement problem in explainable machine learning.

Section 3: rank correlation (their `RC`) and the agreement of the top features (`FA`).
"""

from __future__ import annotations

from math import ceil

import numpy as np

from harness.statistics.ranks import midranks
from harness.types import Array

TOP_SHARE = 0.25
"""The share of words that count as the top ones of an explanation, at least one: Krishna et al. vary it."""


def rank_correlation(first: Array, second: Array) -> float:
    """Spearman's correlation of two rows of weights, in -1..1; NaN where one is constant or too short."""
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(midranks(first), midranks(second))[0, 1])


def top_agreement(first: Array, second: Array) -> float:
    """Share of the top words, by weight, that both have, in 0..1; NaN of less than two words, one being the top."""
    if len(first) < 2:
        return float("nan")
    top = ceil(TOP_SHARE * len(first))
    return len(set(_top(first, top)) & set(_top(second, top))) / top


def _top(weights: Array, count: int) -> list[int]:
    return [int(at) for at in np.argsort(-weights, kind="stable")[:count]]
