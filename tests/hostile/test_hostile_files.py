"""Files that ask for endless work, or break a reader: a clear exit 2, soon."""

from __future__ import annotations

import resource
import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

HEAD = 'model: {use: python, object: "toy:predict"}\ndata: {use: files, path: dev.jsonl}\n'
TASKS = "tasks: [classification]\n"
HEX = "0x" + "f" * 5000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD + TASKS + f"seed: {HEX}\n", "seed"),
        (HEAD + TASKS + "seed: 0o" + "7" * 9000 + "\n", "seed"),
        (HEAD.replace("dev.jsonl", f"dev.jsonl, limit: {HEX}") + TASKS, "limit"),
        (HEAD + TASKS + f"max_errors: {HEX}\n", "max_errors"),
        (HEAD + f"tasks: [{{use: classification, metrics: [{{use: ece, bins: {HEX}}}]}}]\n", "bins"),
        (HEAD + f"tasks: [{{use: classification, gates: {{accuracy: {{min: {HEX}}}}}}}]\n", "min"),
        (HEAD + f"tasks: [{{use: classification, name: {'a' * 300}}}]\n", "at most 100 of them"),
        (HEAD.replace("dev.jsonl", "a" * 5000 + ".jsonl") + TASKS, "there is no file"),
        (HEAD.replace("dev.jsonl", '"a\\0b.jsonl"') + TASKS, "there is no file"),
        (HEAD.replace("dev.jsonl", '"/**/*.nope"') + TASKS, "looks into every folder of the disk"),
        (HEAD + TASKS + "# " + "x" * 20_000_000, "more than 1,048,576 bytes"),
    ],
    ids=["hex seed", "oct seed", "limit", "max_errors", "bins", "gate", "name", "long", "zero", "glob", "comment"],
)
def test_a_hostile_suite_is_refused_at_once(project: Project, text: str, why: str) -> None:
    project.write("hostile.yaml", text)
    start = time.perf_counter()
    called = project.harness("check", "hostile.yaml")
    assert (called.code, why in called.err) == (2, True), called.err[:300]
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("text", ["[" * 200_000 + "]" * 200_000, '{"a":' * 100_000 + "1" + "}" * 100_000])
def test_data_that_is_nested_too_deeply_is_refused(project: Project, text: str) -> None:
    project.write("dev.jsonl", '{"text": "good", "label": "positive"}\n{"text": ' + text + ', "label": "a"}\n')
    called = project.harness("check", "quick.yaml")
    assert called.code == 2
    assert "dev.jsonl could not be read as jsonl: it is nested too deeply to be data" in called.err


@pytest.mark.parametrize(("last", "code"), [("c0", 2), ("other", 0)])
def test_a_header_of_many_columns_is_read_at_once(project: Project, last: str, code: int) -> None:
    names = ["text", "label", *(f"c{at}" for at in range(100_000)), last]
    project.write("wide.csv", f"{','.join(names)}\ngood,positive{',0' * 100_001}\n")
    start = time.perf_counter()
    called = project.harness("check", "quick.yaml", "--data", "files:wide.csv")
    assert called.code == code, called.err[:300]
    assert "its header has 'c0' twice" in called.err or not code
    assert time.perf_counter() - start < 10


def test_a_suite_of_many_tasks_is_checked_soon(project: Project) -> None:
    tasks = "".join(f"  - {{use: classification, name: t{at}}}\n" for at in range(500))
    project.write("many.yaml", HEAD + "tasks:\n" + tasks)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    assert project.harness("check", "many.yaml").code == 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_utime - before < 3


def test_a_run_directory_whose_name_is_too_long_is_refused(project: Project) -> None:
    called = project.harness("run", "quick.yaml", "--out", "o" * 300)
    assert called.code == 2
    assert "File name too long" in called.err


def test_a_folder_in_place_of_records_is_refused(project: Project) -> None:
    project.finish("run")
    records = project.folder / "run" / "records" / "attack.parquet"
    records.unlink()
    records.mkdir()
    for argv in (["report", "run"], ["run", "quick.yaml", "--out", "run", "--resume"]):
        called = project.harness(*argv)
        assert "Traceback" not in called.err
        found = called.err + report(project)
        assert "attack.parquet: cannot be read: Is a directory" in found or "it is a folder" in found
    assert called.code == 2


def report(project: Project) -> str:
    return (project.folder / "run" / "report.html").read_text("utf-8")
