"""What GitHub shows of a run: annotations at the lines of gates, from `run`, `gate` and a run that was moved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from harness.ci.github import annotation
from harness.scores.gates import Decision

if TYPE_CHECKING:
    from conftest import Project


@pytest.fixture
def github(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that is a job of GitHub's, in a folder of the repository; its accuracy misses its bound."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.folder.parent))
    project.edit("quick.yaml", "min: 0.5", "min: 0.99")
    return project


def annotated(err: str) -> list[str]:
    return [line for line in err.splitlines() if line.startswith("::")]


def test_run_and_gate_annotate_the_line_of_the_gate(github: Project) -> None:
    of_run = annotated(github.harness("run", "quick.yaml", "--out", "out").err)
    begin = f"::error file={github.folder.name}/quick.yaml,line=7,title=gate classification/accuracy fails::0.900 ["
    assert [line[: len(begin)] for line in of_run] == [begin]
    assert annotated(github.harness("gate", "out").err) == of_run


def test_a_suite_outside_of_the_repository_has_no_line(github: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(github.folder / "elsewhere"))
    [line] = annotated(github.harness("run", "quick.yaml", "--out", "out").err)
    assert line.startswith("::error title=gate classification/accuracy fails::")


def test_variants_are_annotated_at_the_one_line_that_all_share(github: Project) -> None:
    suite = (github.folder / "quick.yaml").read_text("utf-8") + "variants: {one: {}, two: {output: probabilities}}\n"
    github.write("both.harness.yaml", suite)
    found = annotated(github.harness("run", "both.harness.yaml", "--out", "out").err)
    places = [re.findall(r"file=\S+/both.harness.yaml,line=(\d+),title=gate (\w+)%3A", line) for line in found]
    assert places == [[("7", "one")], [("7", "two")]]


def test_the_summary_leads_to_the_artifacts(github: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"SERVER_URL": "https://github.example", "REPOSITORY": "somebody/models", "RUN_ID": "77"}
    for name, value in given.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(github.folder / "summary.md"))
    github.harness("run", "quick.yaml", "--markdown", "m.md")
    told = (github.folder / "summary.md").read_text("utf-8")
    link = "\n[Artifacts of this run](https://github.example/somebody/models/actions/runs/77)\n\n"
    assert told == (github.folder / "m.md").read_text("utf-8") + link


def test_a_files_name_is_escaped(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(project.folder))
    gate = Decision("task/accuracy", "min", 0.5, 0.1, 0.0, 0.2, 9, "fail")
    line = annotation(gate, "fail", project.folder / "a,b:%.yaml", 3)
    assert line.startswith("::error file=a%2Cb%3A%25.yaml,line=3,title=")
