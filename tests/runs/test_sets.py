"""A run on several sets of data: gates for each and for what is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SUITE = """\
model: {use: python, object: "toy:predict"}
data:
  - {use: files, path: dev.jsonl}
  - {use: files, path: hotels.jsonl, name: hotels, limit: 4}
resamples: 20
tasks:
  - use: classification
    metrics: []
    gates: {accuracy: {min: 0.5}, "accuracy[data=hotels]": {min: 0.9}, "accuracy_drop[data=hotels]": {max: 0.2}}
"""


@pytest.fixture
def transfer(project: Any) -> Any:
    rows = [{"text": f"a bad room {at}", "label": "positive"} for at in range(6)]
    project.write("hotels.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("transfer.yaml", SUITE)
    return project


def test_a_run_on_two_sets_gates_each_and_the_drop(transfer: Any) -> None:
    called = transfer.harness("run", "transfer.yaml", "--out", "out", "--json")
    assert called.code == 1
    assert [(gate["address"], gate["verdict"], gate["n"]) for gate in called.json["gates"]] == [
        ("classification/accuracy", "pass", 20),
        ("classification/accuracy[data=hotels]", "fail", 4),
        ("classification/accuracy_drop[data=hotels]", "fail", 4),
    ]
    info = transfer.read("out/run.json")
    assert info["data"] == [
        {"name": "dev", "kind": "text", "samples": 20, "cut": 0, "groups": 0},
        {"name": "hotels", "kind": "text", "samples": 4, "cut": 0, "groups": 0},
    ]
    assert (info["samples"], info["tasks"]["classification"]["cases"]) == (24, 24)


def test_a_limit_on_the_command_line_is_every_sets(transfer: Any) -> None:
    called = transfer.harness("check", "transfer.yaml", "--limit", "3", "--json")
    assert called.json["samples"] == 6
    assert [row["n"] for row in called.json["gates"]] == [3, 3, 3]


def test_a_key_of_one_set_is_set_by_its_name(transfer: Any) -> None:
    called = transfer.harness("check", "transfer.yaml", "--json", "--set", "data.dev.limit=7")
    assert [row["n"] for row in called.json["gates"]] == [7, 4, 4]
    called = transfer.harness("check", "transfer.yaml", "--set", "data.hotels.limit=0")
    assert "transfer.yaml, with data.hotels.limit as it was set: data.1.limit: expected greater than 0" in called.err


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("name: hotels", "name: dev", "transfer.yaml:2: data: two sets are called 'dev': give one of them another `na"),
        ("path: hotels.jsonl", "path: nowhere.jsonl", "transfer.yaml:4: data 'files': there is no file"),
        ("limit: 4", "limit: 0", "transfer.yaml:4: data.1.limit: expected greater than 0, but got 0"),
        ("limit: 4", "limt: 4", "transfer.yaml:4: data 'files' has no parameter 'limt'"),
        ("name: hotels", "filter: {stars: 5}", "the data has no column 'stars' for the filter"),
        ("name: hotels", "filter: {label: sad}", "filter: label keeps none of 6 rows: expected one of its values, pos"),
        (
            "name: hotels",
            "filter: {label: {mn: 3}}",
            ":4: unknown key 'mn': expected one of min, max; did you",
        ),
    ],
)
def test_a_mistake_in_one_set_is_named_with_its_line(transfer: Any, old: str, new: str, message: str) -> None:
    transfer.edit("transfer.yaml", old, new)
    called = transfer.harness("run", "transfer.yaml", "--out", "out")
    assert called.code == 2
    assert message in called.err


OF_TASKS = """\
model: {use: python, object: "toy:predict"}
data:
  - {use: files, path: dev.jsonl}
  - {use: files, path: hotels.jsonl, name: hotels, limit: 4}
resamples: 20
tasks:
  - {use: classification, metrics: [], name: both, gates: {accuracy: {min: 0.5}, "accuracy[data=hotels]": {min: 0.9}}}
  - {use: classification, metrics: [], name: second, data: hotels, gates: {accuracy: {min: 0.5, drop: 0.5}}}
  - {use: stress, perturbations: [change_case], severities: [1], data: [dev]}
"""


def test_a_task_runs_on_the_sets_it_names_and_the_first_of_these_speaks_for_it(transfer: Any) -> None:
    transfer.write("tasks.yaml", OF_TASKS)
    called = transfer.harness("run", "tasks.yaml", "--first", "--out", "out", "--json")
    assert [(gate["address"], gate["value"], gate["n"]) for gate in called.json["gates"]] == [
        ("both/accuracy", 0.9, 20),
        ("both/accuracy[data=hotels]", 0.0, 4),
        ("second/accuracy", 0.0, 4),
    ]
    info = transfer.read("out/run.json")
    assert {name: task["cases"] for name, task in info["tasks"].items()} == {"both": 24, "second": 4, "stress": 20}
    assert "second/accuracy_drop[data=hotels]" not in transfer.read("out/scores.json")
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert "classification: 4 samples of hotels" in page
    assert "20 samples of dev" in page
    assert "24 samples of" not in page
    again = transfer.harness("gate", "out", "--json")
    assert [gate["value"] for gate in again.json["gates"]] == [0.9, 0.0, 0.0]


def test_a_task_on_the_second_set_alone_is_compared_on_that(transfer: Any) -> None:
    transfer.write("tasks.yaml", OF_TASKS)
    transfer.harness("run", "tasks.yaml", "--first", "--out", "old")
    called = transfer.harness("run", "tasks.yaml", "--baseline", "old", "--out", "new", "--json")
    [drop] = [gate for gate in called.json["gates"] if gate["kind"] == "drop"]
    assert (drop["address"], drop["value"], drop["n"]) == ("second/accuracy", 0.0, 4)


def test_a_set_that_a_task_names_and_nobody_has_is_refused(transfer: Any) -> None:
    transfer.write("tasks.yaml", OF_TASKS.replace("data: hotels", "data: hotel"))
    called = transfer.harness("check", "tasks.yaml")
    assert "task 'second' names the set 'hotel': expected some of dev, hotels; did you mean 'hotels'?" in called.err
