"""From records to findings: each record is judged once, by its task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from harness.data.samples import ids_of
from harness.engine.strangers import caught, error_line
from harness.files import encodable
from harness.kinds.outputs import output_kind
from harness.records.findings import Findings, by_rows
from harness.records.record import Finding, Record, texts
from harness.records.table import RecordTable
from harness.tasks.task import Judged, ScoringContext, Task
from harness.types import Sample

if TYPE_CHECKING:
    import pyarrow as pa

Judge: TypeAlias = Callable[[Any, Judged], Finding | None]


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
        settled = task.settled(records, scoring) if task.settled else task
        judge_table = settled.judge_table or task.judge_table
        found = judge_table(records, scoring).among(places)
        found.table()
    except BaseException as error:  # noqa: BLE001  # a stranger's judge must not lose a run
        return Findings(places, "unjudged", np.zeros(len(places)), _unjudged(caught(error)).line)
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
    except BaseException as error:  # noqa: BLE001  # a stranger's judge must not lose a run
        return _unjudged(caught(error))


def _checked(found: Finding) -> Finding:
    word, weight, line, decision = found
    if not (isinstance(word, str) and isinstance(line, str) and isinstance(decision, str)):
        raise TypeError(f"expected a Finding of texts and a weight, but got {found!r:.200}")
    return Finding(word, float(weight), line, decision)


def _unjudged(error: BaseException) -> Finding:
    return Finding("unjudged", 0.0, f"the task's judge failed: {error_line(error)}")
