"""The task `regression`: how far are the model's numbers from the true ones?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.engine.adapters import Connection
from harness.records.findings import Findings, lines
from harness.records.record import Finding, Record
from harness.records.table import RecordTable, field_values
from harness.scores.estimates import ValuePredictions
from harness.scores.score import Score
from harness.sessions.predict import AskOnce
from harness.sources.context import Context
from harness.suite.file import Parts
from harness.tasks.measuring import Metrics, metric_functions, named, outcomes_of, with_intervals
from harness.tasks.task import Judged, ScoringContext, Task
from harness.types import Probabilities, SessionFunction

LINE = "{:.3g} for {:.3g}"
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
        judge_table=judge_table,
        outcomes=lambda records, scoring: outcomes_of(functions, *_measured(records, scoring)),
    )


def estimated(answers: Probabilities) -> list[Estimated]:
    """The number in each answer."""
    return [Estimated(value) for [value] in answers.array.tolist()]


def judge(given: Estimated, case: Judged) -> Finding | None:
    """Every answer weighs its absolute error; none of them is a mistake by itself."""
    truth = case.sample.truth
    if truth is None:
        return None
    assert isinstance(truth, int | float)
    return Finding("", abs(given.value - truth), LINE.format(given.value, truth))


def judge_table(records: RecordTable[Estimated], scoring: ScoringContext) -> Findings:
    """What `judge` finds in each."""
    samples, values = field_values(records, "value")
    truth = scoring.truths(samples, np.nan)
    at = np.flatnonzero(~np.isnan(truth))
    values, truth = values[at], truth[at]
    with np.errstate(invalid="ignore", over="ignore"):
        weight = np.abs(values - truth)
    return Findings(at, "", weight, lines(LINE, values.tolist(), truth.tolist()))


def regression_scores(records: Sequence[Record[Estimated]], scoring: ScoringContext, functions: Metrics) -> list[Score]:
    """Every metric with its interval."""
    return with_intervals(functions, _measured(records, scoring)[0], scoring)


def _measured(records: Sequence[Record[Estimated]], scoring: ScoringContext) -> tuple[ValuePredictions, list[str]]:
    """Truths and answers, and the sample of each."""
    samples, values = field_values(records, "value")
    return ValuePredictions(scoring.truths(samples, np.nan), values), samples.to_pylist()
