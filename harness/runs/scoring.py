"""From records to scores and verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, TypeAlias

import numpy as np

from harness.data.samples import ids_of
from harness.errors import RunError
from harness.kinds.inputs import InputKind
from harness.kinds.outputs import OutputKind, output_kind
from harness.records.record import Finding, Record
from harness.records.run import Run
from harness.records.table import taken, without_errors
from harness.scores.gates import Decision, TaskScores, resolve_undecided, verdict_of
from harness.scores.score import Score
from harness.tasks.task import Judged, ScoringContext, Task
from harness.types import Sample, Undecided, Verdict

Judge: TypeAlias = Callable[[Any, Judged], Finding | None]
About: TypeAlias = tuple[Sequence[str], OutputKind, InputKind]
"""The context that all records share: labels, the kind of output and of input."""


@dataclass(frozen=True)
class Verdicts:
    """The outcome of a run: every gate's decision, the verdict, and what that counts as under a policy."""

    decisions: Sequence[Decision]
    verdict: Verdict
    counts_as: Verdict


def score_task(
    task: Task[Any], records: Sequence[Record[Any]], scoring: ScoringContext, samples: Sequence[Sample[Any]]
) -> TaskScores:
    """A task's scores from its records; errored ones are left out, and counted in at best and at worst."""
    good = without_errors(records)
    errors = len(records) - len(good)
    scores = _by_address(task.score(good, scoring))
    if not errors or task.extremes is None:
        return TaskScores(scores, errors=errors, cases=len(records))
    extremes = [_by_address(task.score(imputed, scoring)) for imputed in _imputed(task, records, samples, scoring)]
    return TaskScores(scores, extremes, errors, len(records))


def findings_of(
    task: Task[Any], records: Sequence[Record[Any]], scoring: ScoringContext, samples: Sequence[Sample[Any]]
) -> list[Finding | None]:
    """The finding of each record, None where the task has none; a case that errored is one finding."""
    found: list[Finding | None] = [None] * len(records)
    cleared = task.cleared(records, scoring) if task.cleared else np.zeros(len(records), np.bool_)
    open_ = np.flatnonzero(~cleared).tolist()
    places = {name: at for at, name in enumerate(ids_of(samples))} if open_ else {}
    about: About = (scoring.labels, output_kind(scoring.output), scoring.kind)
    for at, record in zip(open_, taken(records, open_), strict=True):
        found[at] = _finding(task.judge, record, samples[places[record.sample]] if record.payload else None, about)
    return found


def _finding(judge: Judge | None, record: Record[Any], sample: Sample[Any] | None, about: About) -> Finding | None:
    if record.error:
        return Finding("errored", 0.0, record.error.splitlines()[-1])
    if judge is None or record.payload is None or sample is None:
        return None
    try:
        return judge(record.payload, Judged(sample, record.part, *about))
    except Exception as error:  # noqa: BLE001  # a stranger's judge must not lose a run
        return Finding("unjudged", 0.0, f"the task's judge failed: {type(error).__name__}: {error}")


def verdicts_of(
    decisions: Sequence[Decision], scored: Mapping[str, TaskScores], max_errors: int, undecided: Undecided
) -> Verdicts:
    """The worst gate; an error when a task has more errored cases than the suite allows."""
    over: list[Verdict] = ["error" for each in scored.values() if each.errors > max_errors]
    verdict = verdict_of([*(decision.verdict for decision in decisions), *over])
    counts_as = verdict_of([*(resolve_undecided(decision, undecided) for decision in decisions), *over])
    return Verdicts(decisions, verdict, counts_as)


def decide_again(run: Run, undecided: Undecided) -> Verdicts:
    """The verdicts of a finished run, from its files alone."""
    errors = {name: TaskScores({}, errors=task.errors) for name, task in run.info.tasks.items()}
    return verdicts_of(run.gates, errors, run.info.max_errors, undecided)


def _by_address(scores: Sequence[Score]) -> dict[str, Score]:
    found = {score.local: score for score in scores}
    if len(found) < len(scores):
        twice = [name for name, count in Counter(score.local for score in scores).items() if count > 1]
        raise RunError(f"a task gave the score {twice[0]!r} twice: expected distinct addresses")
    return found


def _imputed(
    task: Task[Any], records: Sequence[Record[Any]], samples: Sequence[Sample[Any]], scoring: ScoringContext
) -> Iterator[list[Record[Any]]]:
    """The records with every errored one in place of each of its extremes, all at best, then all at worst."""
    assert task.extremes is not None
    of_id = {sample.id: sample for sample in samples}
    filled: list[Iterable[Record[Any]]] = [
        [
            replace(record, status="ok", error=None, payload=payload)
            for payload in task.extremes(of_id[record.sample], scoring)
        ]
        if record.status == "error"
        else repeat(record)
        for record in records
    ]
    return map(list, zip(*filled, strict=False))
