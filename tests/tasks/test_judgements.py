"""What a task finds by columns is, byte for byte, what it finds in its records one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from harness import Context, Finding, Record, Sample, ScoringContext, Task, tasks
from harness.records.findings import Findings, two_decimals
from harness.records.table import RecordTable
from harness.reports import Classified, Estimated, Tagged
from harness.runs.judging import findings_of
from harness.tasks.classification import classification
from harness.tasks.multilabel import multilabel
from harness.tasks.regression import regression

HOSTILE = ["no", "no", "", "a, b", '["no"]', "x\x00\x1b[31m", "é\u202e\u2028", "lone \ud800", "{:.2f}", "n" * 300]
PROBABILITIES = st.sampled_from([0.0, -0.0, 0.5, 1.0, 0.125, 0.375, 0.005, 0.015, 1.004, -0.01, float("nan"),
                                 float("inf"), 1e300]) | st.floats(0, 1)  # fmt: skip
NUMBERS = st.floats() | st.sampled_from([0.0, -0.0, 1e308, -1e308, 1234.5])
MESSAGES = st.none() | st.sampled_from(["", "\n", "Traceback\nValueError: no", "one line"])
STATUSES: st.SearchStrategy[Any] = st.sampled_from(["ok", "skipped", "error"])


def of_classes(draw: st.DrawFn, labels: list[str]) -> tuple[Any, Any]:
    rows = st.lists(PROBABILITIES, min_size=len(labels), max_size=len(labels))
    payload = Classified(draw(st.sampled_from([*labels, "stranger"])), draw(rows))
    return payload, draw(st.none() | st.integers(0, len(labels) - 1))


def of_values(draw: st.DrawFn, labels: list[str]) -> tuple[Any, Any]:
    return Estimated(draw(NUMBERS)), draw(st.none() | st.floats(allow_nan=False))


def of_sets(draw: st.DrawFn, labels: list[str]) -> tuple[Any, Any]:
    indices = st.sets(st.integers(0, len(labels) - 1)).map(sorted)
    tags = draw(st.lists(st.sampled_from([*labels, "stranger"]), max_size=3))
    return Tagged(tags, [0.5] * len(labels)), draw(st.none() | indices.map(tuple))


TASKS: dict[str, tuple[Callable[..., Task[Any]], Any, Any]] = {
    "classification": (classification, of_classes, "probabilities"),
    "classification of classes alone": (classification, of_classes, "classes"),
    "multilabel": (multilabel, of_sets, "labels"),
    "regression": (regression, of_values, "value"),
}
"""Every task that judges by columns: what it measures, its payload with a truth, and the output it measures."""


@st.composite
def cases(draw: st.DrawFn, of: Any) -> tuple[list[str], list[Record[Any]], list[Sample[Any]]]:
    """Labels, records in any order, and their samples in another."""
    labels = draw(st.lists(st.sampled_from(HOSTILE), min_size=1, max_size=3))
    records, samples = [], []
    for at in range(draw(st.integers(0, 6))):
        payload, truth = of(draw, labels)
        error = draw(MESSAGES)
        given = draw(st.sampled_from([payload, payload, None]))
        records.append(Record("task", "", str(at), draw(STATUSES), error, 1, given))
        samples.append(Sample(str(at), "", truth))
    return labels, draw(st.permutations(records)), draw(st.permutations(samples))


@pytest.mark.parametrize("name", TASKS)
@settings(max_examples=100, deadline=None)
@drawn(data=st.data())
def test_findings_by_columns_are_those_made_one_by_one(name: str, data: st.DataObject) -> None:
    make, of, output = TASKS[name]
    task: Task[Any] = make(Context())
    labels, records, samples = data.draw(cases(of))
    truth = {each.id: each.truth for each in samples if each.truth is not None}
    scoring = ScoringContext(labels, truth, output=output)
    table = RecordTable.of(records, task.payload)
    by_columns = findings_of(task, table, scoring, samples)
    singly = findings_of(replace(task, judge_table=None), table, scoring, samples)
    assert by_columns.schema == singly.schema
    assert repr(by_columns.to_pylist()) == repr(singly.to_pylist())  # NaN is NaN there, and 0.0 is not -0.0
    assert [each for each in by_columns["finding"].to_pylist() if each == "unjudged"] == []


def test_every_task_that_judges_by_columns_is_compared() -> None:
    modules = Path(tasks.__file__).parent.glob("*.py")
    assert {path.stem for path in modules if "def judge_table(" in path.read_text(encoding="utf-8")} == {
        name.partition(" ")[0] for name in TASKS
    }


def test_an_error_is_a_finding_and_what_has_no_payload_is_none() -> None:
    task: Task[Any] = Task({}, Estimated, lambda *_: [], judge=lambda given, case: Finding("far", given.value, "off"))
    rows: list[Any] = [
        ("error", "Traceback\nValueError: no", None),
        ("ok", None, Estimated(2.0)),
        ("skipped", "", None),
    ]
    records = [
        Record("task", "", name, status, error, 1, given)
        for name, (status, error, given) in zip("abc", rows, strict=True)
    ]
    samples = [Sample(each, "") for each in "abc"]
    found = findings_of(task, RecordTable.of(records, Estimated), ScoringContext([], {}), samples)
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("errored", 0.0, "ValueError: no", ""), ("far", 2.0, "off", ""), (None,) * 4,
    ]  # fmt: skip


@settings(max_examples=100)
@drawn(st.lists(st.floats() | st.integers(0, 400).map(lambda each: each / 400)))
def test_two_decimals_are_pythons(numbers: list[float]) -> None:
    with np.errstate(over="ignore"):
        below, above = (np.nextafter(numbers, end) for end in (-np.inf, np.inf))
    every = np.concatenate([numbers, below, above])
    assert two_decimals(every).to_pylist() == [f"{each:.2f}" for each in every.tolist()]


def wrong(records: RecordTable[Any], scoring: ScoringContext) -> Findings:
    raise LookupError("not mine")


def short(records: RecordTable[Any], scoring: ScoringContext) -> Findings:
    return Findings(np.array([0]), "wrong", np.array([0.5, 0.5]), "two weights of one record")


def beyond(records: RecordTable[Any], scoring: ScoringContext) -> Findings:
    return Findings(np.array([2]), "wrong", np.array([0.5]), "of a record that is not there")


@pytest.mark.parametrize(
    ("judge", "line"),
    [
        (wrong, "LookupError: not mine"),
        (beyond, "IndexError: index 2 is out of bounds for axis 0 with size 2"),
        (short, "ValueError: expected 1 rows in every column of the findings, but got {'weight': 2}"),
    ],
)
def test_a_judge_of_columns_that_fails_loses_no_run(judge: Any, line: str) -> None:
    task: Task[Any] = Task({}, Estimated, lambda *_: [], judge_table=judge)
    records = [Record("task", "", name, "ok", None, 1, Estimated(1.0)) for name in "ab"]
    samples = [Sample("a", ""), Sample("b", "")]
    found = findings_of(task, RecordTable.of(records, Estimated), ScoringContext([], {}), samples)
    assert found["finding"].to_pylist() == ["unjudged"] * 2
    assert found["line"].to_pylist() == [f"the task's judge failed: {line}"] * 2


@pytest.mark.parametrize("given", [("odd", "heavy", "a line", ""), ("odd", 1, None, ""), "odd"])
def test_a_finding_of_a_wrong_type_loses_no_run(given: Any) -> None:
    found = Finding(*given) if isinstance(given, tuple) else given
    task: Task[Any] = Task({}, Estimated, lambda *_: [], judge=lambda *_: found)
    table = RecordTable.of([Record("task", "", "a", "ok", None, 1, Estimated(1.0))], Estimated)
    assert findings_of(task, table, ScoringContext([], {}), [Sample("a", "")])["finding"].to_pylist() == ["unjudged"]
