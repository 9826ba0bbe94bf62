"""Metrics of classes and of labels: functions `(ClassPredictions | LabelPredictions) -> float`, NaN where undefined.

Written here, each in a line or two of numpy, because every one of them is evaluated a thousand times for its
interval; the tests check each against scikit-learn and torchmetrics. Those of values are in `estimates.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness.kinds.outputs import LABEL_THRESHOLD
from harness.scores.metric_intervals import (
    CALIBRATION_BINS,
    of_auc,
    of_average_precision,
    of_calibration,
    of_f1,
    of_mcc,
    of_mean,
    of_precision,
    of_recall,
    of_share,
)
from harness.sessions.traits import metric
from harness.statistics.draws import Indices
from harness.statistics.precision_recall import average_precision
from harness.statistics.ranks import midranks
from harness.types import Array, Positive

PROBABILITY_EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are kept this far from 0 and 1 in the log loss, as scikit-learn does."""


@dataclass(frozen=True)
class ClassPredictions:
    """Labels `(n,)`, indices of classes, and probabilities `(n, classes)`."""

    labels: npt.NDArray[np.intp]
    probabilities: Array

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def predicted(self) -> npt.NDArray[np.intp]:
        """The most probable class of each row, `(n,)`."""
        return self.probabilities.argmax(axis=1) if len(self) else np.empty(0, np.intp)

    @cached_property
    def confusion(self) -> Array:
        """Counts `(classes, classes)`: rows are true labels, columns predictions."""
        classes = self.probabilities.shape[1]
        counts = np.bincount(self.labels * classes + self.predicted, minlength=classes * classes)
        return counts.reshape(classes, classes).astype(np.float64)

    @property
    def truth(self) -> npt.NDArray[np.bool_]:
        """Whether each class is the label, `(n, classes)`."""
        return np.asarray(self.labels[:, np.newaxis] == np.arange(self.probabilities.shape[1]))

    @property
    def hits(self) -> Array:
        """The number of right predictions of each class, `(classes,)`."""
        return np.asarray(self.confusion.diagonal())

    @property
    def support(self) -> Array:
        """The number of rows of each class, `(classes,)`."""
        return np.asarray(self.confusion.sum(axis=1))

    @property
    def claimed(self) -> Array:
        """The number of predictions of each class, `(classes,)`."""
        return np.asarray(self.confusion.sum(axis=0))

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """Whether the prediction of each row is its label, `(n,)`."""
        return np.asarray(self.predicted == self.labels)

    @property
    def ranked_columns(self) -> tuple[npt.NDArray[np.bool_], Array]:
        """Truth and probabilities of the classes that are ranked: of two, which mirror each other, the second."""
        columns = slice(1, None) if self.probabilities.shape[1] == 2 else slice(None)
        return self.truth[:, columns], self.probabilities[:, columns]

    def take(self, rows: Indices) -> ClassPredictions:
        """The predictions of these rows, in this order."""
        taken = ClassPredictions(self.labels.take(rows), self.probabilities.take(rows, axis=0))
        taken.__dict__["predicted"] = self.predicted.take(rows)
        return taken


@dataclass(frozen=True)
class LabelPredictions:
    """Several labels at once: the truth and the probability of each, both `(n, labels)`.

    `thresholds` is the probability from which on a label applies: of all, or of each, `(labels,)`.
    """

    truth: npt.NDArray[np.bool_]
    probabilities: Array
    thresholds: Array | float = LABEL_THRESHOLD

    def __len__(self) -> int:
        return len(self.truth)

    @cached_property
    def predicted(self) -> npt.NDArray[np.bool_]:
        """Whether each label applies by the model's answer, `(n, labels)`."""
        return np.asarray(self.probabilities >= self.thresholds)

    @cached_property
    def hits(self) -> Array:
        """The number of right predictions of each label, `(labels,)`."""
        return np.asarray((self.truth & self.predicted).sum(axis=0), dtype=np.float64)

    @cached_property
    def support(self) -> Array:
        """The number of rows to which each label applies, `(labels,)`."""
        return np.asarray(self.truth.sum(axis=0), dtype=np.float64)

    @cached_property
    def claimed(self) -> Array:
        """The number of predictions of each label, `(labels,)`."""
        return np.asarray(self.predicted.sum(axis=0), dtype=np.float64)

    @property
    def ranked_columns(self) -> tuple[npt.NDArray[np.bool_], Array]:
        """Truth and probabilities of the labels."""
        return self.truth, self.probabilities

    def take(self, rows: Indices) -> LabelPredictions:
        """The label sets of these rows, in this order."""
        return LabelPredictions(self.truth.take(rows, axis=0), self.probabilities.take(rows, axis=0), self.thresholds)


Counted: TypeAlias = ClassPredictions | LabelPredictions
"""Predictions that count hits, support and claims of every class."""


def class_precision(counted: Counted) -> Array:
    """Share of each predicted class that is right, `(classes,)`; 0 for a class never predicted."""
    return _divide(counted.hits, counted.claimed)


def class_recall(counted: Counted) -> Array:
    """Share of each true class that is found, `(classes,)`; 0 for a class without a row."""
    return _divide(counted.hits, counted.support)


def class_f1(counted: Counted) -> Array:
    """Harmonic mean of precision and recall of each class, `(classes,)`."""
    return _divide(2 * counted.hits, counted.claimed + counted.support)


@metric(interval=of_share(lambda predictions: predictions.right))
def accuracy(predictions: ClassPredictions) -> float:
    """Share of rows whose most probable class is the label, in 0..1."""
    return float(predictions.right.mean())


@metric(interval=of_recall)
def balanced_accuracy(predictions: ClassPredictions) -> float:
    """Mean recall of the classes that have rows, in 0..1 (Brodersen et al. 2010)."""
    return float(class_recall(predictions)[predictions.support > 0].mean())


@metric(interval=of_precision)
def precision(counted: Counted) -> float:
    """Macro precision: the mean over the classes that occur or are predicted, in 0..1."""
    return _macro(class_precision(counted), counted)


@metric(interval=of_recall)
def recall(counted: Counted) -> float:
    """Macro recall: the mean over the classes that occur or are predicted, in 0..1."""
    return _macro(class_recall(counted), counted)


@metric(interval=of_f1)
def f1(counted: Counted) -> float:
    """Macro F1: the mean over the classes that occur or are predicted, in 0..1."""
    return _macro(class_f1(counted), counted)


def micro_precision(counted: Counted) -> float:
    """Share of all predicted labels that are right, in 0..1; with one class per row it is the accuracy."""
    return _ratio(counted.hits.sum(), counted.claimed.sum())


def micro_recall(counted: Counted) -> float:
    """Share of all true labels that are found, in 0..1; with one class per row it is the accuracy."""
    return _ratio(counted.hits.sum(), counted.support.sum())


def micro_f1(counted: Counted) -> float:
    """Harmonic mean of micro precision and micro recall, in 0..1; with one class per row it is the accuracy."""
    return _ratio(2 * counted.hits.sum(), counted.claimed.sum() + counted.support.sum())


def weighted_precision(counted: Counted) -> float:
    """Mean precision of the classes, each weighted by its rows, in 0..1."""
    return _ratio((class_precision(counted) * counted.support).sum(), counted.support.sum())


def weighted_recall(counted: Counted) -> float:
    """Mean recall of the classes, each weighted by its rows, in 0..1."""
    return _ratio((class_recall(counted) * counted.support).sum(), counted.support.sum())


def weighted_f1(counted: Counted) -> float:
    """Mean F1 of the classes, each weighted by its rows, in 0..1."""
    return _ratio((class_f1(counted) * counted.support).sum(), counted.support.sum())


@metric(interval=of_mcc)
def mcc(predictions: ClassPredictions) -> float:
    """Matthews correlation coefficient of label and prediction, in -1..1 (Gorodkin 2004, R_K); 0 if one is constant."""
    n, right = len(predictions), predictions.hits.sum()
    labels, predicted = predictions.support, predictions.claimed
    spread = (n * n - (predicted * predicted).sum()) * (n * n - (labels * labels).sum())
    return float((right * n - (labels * predicted).sum()) / spread**0.5) if spread else 0.0


@metric(needs_probabilities=True, interval=of_auc)
def roc_auc(counted: Counted) -> float:
    """Area under the ROC curve, in 0..1: the mean of one class against the rest (macro OvR).

    With two classes both areas are the same. NaN when a class has no row. By ranks: Hanley & McNeil (1982).
    """
    truth, probabilities = counted.ranked_columns
    count = truth.sum(axis=0).astype(np.float64)
    if not len(truth) or (count == 0).any() or (count == len(truth)).any():
        return float("nan")
    sums = (np.stack([midranks(column) for column in probabilities.T], axis=1) * truth).sum(axis=0)
    return float(((sums - count * (count + 1) / 2) / (count * (len(truth) - count))).mean())


@metric(needs_probabilities=True, interval=of_average_precision)
def pr_auc(counted: Counted) -> float:
    """Area under the precision-recall curve as average precision, in 0..1: the mean of one class against the rest.

    With two classes it is that of the second. NaN when a class has no row.
    """
    return average_precision(*counted.ranked_columns)


def in_top_k(predictions: ClassPredictions, *, k: int = 2) -> npt.NDArray[np.bool_]:
    """Whether the label of each row is among its k most probable classes, `(n,)`."""
    chosen = np.argsort(-predictions.probabilities, axis=1, kind="stable")[:, :k]
    return np.asarray((chosen == predictions.labels[:, np.newaxis]).any(axis=1))


def log_losses(predictions: ClassPredictions) -> Array:
    """The negative log probability of the label of each row, `(n,)`, in nats."""
    chosen = predictions.probabilities[np.arange(len(predictions)), predictions.labels]
    return np.asarray(-np.log(np.clip(chosen, PROBABILITY_EPSILON, 1.0)))


def brier_distances(predictions: ClassPredictions) -> Array:
    """The squared distance of each row from its label, `(n,)`; with two classes its half."""
    squares = ((predictions.probabilities - predictions.truth) ** 2).sum(axis=1)
    return np.asarray(squares / 2 if predictions.probabilities.shape[1] == 2 else squares)


@metric(needs_probabilities=True, interval=of_share(in_top_k))
def top_k(predictions: ClassPredictions, *, k: Positive = 2) -> float:
    """Share of rows whose label is among the k most probable classes, in 0..1."""
    return float(in_top_k(predictions, k=k).mean())


@metric(needs_probabilities=True, interval=of_mean(log_losses), lower_is_better=True)
def log_loss(predictions: ClassPredictions) -> float:
    """Mean negative log probability of the label, in nats, 0 or more."""
    return float(log_losses(predictions).mean())


@metric(needs_probabilities=True, lower_is_better=True)
def perplexity(predictions: ClassPredictions) -> float:
    """The exponential of the mean negative log probability of the label, 1 or more: of a language model's next word."""
    return float(np.exp(log_losses(predictions).mean()))


@metric(needs_probabilities=True, interval=of_mean(brier_distances), lower_is_better=True)
def brier(predictions: ClassPredictions) -> float:
    """Mean squared distance of the probabilities from the label (Brier 1950), in 0..2; with two classes its half."""
    return float(brier_distances(predictions).mean())


@metric(needs_probabilities=True, interval=of_calibration, lower_is_better=True)
def ece(predictions: ClassPredictions, *, bins: Positive = CALIBRATION_BINS) -> float:
    """Expected calibration error, in 0..1: |accuracy - confidence| over equal bins, 15 in Guo et al. (2017)."""
    confidence = predictions.probabilities.max(axis=1)
    right = (predictions.predicted == predictions.labels).astype(np.float64)
    places = np.clip(np.ceil(confidence * bins).astype(np.intp) - 1, 0, bins - 1)
    gaps = np.bincount(places, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(predictions))


@metric(interval=of_share(lambda sets: (sets.truth == sets.predicted).all(axis=1)))
def subset_accuracy(sets: LabelPredictions) -> float:
    """Share of rows with exactly the right labels, in 0..1."""
    return float((sets.truth == sets.predicted).all(axis=1).mean())


@metric(interval=of_mean(lambda sets: (sets.truth != sets.predicted).mean(axis=1)), lower_is_better=True)
def hamming_loss(sets: LabelPredictions) -> float:
    """Share of all labels of all rows that are wrong, in 0..1."""
    return float((sets.truth != sets.predicted).mean())


def _macro(values: Array, counted: Counted) -> float:
    present = (counted.support + counted.claimed) > 0
    return float(values[present].mean()) if present.any() else float("nan")


def _ratio(numerator: float, denominator: float) -> float:
    return float(numerator / denominator) if denominator else float("nan")


def _divide(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
