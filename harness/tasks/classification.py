"""The task `classification`: is the model right, and does it know when it is?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.engine.adapters import Connection
from harness.kinds.outputs import output_kind
from harness.records.record import Finding, Record
from harness.records.table import RecordTable, field_values
from harness.scores.metrics import ClassPredictions
from harness.scores.score import Score, share, undefined
from harness.sessions.predict import AskOnce
from harness.suite.file import Parts
from harness.tasks.measuring import (
    Metric,
    class_scores,
    metric_functions,
    named,
    no_class_scores,
    noticed,
    with_intervals,
)
from harness.tasks.task import Context, Judged, ScoringContext, Task
from harness.types import Probabilities, Sample, SessionFunction

DEFAULT_METRICS = named("balanced_accuracy", "precision", "recall", "f1", "mcc", "roc_auc", "log_loss", "brier", "ece")


@dataclass(frozen=True, slots=True)
class Classified:
    """The class a sample was given, by name, and the probability of every class."""

    predicted: str
    probabilities: list[float]


def classification(context: Context, *, metrics: Parts = DEFAULT_METRICS) -> Task[Classified]:
    """Accuracy, macro and per-class scores, ranking and calibration on clean inputs."""
    others = [spec for spec in metrics if spec.use != "accuracy"]
    functions = metric_functions(context, others, ClassPredictions)

    def prepare(model: Connection) -> SessionFunction[Classified]:
        return AskOnce(lambda answers: classified(answers, model.labels))

    return Task(
        parts={"": prepare},
        payload=Classified,
        addresses_known=True,
        score=lambda records, scoring: classification_scores(records, scoring, functions),
        proportions=frozenset({"accuracy", "recall"}),
        extremes=_impute,
        judge=judge,
        cleared=cleared,
        outputs=frozenset({"probabilities", "classes"}),
    )


def classified(answers: Probabilities, labels: Sequence[str]) -> list[Classified]:
    """The class of each answer: the first of the most probable ones."""
    chosen = answers.array.argmax(axis=1).tolist()
    return [Classified(labels[at], row) for at, row in zip(chosen, answers.array.tolist(), strict=True)]


def classification_scores(
    records: Sequence[Record[Classified]],
    scoring: ScoringContext,
    functions: Mapping[str, Metric],
) -> list[Score]:
    """Every score of the task; shares with Wilson's interval, the rest with the bootstrap's."""
    predictions = predictions_of(records, scoring)
    if not len(predictions):
        return [
            *(undefined(name, "no case was measured") for name in ("accuracy", *functions)),
            *no_class_scores(scoring),
        ]
    right = int((predictions.predicted == predictions.labels).sum())
    headline = share("accuracy", right, len(predictions), scoring.confidence)
    measured = with_intervals(functions, predictions, scoring)
    return [
        headline,
        *(noticed(functions, measured, predictions.probabilities) if scoring.output == "probabilities" else measured),
        *class_scores(predictions, scoring),
    ]


def predictions_of(records: Sequence[Record[Classified]], scoring: ScoringContext) -> ClassPredictions:
    """The records as labels `(n,)` and probabilities `(n, classes)`, in the order of the records."""
    samples, probabilities = field_values(records, "probabilities")
    labels = np.array([scoring.truth[sample] for sample in samples], dtype=np.intp)
    return ClassPredictions(labels, probabilities.reshape(len(samples), len(scoring.labels)))


def cleared(records: Sequence[Record[Classified]], scoring: ScoringContext) -> npt.NDArray[np.bool_]:
    """Whether each record is right, or of a sample without a label, `(n,)`."""
    if not isinstance(records, RecordTable):
        return np.zeros(len(records), dtype=np.bool_)
    truth, names = scoring.truth, dict[int | None, str | None](enumerate(scoring.labels))
    names[None] = None
    labels = [names[truth.get(sample)] for sample in records.column("sample").to_pylist()]
    predicted = records.column("payload.predicted").to_pylist()
    return np.array([at is None or at == name for at, name in zip(labels, predicted, strict=True)], dtype=np.bool_)


def judge(given: Classified, case: Judged) -> Finding | None:
    """A wrong prediction weighs as much as the model is sure of it."""
    truth = case.truth
    if not truth or given.predicted == truth:
        return None
    sure = max(given.probabilities, default=0.0)
    return Finding("wrong", sure, f"{truth} taken for {given.predicted} ({sure:.2f})", given.predicted)


def _impute(sample: Sample[Any], scoring: ScoringContext) -> list[Classified]:
    """At best the label, for certain; at worst another class, for certain."""
    output = output_kind(scoring.output)
    rows = output.extremes(sample.truth, len(scoring.labels))
    return [Classified(output.words(row, scoring.labels)[0], row) for row in rows]
