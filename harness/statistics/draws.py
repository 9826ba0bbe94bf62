"""The rows of bootstrap resamples, drawn once for all statistics of as many rows that follow each other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Indices: TypeAlias = npt.NDArray[np.intp]

MAX_RESAMPLED_ROWS = 20_000
"""The most rows per resample, so that the scores of a million rows take seconds too."""

BLOCK = 65_536
"""Rows that are drawn and counted at a time: what a processor keeps at hand."""

MOST_KEPT = 20_000_000
"""Rows of all resamples together, of two bytes each, that are kept for the next statistic."""


def rows_of_each(n: int) -> int:
    """How many rows a resample of n has."""
    return min(n, MAX_RESAMPLED_ROWS)


def resampled_rows(n: int, seed: int, resamples: int) -> Iterator[Indices]:
    """The rows of each resample of n, some resamples at a time, `(some, rows)`.

    They are those that one generator draws for one resample after another, at most MAX_RESAMPLED_ROWS for each.
    """
    drawn = rows_of_each(n)
    if n > np.iinfo(np.uint16).max or drawn * resamples > MOST_KEPT:
        yield from _drawn(n, drawn, seed, resamples)
        return
    kept, some = _kept(n, drawn, seed, resamples), _at_a_time(drawn)
    for at in range(0, resamples, some):
        yield kept[at : at + some].astype(np.intp)


@lru_cache(maxsize=1)
def _kept(n: int, drawn: int, seed: int, resamples: int) -> npt.NDArray[Any]:
    found, at = np.empty((resamples, drawn), np.uint16), 0
    for block in _drawn(n, drawn, seed, resamples):
        found[at : at + len(block)] = block
        at += len(block)
    return found


def _drawn(n: int, drawn: int, seed: int, resamples: int) -> Iterator[Indices]:
    rng, some = np.random.default_rng(seed), _at_a_time(drawn)
    for at in range(0, resamples, some):
        yield rng.integers(0, n, (min(some, resamples - at), drawn))


def _at_a_time(drawn: int) -> int:
    return max(1, BLOCK // max(1, drawn))
