"""From records to scores and verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from harness.data.samples import ids_of
from harness.errors import RunError
from harness.files import encodable
from harness.kinds.outputs import output_kind
from harness.records.findings import Findings, by_rows
from harness.records.record import Finding, Record, texts
from harness.records.run import Run
from harness.records.table import RecordTable
from harness.scores.gates import Decision, TaskScores, Undecided, Verdict, resolve_undecided, verdict_of
from harness.scores.score import Score
from harness.tasks.task import Judged, ScoringContext, Task
from harness.types import Sample

if TYPE_CHECKING:
    import pyarrow as pa

Judge: TypeAlias = Callable[[Any, Judged], Finding | None]


@dataclass(frozen=True)
class Verdicts:
    """The outcome of a run: every gate's decision, the verdict, and what that counts as under a policy."""

    decisions: Sequence[Decision]
    verdict: Verdict
    counts_as: Verdict


def score_task(
    task: Task[Any], records: RecordTable[Any], scoring: ScoringContext, samples: Sequence[Sample[Any]]
) -> TaskScores:
    """A task's scores from its records; errored ones are left out, and counted in at best and at worst."""
    good = records.without_errors()
    errors = len(records) - len(good)
    scores = _by_address(task.score(good, scoring))
    if not errors or task.extremes is None:
        return TaskScores(scores, errors=errors, cases=len(records))
    extremes = [_by_address(task.score(imputed, scoring)) for imputed in _imputed(task, records, samples, scoring)]
    return TaskScores(scores, extremes, errors, len(records))


def findings_of(
    task: Task[Any], records: RecordTable[Any], scoring: ScoringContext, samples: Sequence[Sample[Any]]
) -> pa.Table:
    """The columns of a finding for each record, null where the task has nothing to say; an error is a finding too."""
    from pyarrow import compute

    failed = compute.greater(compute.utf8_length(records.column("error")), 0).fill_null(False)
    answered = compute.and_not(records.column("payload").is_valid(), failed)
    errored, there = (np.flatnonzero(each.to_numpy()) for each in (failed, answered))
    some = records if len(there) == len(records) else records.take(there)  # mostly all: a copy is not free
    labels = encodable(list(scoring.labels))  # as the records have them
    scoring = scoring if labels == list(scoring.labels) else replace(scoring, labels=labels)
    return by_rows([_errors(records, errored), _judged(task, some, there, scoring, samples)], len(records))


def _errors(records: RecordTable[Any], places: npt.NDArray[np.intp]) -> Findings:
    """The last line of each error."""
    errors = records.column("error").take(places).to_pylist()
    return Findings(places, "errored", np.zeros(len(places)), texts([error.splitlines()[-1] for error in errors]))


def _judged(
    task: Task[Any],
    records: RecordTable[Any],
    places: npt.NDArray[np.intp],
    scoring: ScoringContext,
    samples: Sequence[Sample[Any]],
) -> Findings:
    """What the task finds in records that have a payload, and stand at these places: by columns, or one by one."""
    if task.judge_table is None:
        return (_judged_singly(task.judge, records, scoring, samples) if task.judge else Findings.of([])).among(places)
    try:
        found = task.judge_table(records, scoring).among(places)
        found.table()
    except Exception as error:  # noqa: BLE001  # a stranger's judge must not lose a run
        return Findings(places, "unjudged", np.zeros(len(places)), _unjudged(error).line)
    return found


def _judged_singly(
    judge: Judge, records: RecordTable[Any], scoring: ScoringContext, samples: Sequence[Sample[Any]]
) -> Findings:
    places = {name: at for at, name in enumerate(ids_of(samples))}
    about = (scoring.labels, output_kind(scoring.output), scoring.kind)
    judged = (
        _finding(judge, record, Judged(samples[places[record.sample]], record.part, *about)) for record in records
    )
    return Findings.of([(at, each) for at, each in enumerate(judged) if each is not None])


def _finding(judge: Judge, record: Record[Any], case: Judged) -> Finding | None:
    try:
        found = judge(record.payload, case)
        return None if found is None else _checked(found)
    except Exception as error:  # noqa: BLE001  # a stranger's judge must not lose a run
        return _unjudged(error)


def _checked(found: Finding) -> Finding:
    word, weight, line, decision = found
    if not (isinstance(word, str) and isinstance(line, str) and isinstance(decision, str)):
        raise TypeError(f"expected a Finding of texts and a weight, but got {found!r:.200}")
    return Finding(word, float(weight), line, decision)


def _unjudged(error: Exception) -> Finding:
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
    fields = ("address", "kind", "bound", "value", "low", "high", "n", "verdict", "note")
    decisions = [Decision(**{name: row[name] for name in fields if name in row}) for row in run.gates]
    allowed = run.info["suite"]["max_errors"]
    errors = {name: TaskScores({}, errors=task.get("errors", 0)) for name, task in run.info["tasks"].items()}
    return verdicts_of(decisions, errors, allowed, undecided)


def _by_address(scores: Sequence[Score]) -> dict[str, Score]:
    found = {score.local: score for score in scores}
    if len(found) < len(scores):
        twice = [name for name, count in Counter(score.local for score in scores).items() if count > 1]
        raise RunError(f"a task gave the score {twice[0]!r} twice: expected distinct addresses")
    return found


def _imputed(
    task: Task[Any], records: RecordTable[Any], samples: Sequence[Sample[Any]], scoring: ScoringContext
) -> Iterator[RecordTable[Any]]:
    """The records with every errored one in place of each of its extremes, all at best, then all at worst."""
    assert task.extremes is not None
    places = {name: at for at, name in enumerate(ids_of(samples))}
    errored = np.flatnonzero(np.array(records.column("status").to_pylist()) == "error")
    failed = [replace(record, status="ok", error=None) for record in records.take(errored)]
    extremes = [task.extremes(samples[places[record.sample]], scoring) for record in failed]
    for payloads in zip(*extremes, strict=False):
        filled = [replace(record, payload=payload) for record, payload in zip(failed, payloads, strict=True)]
        yield records.replaced(errored, RecordTable.of(filled, records.payload))
