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

    `rows` are those that reach a threshold, in the order of the first that they reach; those of each threshold end
    before its place in `ends` `(thresholds,)`. `hits` and `hit_ends` are the same of true rows. The thresholds of a
    column lie together, from the highest, and `firsts` `(k,)` are their beginnings.
    """

    rows: Places
    ends: Places
    hits: Places
    hit_ends: Places
    firsts: Places

    @classmethod
    def of(cls, truth: Truth, scores: Array) -> Thresholds:
        """Those of columns, both `(n, k)`, each with a true row."""
        columns = [_reached(*column) for column in zip(truth.T, scores.T, strict=True)]
        counts = np.array([len(each[1]) for each in columns])
        rows, sizes, hits, hit_sizes = (np.concatenate(each) for each in zip(*columns, strict=True))
        return cls(rows, np.cumsum(sizes), hits, np.cumsum(hit_sizes), np.cumsum(counts) - counts)

    def average_precision(self, weights: Places) -> float:
        """That of the rows, each counted so many times, `(n,)`; NaN where a column has no true row left."""
        reached, found = self._up_to(weights, self.rows, self.ends), self._up_to(weights, self.hits, self.hit_ends)
        gained = np.diff(found, prepend=0)
        gained[self.firsts] = found[self.firsts]
        true = np.add.reduceat(gained, self.firsts)
        if not true.all():
            return float("nan")
        return float((np.add.reduceat(gained * found / np.maximum(reached, 1), self.firsts) / true).mean())

    def _up_to(self, weights: Places, rows: Places, ends: Places) -> Places:
        """How often a row reaches each threshold: those of the higher ones of its column are among them."""
        counted = np.cumsum(weights.take(rows)).take(ends - 1)
        before = np.append(0, counted).take(self.firsts)
        return np.asarray(counted - np.repeat(before, np.diff(self.firsts, append=len(ends))))


def _reached(truth: Truth, scores: Array) -> tuple[Places, Places, Places, Places]:
    """The rows that reach a threshold of a column in its order, and how many reach each first; and of true rows."""
    thresholds = np.unique(scores[truth])
    above = len(thresholds) - np.searchsorted(thresholds, scores, side="right")
    some = np.flatnonzero(above < len(thresholds)), np.flatnonzero(truth)
    (rows, sizes), (hits, hit_sizes) = (_in_order(each, above[each], len(thresholds)) for each in some)
    return rows, sizes, hits, hit_sizes


def _in_order(rows: Places, places: Places, count: int) -> tuple[Places, Places]:
    return rows[np.argsort(places, kind="stable")], np.bincount(places, minlength=count)
