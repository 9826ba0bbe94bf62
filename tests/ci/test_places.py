"""Where the gates of a run stand: in the suite's file, found again from the run directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import Run
from harness.ci.places import gate_lines, in_workspace, line_of, lines_now, suite_path
from harness.suite.file import load_suite

if TYPE_CHECKING:
    from conftest import Project

GATES = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
tasks:
  - use: classification
    gates:
      accuracy: {min: 0.5}
      'recall[class="positive"]':
        min: 0.2
        max: 0.99
  - {use: classification, name: again, metrics: [ece],
     gates: {ece: {max: 1}}}
"""


def test_a_gate_has_the_line_of_its_bound(project: Project) -> None:
    lines = gate_lines(load_suite(project.write("a.yaml", GATES)))
    asked = [("accuracy", "min"), ("recall[class=positive]", "min"), ("recall[class=positive]", "max")]
    assert [line_of(lines, f"classification/{address}", kind) for address, kind in asked] == [6, 8, 9]
    assert line_of(lines, "again/ece", "max") == 11
    assert line_of(lines, "again/accuracy", "max") is None


def test_a_bound_that_was_set_from_outside_has_the_line_of_its_score(project: Project) -> None:
    lines = gate_lines(load_suite(project.write("a.yaml", GATES)))
    assert line_of(lines, "classification/accuracy", "max") == 6


def test_the_gates_of_variants_stand_in_the_file_once(project: Project) -> None:
    text = GATES + "variants: {one: {}, two: {output: probabilities}}\n"
    lines = gate_lines(load_suite(project.write("a.yaml", text)))
    assert line_of(lines, "two:classification/accuracy", "min") == line_of(lines, "one:classification/accuracy", "min")
    assert line_of(lines, "one:classification/accuracy", "min") == 6


def test_a_run_knows_its_file_from_wherever_it_is_read(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.finish("runs/out")
    project.write("elsewhere/x", "")
    monkeypatch.chdir("elsewhere")
    path = suite_path(Run(project.folder / "runs" / "out"))
    assert path == project.folder / "quick.yaml"
    assert line_of(lines_now(path), "classification/accuracy", "min") == 7


@pytest.mark.parametrize("change", ["gone", "two of the name"])
def test_where_nobody_knows_the_file_there_is_none(project: Project, change: str) -> None:
    project.finish("out")
    if change == "gone":
        Path("quick.yaml").unlink()
    else:
        project.write("quick.harness.yaml", GATES)
    assert suite_path(Run(Path("out"))) is None


def test_what_is_no_suite_any_more_has_no_lines(project: Project) -> None:
    assert lines_now(project.write("quick.yaml", "sede: 7")) == {}


def test_an_installed_suite_has_no_file(project: Project) -> None:
    project.write("venv/site-packages/strange.yaml", GATES)
    for name in ("toy.py", "dev.jsonl"):
        project.write(f"venv/site-packages/{name}", (project.folder / name).read_bytes())
    assert project.harness("run", "venv/site-packages/strange.yaml", "--out", "out", "-q").code in {0, 1}
    assert suite_path(Run(Path("out"))) is None


def test_paths_are_relative_to_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert in_workspace(tmp_path / "a" / ".." / "b" / "c.yaml") == "b/c.yaml"
    assert in_workspace(tmp_path.parent / "c.yaml") == ""
