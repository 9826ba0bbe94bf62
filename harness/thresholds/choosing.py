"""From which probability on each of several labels applies: fixed, label by label, or where F1 is largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from harness.errors import UserError, listed, nearest
from harness.kinds.outputs import LABEL_THRESHOLD
from harness.scores.score import Score
from harness.types import Array


@dataclass(frozen=True)
class ThresholdCurve:
    """Precision, recall and F1 of one label by threshold, `(k,)` each in 0..1.

    Thresholds are the distinct probabilities, the highest first: the label applies from a threshold on. Recall and F1
    are 0 where no sample has the label.
    """

    thresholds: Array
    precision: Array
    recall: Array
    f1: Array

    @property
    def best(self) -> float | None:
        """The threshold of the largest F1, of several the highest; None where no sample has the label."""
        return float(self.thresholds[self.f1.argmax()]) if self.recall.any() else None


def threshold_curve(truth: npt.NDArray[np.bool_], probabilities: Array) -> ThresholdCurve:
    """The curve of one label, whose truth and probability in each sample are `(n,)`.

    Lipton, Elkan & Naryanaswamy (2014), Optimal thresholding of classifiers to maximize F1 measure, section 4: the
    threshold where the empirical F1 is largest. On the samples it was chosen on, that F1 is too high.
    """
    order = np.argsort(-probabilities, kind="stable")
    falling = probabilities[order]
    last = np.flatnonzero(np.append(falling[1:] != falling[:-1], True)[: len(falling)])
    hits, claimed, support = np.cumsum(truth[order])[last], last + 1.0, float(truth.sum())
    recall = hits / support if support else np.zeros(len(last))
    return ThresholdCurve(falling[last], hits / claimed, recall, 2 * hits / (claimed + support))


@dataclass(frozen=True)
class Thresholds:
    """One for all labels, with others for some; or, with `on`, those to be chosen on the data set of that name.

    `chosen_on` is the set that they were chosen on, and `n` its samples.
    """

    common: float = LABEL_THRESHOLD
    by_label: Mapping[str, float] = field(default_factory=dict)
    on: str = ""
    chosen_on: str = ""
    n: int = 0

    @classmethod
    def of(cls, given: float | Mapping[str, float | str]) -> Thresholds:
        """From a suite: `0.3`, `{hate: 0.3}` or `{on: dev}`; raises UserError for anything else."""
        if isinstance(given, Mapping):
            on = given.get("on")
            if isinstance(on, str) and len(given) == 1:
                return cls(on=on)
            return cls(by_label={label: _threshold(each, label) for label, each in given.items()})
        return cls(_threshold(given, "every label"))

    def by(self, labels: Sequence[str]) -> Array:
        """The threshold of each label, `(labels,)`; raises UserError for one of a label that there is not."""
        if unknown := [each for each in self.by_label if each not in labels]:
            expected = f"expected some of the labels, {listed(labels)}{nearest(unknown[0], list(labels))}"
            raise UserError(f"threshold: there is no label {unknown[0]!r}: {expected}, or `on` and a set of data")
        return np.array([self.by_label.get(label, self.common) for label in labels])

    def tags(self, probabilities: Array, labels: Sequence[str]) -> list[list[str]]:
        """The labels that apply in each row of probabilities, `(n, labels)`."""
        rows = (probabilities.reshape(-1, len(labels)) >= self.by(labels)).tolist()
        return [[label for label, each in zip(labels, row, strict=True) if each] for row in rows]

    def scores(self, labels: Sequence[str]) -> list[Score]:
        """The threshold of each label, as scores, unless it is one half for all."""
        note = f"of the largest F1 on {self.chosen_on}" if self.chosen_on else ""
        values = [] if self == Thresholds() else self.by(labels).tolist()
        pairs = zip(labels, values, strict=False)
        return [Score("threshold", value, None, None, self.n, {"class": label}, note) for label, value in pairs]

    def chosen(self, truth: npt.NDArray[np.bool_], probabilities: Array, labels: Sequence[str]) -> Thresholds:
        """Those of the largest F1 of each label, whose truth and probabilities are `(n, labels)`.

        A label that no sample has keeps one half.
        """
        best = [threshold_curve(truth[:, at], probabilities[:, at]).best for at in range(len(labels))]
        found = {label: each for label, each in zip(labels, best, strict=True) if each is not None}
        return Thresholds(by_label=found, chosen_on=self.on, n=len(truth))


def _threshold(value: float | str, label: str) -> float:
    if isinstance(value, str) or not 0 < value <= 1:
        raise UserError(f"threshold: expected a probability above 0 and at most 1 for {label}, but got {value!r}")
    return float(value)
