"""The task `classification`: is the model right, and does it know when it is?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness import components, metrics
from harness.metrics import Predictions
from harness.records import Record
from harness.scores import Score, share, undefined
from harness.sessions import predict
from harness.statistics import bootstrap
from harness.task import Context, Scoring, Task
from harness.types import Array, Sample, Session, SessionFunction

DEFAULT_METRICS = ("balanced_accuracy", "precision", "recall", "f1", "roc_auc", "log_loss", "ece")


@dataclass(frozen=True, slots=True)
class Classified:
    """The class a sample was given, by name, and the probability of every class."""

    predicted: str
    probabilities: list[float]


def classification(context: Context, *, metrics: Sequence[str] = DEFAULT_METRICS) -> Task[Classified]:
    """Accuracy, macro and per-class scores, ranking and calibration on clean inputs."""
    functions = {name: components.load("metrics", name) for name in metrics if name != "accuracy"}

    def prepare(model: Any) -> SessionFunction[Classified]:
        return lambda sample, _: classify(sample, model.labels)

    return Task(
        parts={"": prepare},
        payload=Classified,
        score=lambda records, scoring: scores(records, scoring, functions),
        shares=frozenset({"accuracy", "recall"}),
        impute=_impute,
    )


def classify(sample: Sample[Any], labels: Sequence[str]) -> Session[Classified]:
    """One question, one answer."""
    [row] = yield from predict([sample.input])
    return Classified(labels[row.label], row[:])


def scores(
    records: Sequence[Record[Classified]],
    scoring: Scoring,
    functions: dict[str, Callable[[Predictions], float]],
) -> list[Score]:
    """Every score of the task; shares with Wilson's interval, the rest with the bootstrap's."""
    predictions = predictions_of(records, scoring)
    if not len(predictions):
        return [undefined(name, "no case was classified") for name in ("accuracy", *functions)]
    right = int((predictions.predicted == predictions.labels).sum())
    headline = share("accuracy", right, len(predictions), scoring.confidence)
    return [
        headline,
        *(_scored(name, functions[name], predictions, scoring) for name in functions),
        *_by_class(predictions, scoring),
    ]


def predictions_of(records: Sequence[Record[Classified]], scoring: Scoring) -> Predictions:
    """The records as labels `(n,)` and probabilities `(n, classes)`, in the order of the records."""
    rows = [(scoring.truth[record.sample], record.payload.probabilities) for record in records if record.payload]
    labels = np.array([label for label, _ in rows], dtype=np.intp)
    probabilities = np.array([row for _, row in rows], dtype=np.float64).reshape(len(rows), len(scoring.labels))
    return Predictions(labels, probabilities)


def _scored(name: str, function: Callable[[Predictions], float], predictions: Predictions, scoring: Scoring) -> Score:
    value = float(function(predictions))
    if not np.isfinite(value):
        return undefined(name, "not defined on these labels", len(predictions))
    interval = bootstrap(
        lambda rows: function(predictions.take(rows)),
        len(predictions),
        confidence=scoring.confidence,
        seed=scoring.seed,
    )
    low, high = interval or (None, None)
    return Score(name, value, low, high, len(predictions))


def _by_class(predictions: Predictions, scoring: Scoring) -> list[Score]:
    confusion, found = predictions.confusion, []
    for at, label in enumerate(scoring.labels):
        hits = int(confusion[at, at])
        found.append(share("recall", hits, int(confusion[at].sum()), scoring.confidence, class_=label))
        found.append(share("precision", hits, int(confusion[:, at].sum()), scoring.confidence, class_=label))
        found.append(_class_f1(at, label, predictions, scoring))
    return found


def _class_f1(at: int, label: str, predictions: Predictions, scoring: Scoring) -> Score:
    def of(rows: Predictions) -> float:
        counts: Array = rows.confusion
        return float(metrics.class_f1(rows)[at]) if counts[at].sum() + counts[:, at].sum() else float("nan")

    scored = _scored("f1", of, predictions, scoring)
    support = int(predictions.confusion[at].sum())
    return Score("f1", scored.value, scored.low, scored.high, support, {"class": label}, scored.note)


def _impute(sample: Sample[Any], labels: Sequence[str]) -> list[Classified]:
    """At best the label, for certain; at worst another class, for certain."""
    right = sample.label or 0
    return [
        Classified(labels[chosen], [float(at == chosen) for at in range(len(labels))])
        for chosen in (right, (right + 1) % len(labels))
    ]
