"""Metrics of values (regression): functions `(ValuePredictions) -> float`, NaN where undefined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.scores.metric_intervals import of_mean, of_root_mean
from harness.sessions.traits import metric
from harness.statistics.draws import Indices
from harness.statistics.ranks import midranks
from harness.types import Array


@dataclass(frozen=True)
class ValuePredictions:
    """The truth and the model's answers, both `(n,)`, in the unit of the data."""

    truth: Array
    values: Array

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def errors(self) -> Array:
        """Answer less truth, `(n,)`."""
        return self.values - self.truth

    def take(self, rows: Indices) -> ValuePredictions:
        """The estimates of these rows, in this order."""
        return ValuePredictions(self.truth[rows], self.values[rows])


@metric(interval=of_mean(lambda estimates: np.abs(estimates.errors)), lower_is_better=True)
def mae(estimates: ValuePredictions) -> float:
    """Mean absolute error, 0 or more, in the unit of the data."""
    return float(np.abs(estimates.errors).mean())


@metric(interval=of_root_mean(lambda estimates: estimates.errors**2), lower_is_better=True)
def rmse(estimates: ValuePredictions) -> float:
    """Root of the mean squared error, 0 or more, in the unit of the data."""
    return float((estimates.errors**2).mean() ** 0.5)


def r2(estimates: ValuePredictions) -> float:
    """Share of the variance that is explained, 1 at best, negative if worse than the mean; NaN for a constant truth."""
    spread = ((estimates.truth - estimates.truth.mean()) ** 2).sum()
    return float(1 - (estimates.errors**2).sum() / spread) if spread else float("nan")


def pearson(estimates: ValuePredictions) -> float:
    """Linear correlation of answer and truth, in -1..1; NaN if one is constant."""
    return _correlation(estimates.truth, estimates.values)


def spearman(estimates: ValuePredictions) -> float:
    """Rank correlation of answer and truth, in -1..1; NaN if one is constant."""
    return _correlation(midranks(estimates.truth), midranks(estimates.values))


def _correlation(first: Array, second: Array) -> float:
    if not len(first) or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    a, b = first - first.mean(), second - second.mean()
    return float((a * b).sum() / ((a * a).sum() * (b * b).sum()) ** 0.5)
