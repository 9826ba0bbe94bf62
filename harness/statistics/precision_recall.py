"""Average precision, of all rows or of many resamples: sorting each of those anew took minutes of 151 classes.

It is the precision at each threshold weighted by the recall that the threshold adds, without interpolation (Davis &
Goadrich 2006; scikit-learn), and of several columns the mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness.types import Array

Places = npt.NDArray[np.intp]
Truth = npt.NDArray[np.bool_]


def average_precision(truth: Truth, scores: Array) -> float:
    """That of columns, both `(n, k)`; NaN where one has no true row."""
    if not len(truth) or not truth.any(axis=0).all():
        return float("nan")
    return float(np.mean([_of_column(*column) for column in zip(truth.T, scores.T, strict=True)]))


def _of_column(truth: Truth, scores: Array) -> float:
    order = np.argsort(-scores)
    found = np.cumsum(truth[order])
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    gained = np.diff(found[ends], prepend=0) / found[-1]
    return float((gained * found[ends] / (ends + 1)).sum())


@dataclass(frozen=True)
class Thresholds:
    """The distinct scores of true rows, found once: a resample only counts the rows that reach them.

    `places` `(k, n)` are, for each column, twice the place of the first threshold that a row reaches, from the highest,
    and one more for a true row; `counts` `(k,)` are how many thresholds there are.
    """

    places: Places
    counts: Places

    @classmethod
    def of(cls, truth: Truth, scores: Array) -> Thresholds:
        """Those of columns, both `(n, k)`, each with a true row."""
        columns = [_reached(*column) for column in zip(truth.T, scores.T, strict=True)]
        return cls(np.array([each for each, _ in columns]), np.array([count for _, count in columns]))

    def average_precision(self, rows: Places) -> Array:
        """That of resamples, by their row numbers `(some, rows)`: `(some,)`, NaN where a column has no true row."""
        columns = zip(self.places, self.counts.tolist(), strict=True)
        found = np.stack([_of_counts(*_counted(places.take(rows), count)) for places, count in columns], axis=1)
        return np.asarray(found.mean(axis=1))


def _reached(truth: Truth, scores: Array) -> tuple[Places, int]:
    thresholds = np.unique(scores[truth])
    above = len(thresholds) - np.searchsorted(thresholds, scores, side="right")
    return 2 * above + truth, len(thresholds)


def _counted(places: Places, count: int) -> tuple[Places, Places]:
    """How many rows, and how many true rows, reach each threshold first, `(some, thresholds)`."""
    width = 2 * (count + 1)  # a row may reach none
    places += width * np.arange(len(places))[:, np.newaxis]
    found = np.bincount(places.ravel(), minlength=width * len(places)).reshape(len(places), count + 1, 2)
    true = found[:, :-1, 1]
    return found[:, :-1, 0] + true, true


def _of_counts(rows: Places, true: Places) -> Array:
    """The average precision of one column, `(some,)`."""
    found = np.cumsum(true, axis=1)
    gained = true * found / np.maximum(np.cumsum(rows, axis=1), 1)
    with np.errstate(invalid="ignore"):  # NaN without a true row
        return np.asarray(np.add.reduceat(gained, [0], axis=1)[:, 0] / found[:, -1])
