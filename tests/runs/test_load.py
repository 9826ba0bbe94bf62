"""From a suite to something that can run: its models, its cases and the gates it may have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.own.locate import import_folders
from harness.runs.load import check, load
from harness.suite.file import load_suite

if TYPE_CHECKING:
    from conftest import Project


def test_further_models_of_a_suite_are_loaded_under_their_names(project: Project) -> None:
    project.edit("quick.yaml", "seed: 7", "models: {second: python:toy:predict}")
    with import_folders(project.folder):
        loaded = load(check(load_suite(project.folder / "quick.yaml")))
    assert list(loaded.models) == ["", "second"]


def test_cases_are_tasks_times_parts_times_samples_within_their_limit(project: Project) -> None:
    with import_folders(project.folder):
        loaded = load(check(load_suite(project.folder / "quick.yaml")))
    keys = [case.key for case in loaded.cases()]
    order = [sample.id for sample in loaded.samples]
    assert keys == [("classification", "", each) for each in order] + [
        ("attack", "deepwordbug", each) for each in order[:6]
    ]


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("acuracy", "task 'classification' has no score 'acuracy': it has .*; did you mean 'accuracy'"),
        ('"accuracy[part=ocr]"', r"no score 'accuracy\[part=ocr\]'"),
        ('"accuracy[data=other]"', r"no score 'accuracy\[data=other\]'"),
        ("mae", "no score 'mae'"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_gate_on_a_score_that_cannot_be_is_refused_before_anything_runs(
    project: Project, command: str, gate: str, message: str
) -> None:
    project.edit("quick.yaml", "{accuracy: {min: 0.5}}", f"{{{gate}: {{min: 0.5}}}}")
    called = project.harness(command, "quick.yaml")
    assert (called.code, called.out) == (2, "")
    assert re.search(rf"^harness: quick.yaml:7: .*{message}", called.err)


def test_a_gate_on_a_class_is_checked_once_the_labels_are_known(project: Project) -> None:
    project.edit("quick.yaml", "{accuracy: {min: 0.5}}", '{"recall[class=neutral]": {min: 0.5}}')
    assert project.harness("check", "quick.yaml").code == 0
    called = project.harness("run", "quick.yaml", "--out", "out")
    assert (called.code, "no score 'recall[class=neutral]'" in called.err) == (2, True)
    assert not (project.folder / "out").exists()


@pytest.mark.parametrize(
    ("output", "task", "message"),
    [
        (
            "value",
            "classification",
            "measures models that answer classes or probabilities, but this one answers value: use 'regr",
        ),
        (
            "labels",
            "{use: attack, attacks: [deepwordbug]}",
            "this one answers labels: add `goal: change`, `drop` or `add`, or set another `output`",
        ),
        ("probabilities", "regression", "that answer value, but this one answers probabilities: use 'classification'"),
    ],
)
def test_a_task_for_another_output_is_refused_first(project: Any, output: str, task: str, message: str) -> None:
    project.write("dev.jsonl", '{"text": "a", "label": 1}\n')
    project.write(
        "wrong.yaml",
        f'model: {{use: python, object: "toy:predict", output: {output}, labels: [a, b]}}\n'
        f"data: files:dev.jsonl\ntasks:\n  - {task}\n",
    )
    called = project.harness("run", "wrong.yaml", "--out", "out")
    assert called.code == 2
    assert f"wrong.yaml:4: task {message}"[:14] in called.err
    assert message in called.err
    assert not (project.folder / "out").exists()
