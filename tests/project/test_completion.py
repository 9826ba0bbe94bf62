"""Completion in a shell: what typer asks the command for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.project.completion import components, kinds, suites
from harness.suite.components import KINDS

if TYPE_CHECKING:
    from conftest import Project


def ended(*argv: str, **environment: str) -> subprocess.CompletedProcess[str]:
    code = "from harness.cli.main import start; start()"
    given = {**os.environ, **environment}
    return subprocess.run([sys.executable, "-c", code, *argv], capture_output=True, text=True, env=given, check=False)


def test_the_script_of_a_shell_is_shown() -> None:
    found = ended("--show-completion", _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert found.returncode in {0, 2}  # 2 where nobody knows the shell
    assert "Traceback" not in found.stderr


@pytest.mark.parametrize(
    ("line", "last", "offered"),
    [
        ("harness ch", 1, ["check"]),
        ("harness run x --undecided p", 4, ["pass", "point"]),
        ("harness init --ci git", 3, ["github", "gitlab"]),
        ("harness show deepw", 2, ["deepwordbug"]),
        ("harness list at", 2, ["attacks"]),
        ("harness run quicks", 2, ["quickstart"]),
    ],
)
def test_a_shell_is_offered_what_can_stand_there(line: str, last: int, offered: list[str]) -> None:
    found = ended(_HARNESS_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=str(last))
    assert (found.returncode, found.stdout.split(), found.stderr) == (0, offered, "")


def test_files_of_suites_are_offered_before_anything_is_typed(project: Project) -> None:
    Path("quick.yaml").rename("mine.harness.yaml")
    assert {"mine.harness.yaml", "quickstart"} <= {*suites("")}
    assert suites("mi") == ["mine.harness.yaml"]


def test_every_kind_and_component_is_offered() -> None:
    assert {*kinds("")} <= {*KINDS}
    assert {"accuracy", "deepwordbug", "files"} <= {*components("")}
