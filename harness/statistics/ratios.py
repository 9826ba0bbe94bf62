"""Bounds of ratio scores of many classes: means of shares, F1, the correlation coefficient, areas under curves.

Means of shares are bounded by square-and-add of each class's exact bounds (Zou & Donner 2008, Statistics in Medicine
27), which needs no resampling and covers where a class has two rows; the percentile bootstrap does not. Where the
classes share rows their correlation enters as in Newcombe (1998, method 10), by the delta method.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from harness.statistics.exact import clopper_pearson, share_bounds
from harness.statistics.intervals import Bounds, normal_quantile
from harness.statistics.ranks import midranks
from harness.types import Array

_HALVINGS = 50


def mean_of_shares(hits: Array, counts: Array, confidence: float = 0.95, correlation: Array | None = None) -> Bounds:
    """Bounds of the mean of shares `hits / counts`, both `(k,)`; `correlation` `(k, k)`, independent unless given."""
    bounds = [clopper_pearson(int(hit), int(count), confidence) for hit, count in zip(hits, counts, strict=True)]
    return _added(hits / counts, bounds, correlation)


def mean_of_f1(hits: Array, claimed: Array, support: Array, correlation: Array, confidence: float = 0.95) -> Bounds:
    """Bounds of the mean F1 of classes from counts `(k,)`, each class with a row or a claim.

    F1 is 2 J / (1 + J) of Jaccard's share J, right rows among those of the class or claimed for it: exact bounds of J
    are exact bounds of F1.
    """
    union = claimed + support - hits
    bounds = [f1_bounds(*each, confidence) for each in zip(hits.tolist(), union.tolist(), strict=True)]
    return _added(_f1(hits / union), bounds, correlation)


def f1_bounds(hits: int, union: int, confidence: float = 0.95) -> Bounds:
    """Exact bounds of the F1 of one class, from its right rows and those of it or claimed for it."""
    low, high = clopper_pearson(int(hits), int(union), confidence)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def f1_correlation(confusion: Array) -> Array:
    """The correlation of the classes' F1, `(k, k)`, of counts `(k, k)`: rows are true classes, columns claims."""
    hits, total = confusion.diagonal(), confusion.sum(axis=0) + confusion.sum(axis=1)
    f1 = _divided(2 * hits, total)
    missed, hit = _divided(f1, total), _divided(2 - 2 * f1, total)
    covariance = (confusion + confusion.T) * np.outer(missed, missed)
    np.fill_diagonal(covariance, hits * hit**2 + (total - 2 * hits) * missed**2)
    return as_correlation(covariance)


def row_correlation(influence: Array) -> Array:
    """The correlation of k scores from what each row moves them by, `(n, k)`."""
    return as_correlation(influence.T @ influence)


def as_correlation(covariance: Array) -> Array:
    """A covariance `(k, k)` as correlations; a score that does not vary correlates with none."""
    spread = np.sqrt(covariance.diagonal())
    found = _divided(covariance, np.outer(spread, spread))
    np.fill_diagonal(found, 1.0)
    return found


def mcc_bounds(confusion: Array, confidence: float = 0.95) -> Bounds | None:
    """Bounds of Gorodkin's (2004) R_K by the delta method on Fisher's z; None where it is constant.

    Of a table without errors the lower bound is that of one shrunk towards independence until its accuracy is the exact
    lower bound: 1 - (1 - low) / (1 - sum of squared shares of the classes). Of one of -1, two classes all confused, the
    bounds are those of one without errors, mirrored.
    """
    n = confusion.sum()
    share, claimed = confusion.sum(axis=1) / n, confusion.sum(axis=0) / n
    a, b = 1 - (claimed**2).sum(), 1 - (share**2).sum()
    if a <= 0 or b <= 0:
        return None
    if confusion.diagonal().sum() == n:
        return 1 - (1 - clopper_pearson(int(n), int(n), confidence)[0]) / float(b), 1.0
    value, error = _mcc(confusion / n, share, claimed, float(a), float(b))
    if value <= -1 + 1e-12:
        return -1.0, (1 - clopper_pearson(int(n), int(n), confidence)[0]) / float(b) - 1
    half = normal_quantile(confidence) * error / n**0.5 / (1 - value**2)
    return float(np.tanh(np.arctanh(value) - half)), float(np.tanh(np.arctanh(value) + half))


def _mcc(cells: Array, share: Array, claimed: Array, a: float, b: float) -> tuple[float, float]:
    """The coefficient, and the standard deviation of what one row moves it by."""
    both, root = float(share @ claimed), (a * b) ** 0.5
    top = float(cells.trace()) - both
    moved = np.eye(len(cells)) - cells.trace() - (claimed[:, None] + share[None, :] - 2 * both)
    narrowed = (claimed @ claimed - claimed)[None, :] / a + (share @ share - share)[:, None] / b
    influence = moved / root - top / root * narrowed
    return top / root, float(((influence**2) * cells).sum() ** 0.5)


def auc_bounds(truth: npt.NDArray[np.bool_], scores: Array, confidence: float = 0.95) -> Bounds | None:
    """Bounds of the mean area under the ROC curves of columns `(n, k)`; None where a side has fewer than two rows.

    Each area has the exact bounds of a share of as many trials as give it the standard error of DeLong, DeLong &
    Clarke-Pearson (1988, Biometrics 44), or as the rarer side has rows where it is 0 or 1. With few rows on a side that
    error is hardly known, so the lower bound is that of Newcombe (2006) where it is higher. The mean has those by
    square-and-add, with the correlation of what each row moves the areas by.
    """
    count = truth.sum(axis=0)
    few = np.minimum(count, len(truth) - count)
    if few.min() < 2:
        return None
    columns = zip(truth.T, scores.T, few.tolist(), strict=True)
    areas = [_area(column, score, least, confidence) for column, score, least in columns]
    values, bounds, influence = zip(*areas, strict=True)
    return _added(np.array(values), bounds, row_correlation(np.column_stack(influence)))


def delong(truth: npt.NDArray[np.bool_], scores: Array) -> tuple[float, float]:
    """The area under a ROC curve, and its standard error (DeLong, DeLong & Clarke-Pearson 1988)."""
    value, influence = _placements(truth, scores)
    return value, float((influence @ influence) ** 0.5)


def _area(truth: npt.NDArray[np.bool_], scores: Array, few: int, confidence: float) -> tuple[float, Bounds, Array]:
    value, influence = _placements(truth, scores)
    error = float((influence @ influence) ** 0.5)
    trials = value * (1 - value) / error**2 if error else few
    low, high = share_bounds(value * trials, trials, confidence)
    return value, (max(low, area_below(value, few, len(truth) - few, confidence)), high), influence


def area_below(area: float, first: int, second: int, confidence: float = 0.95) -> float:
    """The lower bound of an area seen with so many rows on each side.

    It is the least area whose own standard error allows what was seen. Newcombe (2006, Statistics in Medicine 25,
    559-573), method 5: the error is that of Hanley & McNeil (1982) with (first + second) / 2 - 1 in place of first - 1
    and second - 1.
    """
    z, low, high = normal_quantile(confidence), 0.0, area
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        allowed = area - middle <= z * _hanley_error(middle, first, second)
        low, high = (low, middle) if allowed else (middle, high)
    return low


def _hanley_error(area: float, first: int, second: int) -> float:
    """The standard error of an area, were both sides exponential."""
    more = (first + second) / 2 - 1
    spread = 1 + more * (1 - area) / (2 - area) + more * area / (1 + area)
    return float((area * (1 - area) * spread / (first * second)) ** 0.5)


def _placements(truth: npt.NDArray[np.bool_], scores: Array) -> tuple[float, Array]:
    """The area, and what each row moves it by: its placement among the other side less the area."""
    ranks, count = midranks(scores), int(truth.sum())
    rest = len(truth) - count
    placed = np.empty(len(truth))
    placed[truth] = (ranks[truth] - midranks(scores[truth])) / rest
    placed[~truth] = 1 - (ranks[~truth] - midranks(scores[~truth])) / count
    area = float(placed[truth].mean())
    return area, (placed - area) / np.sqrt(np.where(truth, count * (count - 1.0), rest * (rest - 1.0)))


def _added(values: Array, bounds: Sequence[Bounds], correlation: Array | None) -> Bounds:
    """Square-and-add: bounds of the mean of values `(k,)` from those of each."""
    low, high = np.array(bounds).T
    below, above = (_length(each, correlation) / len(values) for each in (values - low, high - values))
    return float(values.mean()) - below, float(values.mean()) + above


def _length(distances: Array, correlation: Array | None) -> float:
    square = float(distances @ (distances if correlation is None else correlation @ distances))
    return float(max(square, 0.0) ** 0.5)


def _f1(jaccard: Array) -> Array:
    return 2 * jaccard / (1 + jaccard)


def _divided(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator, dtype=np.float64), where=denominator > 0)
