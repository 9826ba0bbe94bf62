"""`[tool.harness]` of pyproject.toml: options that a call does not give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest
from refusals import refused

from harness.cli.options import Policy
from harness.project.settings import POLICIES, settings_of
from harness.types import Undecided

if TYPE_CHECKING:
    from conftest import Project


def settings(project: Project, *lines: str) -> None:
    project.write("pyproject.toml", "\n".join(["[tool.harness]", *lines]))


def test_what_a_call_leaves_open_stands_there(project: Project) -> None:
    project.edit("quick.yaml", "min: 0.5", "min: 0.85")
    settings(project, 'suite = "quick.yaml"', 'runs = "kept"', 'undecided = "warn"', 'cache = "answers"')
    called = project.harness("run", "--json")
    assert called.code == 0, called.err
    run = Path(called.json["run"])
    info = json.loads((run / "run.json").read_text("utf-8"))
    assert (run.parent, info["name"], info["undecided"]) == (Path("kept"), "quick", "warn")
    assert Path("answers").is_dir()
    assert project.harness("check", "--json").json["suite"] == "quick"
    assert project.harness("gate", str(run)).code == 0


def test_what_a_call_says_comes_first(project: Project) -> None:
    settings(project, 'suite = "no.yaml"', 'undecided = "warn"', 'model = "python:no:model"')
    project.edit("quick.yaml", "min: 0.5", "min: 0.85")
    argv = ("run", "quick.yaml", "--undecided", "fail", "--model", "python:toy:predict", "--out", "out")
    assert project.harness(*argv).code == 1
    assert project.harness("gate", "out", "--undecided", "fail").code == 1


def test_a_run_is_resumed_where_runs_are_and_one_that_never_began_leaves_nothing(project: Project) -> None:
    settings(project, 'runs = "kept"')
    assert project.harness("run", "quick.yaml", "--set", "model.object=toy:nothing").code == 2
    assert not Path("kept").exists()  # nothing was begun
    called = project.harness("run", "quick.yaml", "--resume")
    assert "there is no run of 'quick' in kept/ to resume" in called.err


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('suit = "a"', "pyproject.toml: tool.harness.suit: unknown key: expected one of suite, model, "),
        ('suit = "a"', "did you mean 'suite'?"),
        ('undecided = "wran"', "expected one of fail, pass, warn, point, but got 'wran'; did you mean 'warn'?"),
        ('budget = "much"', "tool.harness.budget: expected a whole number, 1 or more, but got 'much'"),
        ("budget = true", "tool.harness.budget: expected a whole number, 1 or more, but got True"),
        ("suite = 3", "tool.harness.suite: expected a text, but got 3"),
        ("suite = [", "pyproject.toml: cannot be read: "),
    ],
)
def test_what_is_wrong_is_said_with_its_key(project: Project, line: str, message: str) -> None:
    settings(project, line)
    refused(project.harness("run", "quick.yaml"), message)


def test_it_is_read_by_the_commands_it_is_for_only(project: Project) -> None:
    settings(project, 'suit = "a"')
    assert project.harness("list", "tasks").code == 0


def test_a_stranger_sets_nothing(project: Project) -> None:
    """Of a pull request, `undecided = "pass"` would be one."""
    project.edit("quick.yaml", '{use: python, object: "toy:predict"}', "{use: fake}")
    project.install("models", "fake", "faking:fake", "import toy\n\n\ndef fake():\n    return toy.predict\n")
    project.edit("quick.yaml", "min: 0.5", "min: 0.85")
    settings(project, 'undecided = "pass"')
    assert project.harness("run", "quick.yaml").code == 0
    assert project.harness("run", "quick.yaml", "--untrusted").code == 1


@pytest.mark.parametrize("text", ["", "[project]\nname = 'harness'", "[tool]\nharness-other = 1", "[tool.harness]"])
def test_other_files_set_nothing(project: Project, text: str) -> None:
    project.write("pyproject.toml", text)
    assert settings_of(project.folder, "run") == {}


def test_the_policies_are_those_of_the_harness() -> None:
    assert POLICIES == get_args(Undecided) == get_args(Policy)
