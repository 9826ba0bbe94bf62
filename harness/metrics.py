"""Classification metrics: functions `(Predictions) -> float`, NaN where undefined.

Written here, each in a line or two of numpy, because every one of them is evaluated a thousand times for its
interval; the tests hold each against scikit-learn and torchmetrics.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from harness.statistics import Indices
from harness.types import Array

BINS = 15
"""Bins of the calibration error, as in Guo et al. (2017)."""

SMALLEST = float(np.finfo(np.float64).eps)
"""Probabilities are kept this far from 0 and 1 in the log loss, as scikit-learn does."""


@dataclass(frozen=True)
class Predictions:
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

    def take(self, rows: Indices) -> Predictions:
        """The predictions of these rows, in this order."""
        taken = Predictions(self.labels[rows], self.probabilities[rows])
        taken.__dict__["predicted"] = self.predicted[rows]
        return taken


def class_precision(predictions: Predictions) -> Array:
    """Share of each predicted class that is right, `(classes,)`; 0 for a class never predicted."""
    return _divide(predictions.confusion.diagonal(), predictions.confusion.sum(axis=0))


def class_recall(predictions: Predictions) -> Array:
    """Share of each true class that is found, `(classes,)`; 0 for a class without a row."""
    return _divide(predictions.confusion.diagonal(), predictions.confusion.sum(axis=1))


def class_f1(predictions: Predictions) -> Array:
    """Harmonic mean of precision and recall of each class, `(classes,)`."""
    confusion = predictions.confusion
    return _divide(2 * confusion.diagonal(), confusion.sum(axis=0) + confusion.sum(axis=1))


def accuracy(predictions: Predictions) -> float:
    """Share of rows whose most probable class is the label, in 0..1."""
    return float((predictions.predicted == predictions.labels).mean())


def balanced_accuracy(predictions: Predictions) -> float:
    """Mean recall of the classes that have rows, in 0..1 (Brodersen et al. 2010)."""
    return float(class_recall(predictions)[predictions.confusion.sum(axis=1) > 0].mean())


def precision(predictions: Predictions) -> float:
    """Macro precision: the mean over the classes that occur or are predicted, in 0..1."""
    return float(class_precision(predictions)[_present(predictions)].mean())


def recall(predictions: Predictions) -> float:
    """Macro recall: the mean over the classes that occur or are predicted, in 0..1."""
    return float(class_recall(predictions)[_present(predictions)].mean())


def f1(predictions: Predictions) -> float:
    """Macro F1: the mean over the classes that occur or are predicted, in 0..1."""
    return float(class_f1(predictions)[_present(predictions)].mean())


def roc_auc(predictions: Predictions) -> float:
    """Area under the ROC curve, in 0..1: the mean of one class against the rest (macro OvR).

    With two classes both areas are the same. NaN when a class has no row. By ranks: Hanley & McNeil (1982).
    """
    from scipy.stats import rankdata

    classes = predictions.probabilities.shape[1]
    positives = np.bincount(predictions.labels, minlength=classes).astype(np.float64)
    if not len(predictions) or (positives == 0).any() or (positives == len(predictions)).any():
        return float("nan")
    used = [1] if classes == 2 else list(range(classes))
    ranks = rankdata(predictions.probabilities[:, used], axis=0)
    sums = np.array([ranks[predictions.labels == each, at].sum() for at, each in enumerate(used)])
    count = positives[used]
    return float(((sums - count * (count + 1) / 2) / (count * (len(predictions) - count))).mean())


def log_loss(predictions: Predictions) -> float:
    """Mean negative log probability of the label, in nats, 0 or more."""
    chosen = predictions.probabilities[np.arange(len(predictions)), predictions.labels]
    return float(-np.log(np.clip(chosen, SMALLEST, 1.0)).mean())


def ece(predictions: Predictions) -> float:
    """Expected calibration error, in 0..1: |accuracy - confidence| over 15 equal bins (Guo et al. 2017)."""
    confidence = predictions.probabilities.max(axis=1)
    right = (predictions.predicted == predictions.labels).astype(np.float64)
    bins = np.clip(np.ceil(confidence * BINS).astype(np.intp) - 1, 0, BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=BINS)
    return float(np.abs(gaps).sum() / len(predictions))


def _present(predictions: Predictions) -> npt.NDArray[np.bool_]:
    confusion = predictions.confusion
    return np.asarray((confusion.sum(axis=0) + confusion.sum(axis=1)) > 0)


def _divide(numerator: Array, denominator: Array) -> Array:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
