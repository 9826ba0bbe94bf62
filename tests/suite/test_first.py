"""A suite as it runs first, before there is anything to compare with."""

from __future__ import annotations

from typing import Any

from harness.demands.bounds import Bounds
from harness.suite.file import suite_of
from harness.suite.first import without_changes

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
baseline: toy.baseline
tasks:
  - use: classification
    gates: {accuracy: {min: 0.1, drop: 0.5}, ece: {rise: 0.5}}
"""


def test_gates_on_changes_are_left_out_and_what_has_no_other_bound() -> None:
    gates = {"accuracy": Bounds(min=0.8, drop=0.1), "ece": Bounds(rise=0.1), "f1": Bounds(max=0.9, tier="advisory")}
    kept = {address: bounds.model_dump() for address, bounds in without_changes(gates).items()}
    assert kept == {"accuracy": {"min": 0.8}, "f1": {"max": 0.9, "tier": "advisory"}}


def test_the_first_run_of_a_suite_becomes_the_baseline_that_it_names(project: Any) -> None:
    project.write("gated.yaml", SUITE)
    assert project.harness("run", "gated.yaml", "--out", "none").code == 2
    first = project.harness("run", "gated.yaml", "--first", "--out", "first", "--json")
    assert (first.code, [gate["kind"] for gate in first.json["gates"]]) == (0, ["min"])
    assert project.harness("gate", "first").code == 0
    assert project.harness("accept", "first", "--to", "toy.baseline").code == 0
    found = project.harness("run", "gated.yaml", "--out", "second", "--json").json["gates"]
    assert [(gate["kind"], gate["verdict"]) for gate in found] == [("min", "pass"), ("drop", "pass"), ("rise", "pass")]


def test_a_first_run_has_nothing_to_compare_with(project: Any) -> None:
    project.write("gated.yaml", SUITE)
    called = project.harness("run", "gated.yaml", "--first", "--baseline", "some.baseline")
    assert called.code == 2
    assert "--first runs without a baseline, but got --baseline" in called.err
    assert suite_of({"tasks": ["classification"], "first": True, "baseline": "x"}, "some").suite.baseline is None
