"""A bad call is refused, with the nearest that is right."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from refusals import refused

from harness.suite import components

if TYPE_CHECKING:
    from conftest import Project

CALLS: dict[str, tuple[list[str], str]] = {
    "no suite": (["run"], "expected a suite, and this folder has no *.harness.yaml: name a file or an installed suite"),
    "unknown command": (["rnu", "quick.yaml"], "No such command 'rnu'"),
    "unknown option": (["run", "quick.yaml", "--lmit", "3"], "No such option: --lmit"),
    "unknown suite": (["run", "quick.yml"], "there is no suite file 'quick.yml', nor an installed suite of that name"),
    "nearest suite": (["run", "quickstrt"], "did you mean 'quickstart'?"),
    "a folder as suite": (["run", "."], "there is no suite file '.'"),
    "limit 0": (["run", "quick.yaml", "--limit", "0"], "'--limit'"),
    "limit in words": (["run", "quick.yaml", "--limit", "few"], "'--limit'"),
    "seed in words": (["run", "quick.yaml", "--seed", "few"], "'--seed'"),
    "policy": (["run", "quick.yaml", "--undecided", "maybe"], "'maybe' is not one of 'fail', 'pass', 'warn', 'point'"),
    "policy of gate": (["gate", ".", "--undecided", "maybe"], "'maybe' is not one of 'fail', 'pass', 'warn', 'point'"),
    "device": (["run", "quick.yaml", "--device", "cuda:9"], "with model.device as it was set: model 'python' "),
    "set without value": (["run", "quick.yaml", "--set", "seed"], "--set seed: expected KEY=VALUE, like data.limit=50"),
    "set without key": (["run", "quick.yaml", "--set", "=3"], "--set =3: expected KEY=VALUE"),
    "set unknown": (["run", "quick.yaml", "--set", "sede=3"], "quick.yaml, with sede as it was set: unknown k"),
    "set unknown task": (["run", "quick.yaml", "--set", "tasks.atack.limit=3"], "no task is called 'atack': expected "),
    "set bad value": (["run", "quick.yaml", "--set", "data.limit=-3"], "with data.limit as it was set: data.l"),
    "set bad yaml": (["run", "quick.yaml", "--set", "seed=["], "--set seed:1: not valid YAML"),
    "model": (["run", "quick.yaml", "--model", "pyton:x"], "with model as it was set: no model is called 'pyt"),
    "model empty": (["run", "quick.yaml", "--model", ""], "no model is called ''"),
    "data": (["run", "quick.yaml", "--data", "files:no.csv"], "with data as it was set: data 'files': there i"),
    "resume nothing": (["run", "quick.yaml", "--resume"], "there is no run of 'quick' in runs/ to resume: name it wit"),
    "resume nowhere": (["run", "quick.yaml", "--resume", "--out", "no"], "no: expected a run directory, but it has no"),
    "out is a file": (["run", "quick.yaml", "--out", "toy.py"], "cannot make the run directory toy.py"),
    "out under a file": (["run", "quick.yaml", "--out", "toy.py/x"], "cannot make the run directory toy.py/x"),
    "gate nowhere": (["gate", "no"], "no: expected a run directory, but it has no run.json"),
    "gate of a file": (["gate", "toy.py"], "toy.py: expected a run directory, but it has no run.json"),
    "report nowhere": (["report", "no"], "no: expected a run directory, but it has no run.json"),
    "unknown kind": (["list", "atacks"], "there is no kind 'atacks': expected one of models, data, "),
    "nearest kind": (["list", "atacks"], "did you mean 'attacks'?"),
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_a_bad_call_is_refused(project: Project, name: str) -> None:
    argv, message = CALLS[name]
    refused(project.harness(*argv), message)
    assert not Path("runs").exists()


def test_a_missing_extra_is_answered_with_its_pip_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "is_here", lambda need: need.name != "textattack")
    project.edit("quick.yaml", "[deepwordbug]", "[textattack:pwws]")
    refused(project.harness("run", "quick.yaml"), "needs textattack: pip install 'model-harness[textattack]'")


def test_a_broken_plugin_does_not_hide_the_others(project: Project) -> None:
    project.install("attacks", "rotten", "json:no_such_thing")
    called = project.harness("list", "attacks", "--json")
    rows = {row["name"]: row for row in called.json}
    assert rows["rotten"]["available"] is False
    assert rows["rotten"]["missing"] == ["AttributeError: module 'json' has no attribute 'no_such_thing'"]
    assert rows["deepwordbug"]["available"] is True
    assert "missing: AttributeError" in project.harness("list", "attacks").out


def test_a_broken_plugin_that_is_named_is_refused(project: Project) -> None:
    project.install("attacks", "rotten", "json:no_such_thing")
    project.edit("quick.yaml", "[deepwordbug]", "[rotten]")
    refused(project.harness("run", "quick.yaml"), "attack 'rotten' (json:no_such_thing) could not be loaded: ")


def test_a_refused_call_does_not_stand_in_the_way_of_the_next(project: Project) -> None:
    shutil.move("toy.py", "gone.py")
    refused(project.harness("run", "quick.yaml", "--out", "out"), "cannot import 'toy'")
    shutil.move("gone.py", "toy.py")
    assert project.harness("run", "quick.yaml", "--out", "out").code == 0
