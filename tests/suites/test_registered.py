"""The suites that are run by name, each on a model in pure Python and on a transformer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import harness_suites
import pytest

from harness.suite import components
from harness.suite.file import load_suite

if TYPE_CHECKING:
    from conftest import Project

MODELS = {
    "python": "python:toy:predict",
    "transformers": f"transformers:{Path(harness_suites.__file__).parent / 'quickstart' / 'model'}",
}
TASKS = {
    "quick": ["classification", "stress"],
    "robust": ["stress", "attack"],
    "explain": ["explain"],
    "release": ["classification", "stress", "attack", "explain"],
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("suite", TASKS)
def test_a_registered_suite_runs_on_ones_own_model(project: Project, suite: str, model: str) -> None:
    if suite == "explain" and (lacking := _lacking("shap")):
        pytest.skip(f"the suite `explain` needs {', '.join(lacking)}")
    argv = [
        "--model",
        MODELS[model],
        "--data",
        "files:dev.jsonl",
        "--limit",
        "4",
        "--out",
        "out",
        "--json",
        "--set",
        "resamples=20",
    ]
    called = project.harness("run", suite, *argv, "--undecided", "point")
    assert called.code in {0, 1}, called.err
    tasks = project.read("out/run.json")["tasks"]
    assert list(tasks) == TASKS[suite]
    assert [task["errors"] for task in tasks.values()] == [0] * len(tasks)
    measured = [gate["address"] for gate in called.json["gates"] if gate["verdict"] != "error"]
    assert measured == [gate["address"] for gate in called.json["gates"]]


def _lacking(explainer: str) -> list[str]:
    return components.missing(components.find("explainers")[explainer])


@pytest.mark.parametrize("suite", TASKS)
def test_a_registered_suite_is_checked_by_name(project: Project, suite: str) -> None:
    if suite == "explain" and (lacking := _lacking("shap")):
        pytest.skip(f"the suite `explain` needs {', '.join(lacking)}")
    called = project.harness("check", suite, "--model", MODELS["python"], "--data", "files:dev.jsonl")
    assert (called.code, called.err) == (0, "")
    assert called.out.startswith(f"{suite}: valid, 20 samples")


@pytest.mark.parametrize("suite", TASKS)
def test_without_model_or_data_it_says_how_to_give_them(project: Project, suite: str) -> None:
    called = project.harness("run", suite)
    assert (called.code, called.out) == (2, "")
    assert "the suite has no model: add `model:` or give --model USE:VALUE" in called.err


@pytest.mark.parametrize("model", MODELS)
def test_the_suite_for_a_replacement_runs_first_without_and_then_with_a_baseline(project: Project, model: str) -> None:
    if lacking := _lacking("shap"):
        pytest.skip(f"the suite `replace` needs {', '.join(lacking)}")
    given = ("--model", MODELS[model], "--data", "files:dev.jsonl", "--limit", "4", "--set", "resamples=20")
    assert project.harness("run", "replace", *given).code == 2
    assert project.harness("run", "replace", *given, "--first", "--out", "first").code == 0
    assert project.harness("accept", "first", "--to", "some.baseline").code == 0
    against = ("--baseline", "some.baseline", "--undecided", "point", "--json")
    called = project.harness("run", "replace", *given, *against, "--out", "second")
    assert called.code in {0, 1}, called.err
    kinds = {gate["address"].partition("/")[2]: gate["kind"] for gate in called.json["gates"]}
    assert kinds == {"ece": "rise"} | dict.fromkeys(
        ["accuracy", "worst_accuracy", "robust_accuracy", "comprehensiveness", "agreement"], "drop"
    )


def test_suites_are_listed_with_what_they_ask(project: Project) -> None:
    listed = {row["name"]: row["summary"] for row in project.harness("list", "suites", "--json").json}
    assert {"quickstart", "replace", *TASKS} <= listed.keys()
    assert all(listed.values())


def test_the_robust_suite_has_every_perturbation_that_keeps_the_label_and_works_on_letters() -> None:
    suite = load_suite(components.load("suites", "robust")()).suite
    [stress] = [task for task in suite.tasks if task.use == "stress"]
    assert len(stress.parameters["perturbations"]) >= 12
