"""A run directory that cannot be read or written: nothing is lost, and nothing overwritten."""

from __future__ import annotations

import errno
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from refusals import refused

from harness.records.folder import RunFolder

if TYPE_CHECKING:
    from conftest import Project


@pytest.fixture
def finished(project: Project) -> Project:
    """A project with a finished run in `out`."""
    project.finish("out")
    return project


def test_a_folder_that_holds_a_run_is_not_overwritten(finished: Project) -> None:
    before = finished.read("out/run.json")
    called = finished.harness("run", "quick.yaml", "--out", "out")
    refused(called, "out already contains a run: continue it with --resume, or choose another --out")
    assert finished.read("out/run.json") == before


def test_a_run_that_appeared_meanwhile_is_not_overwritten(finished: Project) -> None:
    shutil.move("out", "other")
    appear = "from shutil import copytree\n\ncopytree('other', 'out', dirs_exist_ok=True)\n"
    finished.write("toy.py", appear + Path("toy.py").read_text(encoding="utf-8"))
    before = finished.read("other/scores.json")
    called = finished.harness("run", "quick.yaml", "--out", "out")
    refused(called, "out already contains a run: continue it with --resume")
    assert finished.read("out/scores.json") == before


def test_two_processes_cannot_write_one_run(finished: Project) -> None:
    with RunFolder(Path("out")):
        called = finished.harness("run", "quick.yaml", "--out", "out", "--resume")
    refused(called, "out: another process is writing this run: wait for it, or choose another --out")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is unwritable for root")
def test_a_folder_that_cannot_be_written_is_refused(project: Project) -> None:
    Path("locked").mkdir(mode=0o500)
    refused(project.harness("run", "quick.yaml", "--out", "locked/out"), "cannot make the run directory locked/out")


RUNS: dict[str, tuple[str, str | None, str]] = {
    "no json": ("run.json", "", "run.json: cannot be read"),
    "truncated": ("run.json", '{"format": 1, "name": "qu', "run.json: cannot be read"),
    "foreign": ("run.json", "{}", "out: expected a run of format 2, but got None"),
    "another format": ("run.json", '{"format": 99}', "out: expected a run of format 2, but got 99"),
    "a list": ("run.json", "[1]", "run.json: not a run's: the whole file: expected a mapping"),
    "gone": ("run.json", None, "out: expected a run directory, but it has no run.json"),
}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize(
    "argv",
    [["gate", "out"], ["report", "out"], ["run", "quick.yaml", "--resume", "--out", "out"]],
    ids=lambda argv: argv[0],
)
def test_a_run_that_is_none_is_refused(project: Project, name: str, argv: list[str]) -> None:
    file, content, message = RUNS[name]
    project.write("out/scores.json", "{}")
    if content is not None:
        project.write(f"out/{file}", content)
    refused(project.harness(*argv), message)
    left = {"scores.json"} if content is None else {"scores.json", file}
    assert {path.name for path in Path("out").iterdir()} == left


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gates.json", "{}", "gates.json: not a run's: the whole file: expected a list"),
        ("gates.json", '[{"address"', "gates.json: cannot be read"),
        ("gates.json", '[{"address": "a"}]', "gates.json: not a run's: 0.kind: Field required; the run's files were"),
        ("scores.json", '{"a": 3}', "scores.json: not a run's: a: expected a mapping, but got 3"),
    ],
)
def test_results_that_were_changed_decide_no_gate(finished: Project, name: str, content: str, message: str) -> None:
    finished.write(f"out/{name}", content)
    refused(finished.harness("gate", "out", "--json"), f"out/{name}: not the file that the run wrote")
    finished.write("out/run.json", json.dumps(finished.read("out/run.json") | {"files": {}}))  # as if none was kept
    refused(finished.harness("gate", "out", "--json"), message)


def test_an_unfinished_run_has_no_verdict(finished: Project) -> None:
    finished.edit("out/run.json", '"state": "finished"', '"state": "interrupted"')
    for command in ("gate", "report"):
        message = "out did not finish (interrupted): resume it with harness run … --resume --out out"
        refused(finished.harness(command, "out"), message)


def test_records_that_were_changed_are_not_resumed(finished: Project) -> None:
    finished.write("out/records/attack.parquet", "garbage")
    called = finished.harness("run", "quick.yaml", "--resume", "--out", "out")
    refused(called, "out/records/attack.parquet: not the file that the run wrote: the run's files were changed")


def test_a_broken_line_of_records_is_named(finished: Project) -> None:
    Path("out/records/attack.parquet").unlink()
    finished.write("out/records/attack.jsonl", '{"task": 1}\n')
    called = finished.harness("run", "quick.yaml", "--resume", "--out", "out")
    refused(called, "out/records/attack.jsonl:1: not a record of this task: ", "the run's files were changed")


def test_an_unknown_report_is_refused(finished: Project) -> None:
    refused(finished.harness("report", "out", "--as", "htlm"), "no report is called 'htlm': ", "did you mean 'html'?")


@pytest.mark.parametrize("where", ["nowhere/report.html", "."])
def test_a_report_that_cannot_be_written_is_refused(finished: Project, where: str) -> None:
    refused(finished.harness("report", "out", "--out", where), f"cannot write the report to {where}: ")


def test_a_full_disk_stops_the_run_and_resuming_completes_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.harness("run", "quick.yaml", "--out", "whole").code == 0
    with monkeypatch.context() as patch:
        flush, calls = RunFolder.flush, iter(range(100))

        def sometimes(run: RunFolder) -> None:
            if next(calls) == 2:
                raise run._disk(OSError(errno.ENOSPC, "No space left on device"))
            flush(run)

        patch.setattr(RunFolder, "flush", sometimes)
        called = project.harness("run", "quick.yaml", "--out", "out", "--quiet")
    refused(called, "No space left on device", "--resume --out out", code=3)
    assert project.harness("run", "quick.yaml", "--out", "out", "--resume").code == 0
    assert project.read("out/scores.json") == project.read("whole/scores.json")


BUGGY = """
from dataclasses import dataclass
from pathlib import Path
from harness import Task, predict


@dataclass
class Seen:
    text: str


def session(sample, rng):
    yield from predict([sample.input])
    return Seen(sample.input)


def score(records, scoring):
    if Path("bug").exists() and records:
        raise ZeroDivisionError("a bug")
    return []


def buggy():
    return Task(parts={"": lambda model: session}, payload=Seen, score=score)
"""


def test_a_task_whose_score_has_a_bug_is_scored_again_by_resume(project: Project) -> None:
    project.install("tasks", "buggy", "buggy:buggy", BUGGY)
    project.edit("quick.yaml", "tasks:\n", "tasks:\n  - use: buggy\n")
    project.write("bug", "")
    called = project.harness("run", "quick.yaml", "--out", "out")
    Path("bug").unlink()
    assert called.code == 1
    assert "buggy/scores: the task could not be scored: ZeroDivisionError: a bug" in called.out
    assert project.harness("run", "quick.yaml", "--out", "out", "--resume").code == 0
