"""The task `classification`: is the model right, and does it know when it is?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.engine.adapters import Connection
from harness.kinds.outputs import output_kind
from harness.records.findings import Findings, two_decimals
from harness.records.record import Finding, Record
from harness.records.table import RecordTable, field_values
from harness.scores.metrics import ClassPredictions
from harness.scores.score import Score, share, undefined
from harness.sessions.predict import AskOnce
from harness.sources.context import Context
from harness.suite.file import Parts
from harness.tasks.measuring import (
    Metrics,
    class_scores,
    measurable,
    metric_functions,
    named,
    no_class_scores,
    noticed,
    outcomes_of,
    with_intervals,
)
from harness.tasks.task import Judged, ScoringContext, Task
from harness.types import Array, Probabilities, Sample, SessionFunction

DEFAULT_METRICS = named("balanced_accuracy", "precision", "recall", "f1", "mcc", "roc_auc", "log_loss", "brier", "ece")

UNKNOWN = -1
"""The class of a sample whose class is not known."""


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
        judge_table=judge_table,
        outcomes=lambda records, scoring: _outcomes(records, scoring, functions),
        outputs=frozenset({"probabilities", "classes"}),
    )


def classified(answers: Probabilities, labels: Sequence[str]) -> list[Classified]:
    """The class of each answer: the first of the most probable ones."""
    chosen = answers.array.argmax(axis=1).tolist()
    return [Classified(labels[at], row) for at, row in zip(chosen, answers.array.tolist(), strict=True)]


def classification_scores(
    records: Sequence[Record[Classified]], scoring: ScoringContext, functions: Metrics
) -> list[Score]:
    """Every score of the task; shares with their exact interval, the rest with that of their metric."""
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
    """The records as labels `(n,)` and probabilities `(n, classes)`, in the order of the records.

    Raises KeyError for a sample without a label.
    """
    samples, probabilities = field_values(records, "probabilities")
    labels = scoring.truths(samples, UNKNOWN)
    if unknown := np.flatnonzero(labels == UNKNOWN).tolist():
        raise KeyError(samples[unknown[0]].as_py())
    return ClassPredictions(labels, probabilities.reshape(len(labels), len(scoring.labels)))


def _outcomes(
    records: RecordTable[Classified], scoring: ScoringContext, functions: Metrics
) -> dict[str, dict[str, float]]:
    """Of accuracy, recall of each class and the metrics that are means."""
    predictions, samples = predictions_of(records, scoring), records.column("sample").to_pylist()
    right = dict(zip(samples, predictions.right.astype(np.float64).tolist(), strict=True))
    found = {"accuracy": right, **outcomes_of(measurable(functions, scoring), predictions, samples)}
    for at, label in enumerate(scoring.labels):
        of_class = np.flatnonzero(predictions.labels == at).tolist()
        found[f"recall[class={label}]"] = {samples[row]: right[samples[row]] for row in of_class}
    return found


def judge(given: Classified, case: Judged) -> Finding | None:
    """A wrong prediction weighs as much as the model is sure of it."""
    if case.sample.truth is None or given.predicted == case.truth:
        return None
    sure = max(given.probabilities, default=0.0)
    chance = f" ({sure:.2f})" if case.output.name == "probabilities" else ""
    return Finding("wrong", sure, f"{case.truth} taken for {given.predicted}{chance}", given.predicted)


def judge_table(records: RecordTable[Classified], scoring: ScoringContext) -> Findings:
    """What `judge` finds in each."""
    import pyarrow as pa
    from pyarrow import compute

    labels, predicted = scoring.truths(records.column("sample"), UNKNOWN), records.column("payload.predicted")
    named = pa.array(scoring.labels, pa.string()).take(pa.array(labels, mask=labels == UNKNOWN))
    at = np.flatnonzero(compute.not_equal(predicted, named).fill_null(False).to_numpy())
    truth, taken, sure = named.take(at), predicted.take(at), _highest(field_values(records, "probabilities")[1][at])
    chance = [" (", two_decimals(sure), ")"] if scoring.output == "probabilities" else []
    line = compute.binary_join_element_wise(truth, " taken for ", taken, *chance, "")
    return Findings(at, "wrong", sure, line, taken)


def _highest(rows: Array) -> Array:
    """The `max` of each row of `(n, classes)`, `(n,)`, as Python has it: NaN only where the first number is."""
    if not rows.size:
        return np.zeros(len(rows))
    at = np.where(np.isnan(rows), -np.inf, rows).argmax(axis=1)
    at[np.isnan(rows[:, 0])] = 0
    return np.asarray(rows[np.arange(len(rows)), at])


def _impute(sample: Sample[Any], scoring: ScoringContext) -> list[Classified]:
    """At best the label, for certain; at worst any class, for certain, which is worst depends on the score."""
    output = output_kind(scoring.output)
    rows = output.extremes(sample.truth, len(scoring.labels))
    return [Classified(output.words(row, scoring.labels)[0], row) for row in rows]
