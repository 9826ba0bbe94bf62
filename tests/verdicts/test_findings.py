"""What a record holds against the model is judged once, by its task, whatever its payload looks like."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pyarrow import parquet

import harness
from harness import Run
from harness.reports import worst_samples

if TYPE_CHECKING:
    from conftest import Project

SURE = """
from dataclasses import dataclass

from harness import Finding, AskOnce, Score, Task


@dataclass(frozen=True)
class Sureness:  # the field of the built-in `Estimated`
    value: float


def sure(answers):
    return [Sureness(float(row.max())) for row in answers.array]


def score(records, scoring):
    values = [record.payload.value for record in records if record.payload]
    mean = sum(values) / len(values) if values else None
    return [Score("sureness", mean, mean, mean, len(values))]


def timid(given, case):
    if not case.sample.input.isascii():
        raise LookupError("not mine")
    return Finding("timid", -given.value, f"only {given.value:.2f} sure of {case.truth}") if given.value < 0.6 else None


def silent():
    return Task(parts={"": lambda model: AskOnce(sure)}, payload=Sureness, score=score)


def judging():
    return Task(parts={"": lambda model: AskOnce(sure)}, payload=Sureness, score=score, judge=timid)
"""
SUITE = """\
model: {{use: python, object: "toy:predict"}}
data: {{use: files, path: dev.jsonl}}
resamples: 20
tasks:
  - {{use: {name}, gates: {{sureness: {{min: 0.99}}}}}}
"""


def run_of(project: Project, name: str) -> Any:
    project.install("tasks", name, f"sure:{name}", SURE)
    project.write("sure.harness.yaml", SUITE.format(name=name))
    return project.harness("run", "sure.harness.yaml", "--out", "out")


def test_a_strangers_task_with_the_fields_of_a_built_in_one_fails_its_gate_in_words(project: Project) -> None:
    called = run_of(project, "silent")
    assert (called.code, "Traceback" in called.err, "worst samples" in called.out) == (1, False, False)
    assert "value" in (project.folder / "out/report.html").read_text(encoding="utf-8")


def test_a_strangers_judge_is_heard_everywhere(project: Project) -> None:
    called = run_of(project, "judging")
    assert called.code == 1
    assert "worst samples of judging/sureness:" in called.out
    assert "only 0.52 sure of positive" in called.out
    page = (project.folder / "out/report.html").read_text(encoding="utf-8")
    assert ("timid" in page, "only 0.52 sure of positive" in page) == (True, True)


def test_what_was_found_is_a_column_of_the_records(project: Project) -> None:
    run_of(project, "judging")
    table = parquet.read_table(project.folder / "out/records/judging.parquet")
    words = table["finding"].to_pylist()
    assert (set(words), table["line"][words.index("timid")].as_py()[:5]) == ({None, "timid"}, "only ")
    [first, *_] = [record for record in Run(project.folder / "out").records("judging") if record.finding]
    assert first.finding is not None
    assert (first.finding.word, first.finding.weight < 0) == ("timid", True)


def test_a_judge_that_fails_loses_no_run(project: Project) -> None:
    project.write("dev.jsonl", json.dumps({"text": "sch\u00f6n", "label": "positive"}) + "\n")
    called = run_of(project, "judging")
    assert called.code == 1
    assert "the task's judge failed: LookupError: not mine" in called.out


def of_labels(labels: list[str], model: Any) -> Run:
    rows = [{"text": "a b", "label": labels}]
    tasks: list[Any] = [{"use": "stress", "perturbations": ["change_case"], "severities": [5]}]
    return harness.evaluate(model, rows, tasks, labels=labels, output="labels", progress=False)


@pytest.mark.usefixtures("project")
def test_a_label_set_flips_though_its_row_sums_to_one() -> None:
    run = of_labels(["x", "y"], lambda texts: [[0.6, 0.4] if text == "a b" else [0.6, 0.55] for text in texts])
    [worst] = worst_samples(run, "stress/worst_accuracy")
    assert worst.why.startswith("x becomes x, y by '")
    assert "flipped" in (run.folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("project")
def test_a_model_of_one_label_decides_and_is_no_regression() -> None:
    run = of_labels(["x"], lambda texts: [[0.9] if text == "a b" else [0.1] for text in texts])
    [worst] = worst_samples(run, "stress/worst_accuracy")
    assert worst.why.startswith("x becomes no label by '")
    assert "flipped" in (run.folder / "report.html").read_text(encoding="utf-8")
