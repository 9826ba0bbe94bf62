"""The task `multilabel`: which of several labels at once does the model find?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.engine.adapters import Connection
from harness.errors import UserError
from harness.kinds.outputs import LABEL_THRESHOLD, output_kind
from harness.records.findings import Findings
from harness.records.record import Finding, Record
from harness.records.table import RecordTable, field_values
from harness.scores.metrics import LabelPredictions, subset_accuracy
from harness.scores.score import Score, share, undefined
from harness.scores.touched import doubted
from harness.sessions.predict import AskOnce
from harness.sources.context import Context
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
from harness.tasks.task import Judged, ScoringContext, Task
from harness.thresholds.choosing import Thresholds
from harness.types import Probabilities, Sample, SessionFunction

DEFAULT_METRICS = named("hamming_loss", "micro_f1", "precision", "recall", "f1", "roc_auc", "pr_auc")
HALF = Thresholds()
RANKED = frozenset({"roc_auc", "pr_auc"})
"""Scores that no threshold changes."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """The labels that apply by the model's answer, by name, and the probability of every label.

    Where thresholds are chosen once all records are there, these are the labels from one half on; the finding of a
    record has those that apply.
    """

    tags: list[str]
    probabilities: list[float]


def multilabel(
    context: Context,
    *,
    metrics: Parts = DEFAULT_METRICS,
    threshold: float | dict[str, float | str] = LABEL_THRESHOLD,
) -> Task[Tagged]:
    """Exact matches, micro, macro and per-label scores of a model that answers several labels at once.

    A label applies from its `threshold` on: one for all, one of each label by name, or with `{on: NAME}` those of the
    largest F1 of each label on the data set NAME, of which no gate is then decided.
    """
    others = [spec for spec in metrics if spec.use != "subset_accuracy"]
    return _task(metric_functions(context, others, LabelPredictions), Thresholds.of(threshold))


def _task(functions: Metrics, above: Thresholds) -> Task[Tagged]:
    def prepare(model: Connection) -> SessionFunction[Tagged]:
        above.by(model.labels)  # refuses what is no label of the model
        return AskOnce(lambda answers: tagged(answers, model.labels, above))

    return Task(
        parts={"": prepare},
        payload=Tagged,
        addresses_known=True,
        score=lambda records, scoring: multilabel_scores(records, scoring, functions, above),
        proportions=frozenset({"subset_accuracy", "recall"}),
        extremes=_impute,
        judge=judge,
        judge_table=lambda records, scoring: judge_table(records, scoring, above),
        outcomes=lambda records, scoring: _outcomes(records, scoring, functions, above),
        outputs=frozenset({"labels"}),
        settled=(lambda records, scoring: _settled(records, scoring, functions, above)) if above.on else None,
        settled_on=above.on,
    )


def _settled(
    records: RecordTable[Tagged], scoring: ScoringContext, functions: Metrics, above: Thresholds
) -> Task[Tagged]:
    """The task with the thresholds that are best on the samples of a set; raises UserError where none was measured."""
    own = records.of_samples([each for each in scoring.truth if _is_of(each, above.on)])
    if not len(own):
        raise UserError(f"threshold: no case of the data set {above.on!r} was measured")
    sets = label_sets_of(own, scoring)
    return _task(functions, above.chosen(sets.truth, sets.probabilities, scoring.labels))


def _is_of(sample: str, data: str) -> bool:
    """Whether a sample is of a data set: where there are several, ids begin with its name."""
    return bool(data) and sample.startswith(f"{data}/")


def tagged(answers: Probabilities, labels: Sequence[str], above: Thresholds = HALF) -> list[Tagged]:
    """The labels of each answer: those whose probability is at least their threshold."""
    tags = above.tags(answers.array, labels)
    return [Tagged(some, row) for some, row in zip(tags, answers.array.tolist(), strict=True)]


def multilabel_scores(
    records: Sequence[Record[Tagged]],
    scoring: ScoringContext,
    functions: Metrics,
    above: Thresholds = HALF,
) -> list[Score]:
    """Every score of the task; shares with their exact interval, the rest with that of their metric."""
    sets = label_sets_of(records, scoring, above)
    if not len(sets):
        names = ("subset_accuracy", *functions)
        none = [*(undefined(name, "no case was measured") for name in names), *no_class_scores(scoring)]
        return [*none, *above.scores(scoring.labels)]
    exact = int((sets.truth == sets.predicted).all(axis=1).sum())
    headline = share("subset_accuracy", exact, len(sets), scoring.confidence)
    found = [headline, *with_intervals(functions, sets, scoring), *class_scores(sets, scoring)]
    is_chosen_here = all(_is_of(each, above.chosen_on) for each in scoring.truth)
    doubt = "the thresholds were chosen on these very samples" if is_chosen_here else ""
    return [*(each if each.name in RANKED else doubted(each, doubt) for each in found), *above.scores(scoring.labels)]


def _outcomes(
    records: RecordTable[Tagged], scoring: ScoringContext, functions: Metrics, above: Thresholds
) -> dict[str, dict[str, float]]:
    sets, samples = label_sets_of(records, scoring, above), records.column("sample").to_pylist()
    return outcomes_of({"subset_accuracy": subset_accuracy, **functions}, sets, samples)


def label_sets_of(
    records: Sequence[Record[Tagged]], scoring: ScoringContext, above: Thresholds = HALF
) -> LabelPredictions:
    """The records as truth and probabilities, both `(n, labels)`, in the order of the records."""
    samples, probabilities = field_values(records, "probabilities")
    truth = np.zeros((len(samples), len(scoring.labels)), dtype=np.bool_)
    for at, sample in enumerate(samples.to_pylist()):
        truth[at, list(scoring.truth[sample])] = True
    return LabelPredictions(truth, probabilities.reshape(truth.shape), above.by(scoring.labels))


def judge(given: Tagged, case: Judged) -> Finding | None:
    """A wrong set of labels weighs as many labels as are wrong."""
    truth = case.sample.truth
    return _finding(truth, given.tags, case.labels) if isinstance(truth, tuple) else None


def judge_table(records: RecordTable[Tagged], scoring: ScoringContext, above: Thresholds = HALF) -> Findings:
    """What `judge` finds in each, found once for all records with the same truth and the same tags."""
    truths = map(scoring.truth.get, records.column("sample").to_pylist())
    tags = records.column("payload.tags").to_pylist()
    if above.chosen_on:  # after the records were made
        tags = above.tags(field_values(records, "probabilities")[1], scoring.labels)
    pairs: dict[tuple[Any, Any], int] = {}
    pair_of = np.array(
        [pairs.setdefault(pair, len(pairs)) for pair in zip(truths, map(tuple, tags), strict=True)], dtype=np.intp
    )
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
