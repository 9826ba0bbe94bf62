"""A run is resumed with the model and the software that it began with, or not at all."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from refusals import refused

from harness.suite.components import KINDS, find
from harness.suite.versions import versions

if TYPE_CHECKING:
    from conftest import Project


@pytest.fixture
def begun(project: Project) -> Project:
    """A project with a run in `out` that was interrupted, whose model takes its words from a module beside it."""
    project.write("words.py", "BAD = {'bad', 'awful', 'poor'}\n")
    source = (project.folder / "toy.py").read_text()
    project.write("toy.py", source.replace("    asked.extend(texts)\n", "    from words import BAD\n", 1))
    assert project.harness("run", "quick.yaml", "--out", "out").code == 0
    _changed(project, state="interrupted", files={})
    return project


def _changed(project: Project, **facts: Any) -> None:
    project.write("out/run.json", json.dumps(project.read("out/run.json") | facts))


def _resumed(project: Project) -> Any:
    return project.harness("run", "quick.yaml", "--out", "out", "--resume")


def test_the_same_model_is_resumed_and_what_cannot_be_known_is_said(begun: Project) -> None:
    with pytest.warns(UserWarning, match="the model has no fingerprint, so its code was compared, but not the files"):
        assert _resumed(begun).code == 0


@pytest.mark.parametrize("name", ["words.py", "toy.py"])
def test_a_model_whose_code_changed_is_not_resumed(begun: Project, name: str) -> None:
    begun.write(name, (begun.folder / name).read_text().replace("'poor'", "'dull'").replace('"poor"', '"dull"'))
    refused(_resumed(begun), "out cannot be resumed: its model changed since it began")


def test_files_beside_a_model_that_it_does_not_import_may_change(begun: Project) -> None:
    begun.write("other.py", "anything = 1\n")
    with pytest.warns(UserWarning, match="no fingerprint"):
        assert _resumed(begun).code == 0


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("model-harness", "0.0.9", "model-harness 0.0.9 (now "),
        ("numpy", "1.0", "numpy 1.0 (now "),
        ("nowhere", "3.1", "nowhere 3.1 (now not installed)"),
    ],
)
def test_a_run_of_other_versions_is_not_resumed(begun: Project, name: str, version: str, message: str) -> None:
    _changed(begun, versions={**begun.read("out/run.json")["versions"], name: version})
    refused(_resumed(begun), "out cannot be resumed: it began with ", message, "start a new run with another --out")


def test_what_was_installed_since_is_said_too(begun: Project) -> None:
    before = begun.read("out/run.json")["versions"]
    _changed(begun, versions={name: each for name, each in before.items() if name != "numpy"})
    refused(_resumed(begun), "numpy not installed (now ")


def test_packages_that_bring_components_have_their_versions_kept() -> None:
    bringing = {point.dist.name for kind in KINDS for point in find(kind).values() if point.dist}
    assert bringing <= set(versions())
