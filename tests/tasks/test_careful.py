"""A metric, or a task's score, that goes wrong is the error of that score: everything else is scored and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

METRIC = """
import sys
from harness import ClassPredictions

def odd(predictions: ClassPredictions) -> float:
    {does}
"""
ACCURACY = "classification/accuracy"


def with_metric(project: Project, does: str, gate: str = "") -> None:
    project.install("metrics", "odd", "odd_metric:odd", METRIC.replace("{does}", does))
    project.edit("quick.yaml", "metrics: [ece]", "metrics: [ece, odd]")
    if gate:
        project.edit("quick.yaml", "{accuracy: {min: 0.5}}", f"{{accuracy: {{min: 0.5}}, odd: {gate}}}")


@pytest.mark.parametrize(
    ("does", "note"),
    [
        ("raise ValueError('now\\nand then')", "the metric failed: ValueError: now and then"),
        ("raise BaseException('odd')", "the metric failed: BaseException: odd"),
        ("sys.exit(0)", "the metric failed: SystemExit: 0"),
        ("return None", "the metric failed: TypeError: expected a number, but got None"),
        ("return 1 + 2j", "the metric failed: TypeError: expected a number, but got (1+2j)"),
        ("return '0.5'", "the metric failed: TypeError: expected a number, but got '0.5'"),
        ("return float('nan')", "not defined on these labels"),
    ],
)
def test_a_metric_without_a_number_is_the_error_of_its_score(project: Project, does: str, note: str) -> None:
    with_metric(project, does, "{min: 0.1}")
    called = project.harness("run", "quick.yaml", "--out", "out")
    assert called.code == 1, called.err
    scores = project.read("out/scores.json")
    assert (scores["classification/odd"]["value"], scores["classification/odd"]["note"]) == (None, note)
    assert scores["classification/ece"]["value"] is not None
    verdicts = {gate["address"]: gate["verdict"] for gate in project.read("out/gates.json")}
    assert verdicts == {ACCURACY: "pass", "classification/odd": "error"}
    assert "odd" in (project.folder / "out" / "report.html").read_text("utf-8")


def test_a_metric_that_fails_without_a_gate_is_reported_and_changes_no_verdict(project: Project) -> None:
    with_metric(project, "raise ValueError('now and then')")
    called = project.harness("run", "quick.yaml", "--out", "out")
    assert called.code == 0
    assert "classification/odd: the metric failed: ValueError: now and then" in called.out


def test_a_metric_that_fails_on_a_resample_has_no_interval(project: Project) -> None:
    with_metric(project, "return 0.5 if len(set(predictions.labels * 1000 + range(20))) else 1 / 0")
    project.install(
        "metrics",
        "odd",
        "odd_metric:odd",
        METRIC.replace("{does}", "return 0.5 if len({*predictions.probabilities[:, 0]}) > 4 else 1 / 0"),
    )
    project.write("dev.jsonl", "".join(f'{{"text": "{word} film", "label": "positive"}}\n' for word in
                                       ("good", "bad", "good great", "bad awful", "good great fine")))  # fmt: skip
    project.harness("run", "quick.yaml", "--out", "out")
    score = project.read("out/scores.json")["classification/odd"]
    assert (score["value"], score["low"], score["high"]) == (0.5, None, None)
    assert score["note"] == "the metric failed on a resample: ZeroDivisionError: division by zero"


@pytest.mark.parametrize("gates", ["", "{sureness: {min: 0.5, max: 0.9}}"])
def test_a_task_that_cannot_be_scored_is_an_error_and_costs_no_other(project: Project, gates: str) -> None:
    source = """
from dataclasses import dataclass
from harness import AskOnce, Task

@dataclass(frozen=True)
class Sure:
    value: float

def odd(context):
    def score(records, scoring):
        raise KeyError("nobody foresaw it")
    return Task(parts={"": lambda model: AskOnce(lambda rows: [Sure(1.0) for row in rows])}, payload=Sure, score=score)
"""
    project.install("tasks", "odd", "odd_task:odd", source)
    project.edit("quick.yaml", "  - use: attack", "  - use: odd\n" + (f"    gates: {gates}\n" if gates else "") +
                 "  - use: attack")  # fmt: skip
    called = project.harness("run", "quick.yaml", "--out", "out")
    note = "the task could not be scored: KeyError: 'nobody foresaw it'"
    assert called.code == 1
    assert f"odd/scores: {note}" in called.out
    assert project.read("out/scores.json")["attack/robust_accuracy[part=deepwordbug]"]["value"] is not None
    decided = [(gate["verdict"], gate["note"]) for gate in project.read("out/gates.json") if "odd" in gate["address"]]
    assert decided == [("error", note)] * (2 if gates else 0)
    assert project.harness("gate", "out").code == 1
