"""The task `multilabel`: which of several labels at once does the model find?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.engine.adapters import Connection
from harness.kinds.outputs import LABEL_THRESHOLD, output_kind
from harness.records.findings import Findings
from harness.records.record import Finding, Record
from harness.records.table import RecordTable, field_values
from harness.scores.metrics import LabelPredictions, subset_accuracy
from harness.scores.score import Score, share, undefined
from harness.sessions.predict import AskOnce
from harness.suite.file import Parts
from harness.tasks.measuring import (
    Metrics,
    class_scores,
    metric_functions,
    named,
    no_class_scores,
    outcomes_of,
    with_intervals,
)
from harness.tasks.task import Context, Judged, ScoringContext, Task
from harness.types import Probabilities, Sample, SessionFunction

DEFAULT_METRICS = named("hamming_loss", "micro_f1", "precision", "recall", "f1", "roc_auc", "pr_auc")


@dataclass(frozen=True, slots=True)
class Tagged:
    """The labels that apply by the model's answer, by name, and the probability of every label."""

    tags: list[str]
    probabilities: list[float]


def multilabel(context: Context, *, metrics: Parts = DEFAULT_METRICS) -> Task[Tagged]:
    """Exact matches, micro, macro and per-label scores of a model that answers several labels at once."""
    others = [spec for spec in metrics if spec.use != "subset_accuracy"]
    functions = metric_functions(context, others, LabelPredictions)

    def prepare(model: Connection) -> SessionFunction[Tagged]:
        return AskOnce(lambda answers: tagged(answers, model.labels))

    return Task(
        parts={"": prepare},
        payload=Tagged,
        addresses_known=True,
        score=lambda records, scoring: multilabel_scores(records, scoring, functions),
        proportions=frozenset({"subset_accuracy", "recall"}),
        extremes=_impute,
        judge=judge,
        judge_table=judge_table,
        outcomes=lambda records, scoring: _outcomes(records, scoring, functions),
        outputs=frozenset({"labels"}),
    )


def tagged(answers: Probabilities, labels: Sequence[str]) -> list[Tagged]:
    """The labels of each answer: those with a probability of at least one half."""
    return [
        Tagged([label for label, probability in zip(labels, row, strict=True) if probability >= LABEL_THRESHOLD], row)
        for row in answers.array.tolist()
    ]


def multilabel_scores(records: Sequence[Record[Tagged]], scoring: ScoringContext, functions: Metrics) -> list[Score]:
    """Every score of the task; shares with their exact interval, the rest with that of their metric."""
    sets = label_sets_of(records, scoring)
    if not len(sets):
        names = ("subset_accuracy", *functions)
        return [*(undefined(name, "no case was measured") for name in names), *no_class_scores(scoring)]
    exact = int((sets.truth == sets.predicted).all(axis=1).sum())
    headline = share("subset_accuracy", exact, len(sets), scoring.confidence)
    return [headline, *with_intervals(functions, sets, scoring), *class_scores(sets, scoring)]


def _outcomes(records: RecordTable[Tagged], scoring: ScoringContext, functions: Metrics) -> dict[str, dict[str, float]]:
    sets, samples = label_sets_of(records, scoring), records.column("sample").to_pylist()
    return outcomes_of({"subset_accuracy": subset_accuracy, **functions}, sets, samples)


def label_sets_of(records: Sequence[Record[Tagged]], scoring: ScoringContext) -> LabelPredictions:
    """The records as truth and probabilities, both `(n, labels)`, in the order of the records."""
    samples, probabilities = field_values(records, "probabilities")
    truth = np.zeros((len(samples), len(scoring.labels)), dtype=np.bool_)
    for at, sample in enumerate(samples.to_pylist()):
        truth[at, list(scoring.truth[sample])] = True
    return LabelPredictions(truth, probabilities.reshape(truth.shape))


def judge(given: Tagged, case: Judged) -> Finding | None:
    """A wrong set of labels weighs as many labels as are wrong."""
    truth = case.sample.truth
    return _finding(truth, given.tags, case.labels) if isinstance(truth, tuple) else None


def judge_table(records: RecordTable[Tagged], scoring: ScoringContext) -> Findings:
    """What `judge` finds in each, found once for all records with the same truth and the same tags."""
    truths = map(scoring.truth.get, records.column("sample").to_pylist())
    tags = map(tuple, records.column("payload.tags").to_pylist())
    pairs: dict[tuple[Any, Any], int] = {}
    pair_of = np.array([pairs.setdefault(pair, len(pairs)) for pair in zip(truths, tags, strict=True)], dtype=np.intp)
    found = [None if truth is None else _finding(truth, each, scoring.labels) for truth, each in pairs]
    return Findings.of([(at, each) for at, each in enumerate(found) if each is not None]).repeated(pair_of)


def _finding(truth: Sequence[int], tags: Sequence[str], labels: Sequence[str]) -> Finding | None:
    right, given = {labels[at] for at in truth}, set(tags)
    if right == given:
        return None
    one, other = (", ".join(sorted(each)) or "none" for each in (right, given))
    return Finding("wrong", float(len(right ^ given)), f"{one} taken for {other}", json.dumps(tags, ensure_ascii=False))


def _impute(sample: Sample[Any], scoring: ScoringContext) -> list[Tagged]:
    """At best exactly the true labels, for certain; at worst exactly the others."""
    rows = output_kind(scoring.output).extremes(sample.truth, len(scoring.labels))
    return tagged(Probabilities(np.array(rows)), scoring.labels)
