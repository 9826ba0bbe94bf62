"""A call that names no suite runs the only one there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from refusals import refused

if TYPE_CHECKING:
    from conftest import Project


@pytest.mark.parametrize("name", ["release.harness.yaml", "release.harness.yml"])
def test_the_only_suite_is_taken(project: Project, name: str) -> None:
    Path("quick.yaml").rename(name)
    assert project.harness("check", "--json").json["suite"] == "release"
    assert project.harness("plan", "--json").json["suite"] == "release"
    assert project.harness("run", "--out", "out", "-q").out.startswith("verdict: pass (1 pass); report: ")


def test_of_several_none_is_taken(project: Project) -> None:
    for name in ("b.harness.yaml", "a.harness.yaml"):
        project.write(name, Path("quick.yaml").read_bytes())
    for command in ("run", "check", "plan"):
        refused(project.harness(command), "this folder has several, a.harness.yaml, b.harness.yaml: name one")
