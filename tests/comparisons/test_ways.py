"""Which way a plugin's score is better is said by its task, kept by its runs, and known to whoever compares them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness import Run, compare

if TYPE_CHECKING:
    from conftest import Project

SUITE = """\
model: {use: python, object: "toy:predict", labels: [negative, positive]}
tasks:
  - {use: behaviour, suite: {tests: [{name: t, template: "{at} was good", expect: positive}], lexicons: {at: NAMES}}}
"""
WORSE = "def predict(texts):\n    return [[0.9, 0.1] if len(text) % 2 else [0.1, 0.9] for text in texts]\n"


@pytest.fixture
def two(project: Project) -> Project:
    names = json.dumps(["a" * at for at in range(1, 81)])
    project.write("suite.yaml", SUITE.replace("NAMES", names))
    project.write("worse.py", WORSE)
    for out, model in (("old", "toy:predict"), ("new", "worse:predict")):
        assert project.harness("run", "suite.yaml", "--out", out, "-q", "--set", f"model.object={model}").code == 0
    return project


def outcomes(*names: str) -> dict[str, str]:
    [pair] = compare(*names).pairs
    return {each.local: each.outcome for each in pair.moved}


def test_more_failures_are_worse_by_what_the_task_says(two: Project) -> None:
    assert outcomes("old", "new")["failure_rate"] == "worse"
    assert outcomes("new", "old")["failure_rate"] == "better"
    [pair] = compare("old", "new").pairs
    assert {each.local: each.lower_is_better for each in pair.moved}["failure_rate"] is True


def test_a_run_keeps_it_in_its_files(two: Project) -> None:
    assert Run("new").info.tasks["behaviour"].lower_is_better == {"failure_rate": True}


def test_a_run_of_before_compares_as_it_did(two: Project) -> None:
    for name in ("old", "new"):
        path = two.folder / name / "run.json"
        info = json.loads(path.read_text())
        del info["tasks"]["behaviour"]["lower_is_better"], info["checksum"]
        path.write_text(json.dumps(info))
    assert outcomes("old", "new")["failure_rate"] == "worse"


def test_a_gate_on_a_change_has_to_be_the_way_that_is_worse(two: Project) -> None:
    gates = "gates: {failure_rate: {drop: 0.1}}, "
    two.edit("suite.yaml", "{use: behaviour, ", f"{{use: behaviour, {gates}")
    called = two.harness("run", "suite.yaml", "--set", "baseline=old")
    assert called.code == 2
    assert "of 'failure_rate' less is better: expected `rise`, but got `drop`" in called.err
