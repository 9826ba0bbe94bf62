"""The task `regression`: how far are the model's numbers from the true ones?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.engine.adapters import Connection
from harness.records.record import Finding, Record
from harness.records.table import field_values
from harness.scores.estimates import ValuePredictions
from harness.scores.score import Score
from harness.sessions.predict import AskOnce
from harness.suite.file import Parts
from harness.tasks.measuring import Metric, metric_functions, named, with_intervals
from harness.tasks.task import Context, Judged, ScoringContext, Task
from harness.types import Probabilities, SessionFunction

DEFAULT_METRICS = named("mae", "rmse", "r2", "pearson", "spearman")


@dataclass(frozen=True, slots=True)
class Estimated:
    """The number the model answered."""

    value: float


def regression(context: Context, *, metrics: Parts = DEFAULT_METRICS) -> Task[Estimated]:
    """Errors and correlations of a model that answers a number."""
    functions = metric_functions(context, metrics, ValuePredictions)

    def prepare(model: Connection) -> SessionFunction[Estimated]:
        return AskOnce(estimated)

    return Task(
        parts={"": prepare},
        payload=Estimated,
        addresses_known=True,
        score=lambda records, scoring: regression_scores(records, scoring, functions),
        outputs=frozenset({"value"}),
        judge=judge,
    )


def estimated(answers: Probabilities) -> list[Estimated]:
    """The number in each answer."""
    return [Estimated(value) for [value] in answers.array.tolist()]


def judge(given: Estimated, case: Judged) -> Finding | None:
    """Every answer weighs its absolute error; none of them is a mistake by itself."""
    if case.sample.truth is None:
        return None
    truth = float(str(case.sample.truth))
    return Finding("", abs(given.value - truth), f"{given.value:.3g} for {truth:.3g}")


def regression_scores(
    records: Sequence[Record[Estimated]], scoring: ScoringContext, functions: Mapping[str, Metric]
) -> list[Score]:
    """Every metric with the bootstrap's interval."""
    samples, values = field_values(records, "value")
    truth = np.array([scoring.truth[sample] for sample in samples], dtype=np.float64)
    return with_intervals(functions, ValuePredictions(truth, values), scoring)
