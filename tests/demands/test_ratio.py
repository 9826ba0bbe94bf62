"""Gates on ratios: what the new score may be of the baseline's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness import Score
from harness.demands.gate import Gate
from harness.scores.gates import TaskScores, decide
from harness.types import Verdict

if TYPE_CHECKING:
    from conftest import Project

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
baseline: toy.baseline
resamples: 100
tasks:
  - use: classification
    metrics: [log_loss, roc_auc]
    gates: {accuracy: {ratio: 0.95}, log_loss: {ratio: 1.2, tier: advisory}, roc_auc: {ratio: 0.5}}
"""
WORSE = """\
import toy

def predict(texts):
    return [row[::-1] if len(text) % 2 else row for row, text in zip(toy.predict(texts), texts)]

predict.labels = toy.predict.labels
"""
WRONG = """\
def predict(texts):
    return [[0.9, 0.1] if int(text.split()[-1]) % 2 == 0 else [0.1, 0.9] for text in texts]

predict.labels = ["negative", "positive"]
"""


@pytest.fixture
def compared(project: Project) -> Project:
    """A project with a baseline of its own model."""
    project.write("ratio.yaml", SUITE)
    project.write("worse.py", WORSE)
    assert project.harness("run", "ratio.yaml", "--first", "--out", "first").code == 0
    assert project.harness("accept", "first", "--to", "toy.baseline").code == 0
    return project


@pytest.mark.parametrize(
    ("more", "bound", "verdict"),
    [
        (False, 1.2, "pass"), (False, 1.05, "undecided"), (False, 0.95, "fail"),
        (True, 0.95, "pass"), (True, 1.05, "undecided"), (True, 1.2, "fail"),
    ],
)  # fmt: skip
def test_the_direction_of_the_score_says_which_side_passes(more: bool, bound: float, verdict: Verdict) -> None:
    scored = TaskScores({}, cases=9, ratios={"s": Score("s", 1.05, 1.0, 1.1, 9)})
    gate = Gate("t/s", "ratio", bound, more_is_better=more)
    assert decide(gate, scored, 0).verdict == verdict
    assert gate.demand == f"ratio {'≥' if more else '≤'} {bound:g}"


def test_the_same_model_passes_and_a_worse_one_fails(compared: Project) -> None:
    same = compared.harness("run", "ratio.yaml", "--out", "same", "--json").json["gates"]
    assert [(gate["kind"], gate["value"], gate["verdict"]) for gate in same] == [("ratio", 1.0, "pass")] * 3
    ran = compared.harness("run", "ratio.yaml", "--model", "python:worse:predict", "--out", "worse", "--json")
    assert ran.code == 1
    rows = {gate["address"].partition("/")[2]: gate for gate in ran.json["gates"]}
    assert (rows["accuracy"]["verdict"], rows["log_loss"]["verdict"]) == ("fail", "fail")
    before = compared.read("first/scores.json")["classification/accuracy"]["value"]
    now = compared.read("worse/scores.json")["classification/accuracy"]["value"]
    assert rows["accuracy"]["value"] == pytest.approx(now / before)
    assert rows["accuracy"]["low"] < now / before < rows["accuracy"]["high"] < 0.95
    again = compared.harness("gate", "worse", "--json").json["gates"]
    assert json.dumps(again) == json.dumps(ran.json["gates"])


def test_a_ratio_of_what_has_no_direction_or_no_baseline_is_refused(compared: Project) -> None:
    compared.edit("ratio.yaml", "roc_auc: {ratio: 0.5}", '"prevalence[class=negative]": {ratio: 1.1}')
    called = compared.harness("run", "ratio.yaml")
    assert called.code == 2
    assert "nobody knows which way of 'prevalence[class=negative]' is better: expected `drop` or `rise`" in called.err
    compared.write("ratio.yaml", SUITE.replace("baseline: toy.baseline\n", ""))
    called = compared.harness("run", "ratio.yaml")
    assert called.code == 2
    assert "there is no baseline" in called.err


def test_a_ratio_of_a_score_that_is_zero_is_an_error_that_says_so(compared: Project) -> None:
    compared.write("wrong.py", WRONG)
    gates = "tasks.classification.gates={accuracy: {ratio: 0.9}}"
    argv = ("run", "ratio.yaml", "--set", gates, "--json")
    ran = compared.harness(*argv, "--model", "python:wrong:predict", "--out", "wrong")
    [gate] = ran.json["gates"]
    assert (ran.code, gate["verdict"], gate["value"]) == (1, "error", None)
    assert gate["note"].startswith("a ratio is of numbers above 0: 0.9")
    called = compared.harness(*argv, "--baseline", "wrong")
    assert called.code == 2
    assert "expected a score above 0 for a ratio, but " in called.err
    assert called.err.endswith("wrong has 0\n")


def test_a_ratio_of_drops_between_sets_is_refused(compared: Project) -> None:
    data = "[{use: files, path: dev.jsonl}, {use: files, path: dev.jsonl, name: other}]"
    compared.edit("ratio.yaml", "{use: files, path: dev.jsonl}", data)
    compared.edit("ratio.yaml", "roc_auc: {ratio: 0.5}", '"accuracy_drop[data=other]": {ratio: 1.1}')
    called = compared.harness("run", "ratio.yaml")
    assert called.code == 2
    assert "nobody knows the bounds of a ratio of drops between sets of data: expected `rise`" in called.err


def test_check_knows_no_power_of_a_ratio_and_shows_its_demand(compared: Project) -> None:
    out = compared.harness("check", "ratio.yaml").out
    assert "ratio ≥ 0.95" in out
    assert "ratio ≤ 1.2 (advisory)" in out
