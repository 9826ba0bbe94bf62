"""A column of a slice that one of several sets has not: that set is scored, but not by the slice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness import Run

if TYPE_CHECKING:
    from conftest import Project

SUITE = """\
model: {use: python, object: 'toy:predict', labels: [negative, positive]}
data:
  - {name: one, use: files, path: one.jsonl, slices: {region: {column: region}}}
  - {name: two, use: files, path: two.jsonl, slices: {region: {column: region}}}
tasks:
  - use: classification
    metrics: [f1]
    gates:
      "accuracy[slice=region:south]": {min: 0.5}
      "accuracy[data=two,slice=region:south]": {min: 0.5}
      "accuracy_gap[data=two,slice=region]": {max: 0.9}
      "worst_accuracy[data=two,slice=region]": {min: 0.1}
"""
WHY = "two: no sample has a value in the column 'region' of the slice 'region'"


@pytest.fixture
def two_sets(project: Project) -> Project:
    rows = [
        {"text": f"{'good' if at % 2 else 'bad'} {at}", "label": "positive" if at % 2 else "negative"}
        for at in range(160)
    ]
    regions = [{**row, "region": "north" if at % 4 < 2 else "south"} for at, row in enumerate(rows)]
    project.write("one.jsonl", "\n".join(json.dumps(each) for each in regions))
    project.write("two.jsonl", "\n".join(json.dumps(each) for each in rows))
    project.write("suite.yaml", SUITE)
    return project


def test_gates_on_the_set_without_the_column_are_undecided_and_say_set_and_column(two_sets: Project) -> None:
    assert two_sets.harness("run", "suite.yaml", "--out", "out").code == 1  # as undecided counts by default
    first, *others = Run("out").gates
    assert first.verdict == "pass"
    assert [(gate.verdict, gate.note) for gate in others] == [("undecided", WHY)] * 3
    scores = Run("out").scores
    assert scores["classification/accuracy[data=two]"].n == 160
    assert scores["classification/f1[data=two,slice=region:north]"].value is None
    assert scores["classification/f1[data=two,slice=region:north]"].note == WHY


def test_a_run_is_decided_again_as_it_was(two_sets: Project) -> None:
    two_sets.harness("run", "suite.yaml", "--out", "out")
    before = [(gate.address, gate.verdict, gate.note) for gate in Run("out").gates]
    two_sets.harness("gate", "out")
    assert [(gate.address, gate.verdict, gate.note) for gate in Run("out").gates] == before


def test_a_check_says_it(two_sets: Project) -> None:
    out = two_sets.harness("check", "suite.yaml").out
    assert "two has no column 'region' of the slice 'region': its scores by region are not defined" in out
    assert "its data have not the column of this slice, so it is undecided" in out


def test_a_slice_that_only_the_other_set_has_is_undecided_too(two_sets: Project) -> None:
    two_sets.edit("suite.yaml", "two.jsonl, slices: {region: {column: region}}", "two.jsonl")
    two_sets.harness("run", "suite.yaml", "--out", "out")
    assert [gate.verdict for gate in Run("out").gates] == ["pass", *["undecided"] * 3]


def test_a_column_that_no_set_has_is_refused_with_the_nearest(two_sets: Project) -> None:
    two_sets.write("suite.yaml", SUITE.replace("column: region", "column: regoin"))
    called = two_sets.harness("check", "suite.yaml")
    assert called.code == 2
    assert "the data have no column 'regoin' for the slice 'region'" in called.err + called.out
    assert "did you mean 'region'?" in called.err + called.out
