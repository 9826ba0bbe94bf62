"""The intervals of metrics that have better ones than the percentile bootstrap, by what kind of number they are.

They are functions `(predictions, scoring, **parameters) -> Interval`, for `@metric(interval=...)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from harness.errors import listed
from harness.sessions.traits import IntervalFunction
from harness.statistics.calibration import calibration_error
from harness.statistics.draws import MAX_RESAMPLED_ROWS, Indices
from harness.statistics.exact import clopper_pearson
from harness.statistics.intervals import Bounds, Interval, bootstrap_blocks, mean_bounds
from harness.statistics.precision_recall import Thresholds, average_precision
from harness.statistics.ratios import (
    auc_bounds,
    f1_correlation,
    mcc_bounds,
    mean_of_f1,
    mean_of_shares,
    row_correlation,
)
from harness.types import Array


class Sureness(Protocol):
    """The part of a `ScoringContext` that intervals depend on."""

    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def confidence(self) -> float: ...
    @property
    def seed(self) -> int: ...
    @property
    def resamples(self) -> int: ...


CALIBRATION_BINS = 15
"""Bins of the calibration error, as in Guo et al. (2017)."""

MOST_COUNTED_ROWS = 5 * MAX_RESAMPLED_ROWS
"""Of more rows, sorting those of each resample was measured to be faster."""

CONSTANT = "all cases have the same value, so nobody knows how it varies"


@dataclass(frozen=True)
class of_share:  # noqa: N801  # it reads as the function that it is
    """The exact interval of the share of rows that meet something, `(n,)`."""

    rows: Callable[..., Any]

    def __call__(self, data: Any, scoring: Sureness, **parameters: Any) -> Interval:
        met = self.rows(data, **parameters)
        return Interval(*clopper_pearson(int(met.sum()), len(met), scoring.confidence))


@dataclass(frozen=True)
class of_mean:  # noqa: N801  # likewise
    """The bootstrap-t interval of the mean of a value per row, `(n,)`."""

    rows: Callable[..., Any]

    def __call__(self, data: Any, scoring: Sureness, **parameters: Any) -> Interval:
        found = mean_bounds(self.rows(data, **parameters), scoring.confidence, scoring.seed, scoring.resamples)
        return Interval(*found) if found else Interval(note=CONSTANT)


def of_root_mean(squares: Callable[..., Array]) -> IntervalFunction:
    """The same of the root of a mean of squares."""

    def interval(data: Any, scoring: Sureness, **parameters: Any) -> Interval:
        found = of_mean(squares)(data, scoring, **parameters)
        if found.low is None or found.high is None:
            return found
        return Interval(max(found.low, 0.0) ** 0.5, max(found.high, 0.0) ** 0.5)

    return interval


def of_recall(counted: Any, scoring: Sureness) -> Interval:
    """Square-and-add over the classes; nobody knows the recall of one that does not occur."""
    if missing := np.flatnonzero(counted.support == 0).tolist():
        return Interval(note=f"no sample of {_classes(missing, scoring)}")
    correlation = _of_rows(counted, counted.truth, counted.support, counted.hits / counted.support)
    return Interval(*mean_of_shares(counted.hits, counted.support, scoring.confidence, correlation))


def of_precision(counted: Any, scoring: Sureness) -> Interval:
    """Square-and-add over the classes; nobody knows the precision of one that is never predicted."""
    if missing := np.flatnonzero(counted.claimed == 0).tolist():
        return Interval(note=f"no prediction of {_classes(missing, scoring)}")
    claims = counted.predicted if _has_label_sets(counted) else None
    correlation = _of_rows(counted, claims, counted.claimed, counted.hits / counted.claimed)
    return Interval(*mean_of_shares(counted.hits, counted.claimed, scoring.confidence, correlation))


def of_f1(counted: Any, scoring: Sureness) -> Interval:
    """Square-and-add over the classes with the correlation of their F1."""
    if missing := np.flatnonzero(counted.support == 0).tolist():
        return Interval(note=f"no sample of {_classes(missing, scoring)}")
    total = counted.claimed + counted.support
    if _has_label_sets(counted):
        f1 = 2 * counted.hits / total
        moved = (2.0 * (counted.truth & counted.predicted) - f1 * (counted.truth * 1.0 + counted.predicted)) / total
        correlation = row_correlation(moved)
    else:
        correlation = f1_correlation(counted.confusion)
    return Interval(*mean_of_f1(counted.hits, counted.claimed, counted.support, correlation, scoring.confidence))


def of_mcc(predictions: Any, scoring: Sureness) -> Interval:
    """The delta method on Fisher's z."""
    return _or_unknown(mcc_bounds(predictions.confusion, scoring.confidence), "label or prediction is constant")


def of_auc(counted: Any, scoring: Sureness) -> Interval:
    """The exact bounds of shares with DeLong's standard error."""
    if np.isnan(scoring.confidence):
        return Interval()
    truth, probabilities = counted.ranked_columns
    found = auc_bounds(truth, probabilities, scoring.confidence)
    return _or_unknown(found, "a class has fewer than two rows, or all but one")


def of_average_precision(counted: Any, scoring: Sureness) -> Interval:
    """The percentile bootstrap's; thresholds are found once, unless counting all rows takes longer than sorting few."""
    truth, probabilities = counted.ranked_columns
    value, n = average_precision(truth, probabilities), len(truth)
    if np.isnan(scoring.confidence) or np.isnan(value):
        return Interval()
    thresholds = Thresholds.of(truth, probabilities) if n <= MOST_COUNTED_ROWS else None

    def on(block: Indices) -> Array:
        if thresholds:
            return thresholds.average_precision(block)[:, np.newaxis]
        some = [average_precision(truth.take(rows, axis=0), probabilities.take(rows, axis=0)) for rows in block]
        return np.array(some)[:, np.newaxis]

    [found] = bootstrap_blocks(on, n, confidence=scoring.confidence, seed=scoring.seed, resamples=scoring.resamples)
    return varied(found, value, n, scoring.confidence)


def varied(bounds: Bounds | None, value: float, n: int, confidence: float, *, share: bool = True) -> Interval:
    """The bootstrap's bounds, unless every resample gives the same: none sees the error that has not occurred yet.

    At 0 or 1 the end inside is the exact one of a share that is never, or always, met in n cases; else nobody knows.
    """
    if bounds is None:
        return Interval(note="undefined on most resamples")
    if bounds[0] < bounds[1]:
        return Interval(*bounds)
    if share and value in {0.0, 1.0}:
        return Interval(*clopper_pearson(round(value * n), n, confidence))
    return Interval(note="every resample gives the same value")


def of_calibration(data: Any, scoring: Sureness, *, bins: int = CALIBRATION_BINS) -> Interval:
    """Bounds and value of the calibration error without its bias."""
    sure = data.probabilities.max(axis=1)
    places = np.clip(np.ceil(sure * bins).astype(np.intp) - 1, 0, bins - 1)
    right = (data.predicted == data.labels).astype(np.float64)
    value, low, high = calibration_error(sure, right, places, scoring.confidence, scoring.seed, scoring.resamples)
    return Interval(low, high, value=value)


def _has_label_sets(counted: Any) -> bool:
    return bool(counted.predicted.ndim == 2)


def _of_rows(counted: Any, among: Any, counts: Array, shares: Array) -> Array | None:
    """The correlation of labels' shares, which rows have several of; classes share no row."""
    if not _has_label_sets(counted):
        return None
    hits = counted.truth & counted.predicted
    return row_correlation((hits - shares * among) / counts)


def _or_unknown(bounds: Bounds | None, why: str) -> Interval:
    return Interval(*bounds) if bounds else Interval(note=why)


def _classes(places: list[int], scoring: Sureness) -> str:
    return f"class{'es' * (len(places) > 1)} {listed(repr(scoring.labels[at]) for at in places)}"
