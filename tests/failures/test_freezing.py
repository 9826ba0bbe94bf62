"""Freezing a run into a file that is there: lines keep their place, waivers stay, nothing stands twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from known import failure, found, kept

from harness.failures.known import read_failures

if TYPE_CHECKING:
    from conftest import Project


def test_freezing_again_changes_nothing(project: Project) -> None:
    path = found(project)
    before = path.read_bytes()
    assert found(project, "--to", str(path)).read_bytes() == before
    assert path.name == "quick.failures"


def test_new_failures_stand_below_those_that_were_there(project: Project) -> None:
    path = kept(project.folder / "it.failures", failure("kept by somebody"))
    found(project, "--to", "it.failures", "--limit", "2")
    found(project, "--to", "it.failures", "--limit", "2")
    inputs = [each.input for each in read_failures(path).failures.values()]
    assert (inputs[0], len(inputs), len({*inputs})) == ("kept by somebody", 5, 5)


def test_a_file_that_is_none_is_left_as_it_is(project: Project) -> None:
    project.finish("out")
    path = project.write("it.failures", "mine")
    called = project.harness("freeze", "out", "--to", "it.failures")
    assert (called.code, path.read_text()) == (2, "mine")
    assert "expected a file of known failures" in called.err
    kept(path, failure("a"), labels=["no", "yes"])
    called = project.harness("freeze", "out", "--to", "it.failures")
    assert called.code == 2
    assert "name another file with --to" in called.err
