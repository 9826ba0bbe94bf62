"""A run directory read back: what it is, what it is not, and the first of its samples."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from small_run import INFO, Small, made, record

from harness import Run, Sample, UserError
from harness.errors import MissingExtra
from harness.records.folder import RunFolder
from harness.records.info import Agreement, DataInfo, Hardware, RunInfo, Seconds, TaskInfo, info_json
from harness.records.reading import FORMAT, read_info
from harness.records.results import framed
from harness.records.table import RecordTable
from harness.reports import Counters, Decision


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "one"


def test_a_run_is_read(folder: Path) -> None:
    run = Run(made(folder))
    assert (run.name, run.tasks, run.scores["task/accuracy"].n) == ("quick", ["task"], 9)
    assert run.gates == [Decision("task/accuracy", "min", 0.4, 0.5, 0.4, 0.6, 9, "pass")]
    assert run.scores["task/accuracy"] is run["task"].accuracy
    assert (run.info.max_errors, run.info.tasks["task"].cases, run.info.seconds) == (0, 2, Seconds())


def test_a_score_keeps_its_keys_and_note(folder: Path) -> None:
    rows = {"task/recall[part=a/1,class=x]": {"value": None, "low": None, "high": None, "n": 0, "note": "no case"}}
    [score] = Run(made(folder, {"scores.json": rows})).scores.values()
    assert (score.name, score.keys, score.note) == ("recall", {"part": "a/1", "class": "x"}, "no case")


def test_what_is_written_of_a_run_is_what_is_read(folder: Path) -> None:
    counters = Counters(asked=3, unique=2, seconds=0.5)
    task = TaskInfo(["", "a"], 4, 1, "attack", "m:P", 2, {"": counters})
    info = RunInfo("quick", "stopped", {"max_errors": 1, "tasks": []}, {"suite": "a"}, ["no", "yes"], {"task": task},
                   data=[DataInfo("first", "row", 2, 1)], limit=9, seconds=Seconds(1, 2.5, 0.25),
                   engine={"": counters}, precision={"": Agreement(3, 0.5, 2, ["b"])},
                   hardware=Hardware("os", 2, "cpu"), verdict="fail", undecided="point", started="then",
                       notices=["few"])  # fmt: skip
    with RunFolder(folder) as run:
        run.write_info(info_json(info))
    assert read_info(folder) == info
    assert json.loads((folder / "run.json").read_text())["engine"][""]["remembered"] == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "run.json: cannot be read: Expecting value"),
        ('{"format": 1', "run.json: cannot be read"),
        ("[1]", "run.json: not a run's: the whole file: expected a mapping, but got [1]"),
        ({}, "expected a run of format 2, but got None"),
        (
            {"format": 1},
            "expected a run of format 2, but got 1: it was made by another version of model-harness, so run",
        ),
        ({"format": FORMAT}, "run.json: not a run's: name: Field required; the run's files were changed"),
    ],
)
def test_what_is_no_run_is_refused(folder: Path, content: object, message: str) -> None:
    with pytest.raises(UserError) as refused:
        read_info(made(folder, {"run.json": content}))
    assert message in str(refused.value)


@pytest.mark.parametrize("name", [".", "nowhere", "file"])
def test_a_place_without_a_run_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match=r": expected a run directory, but it has no run\.json"):
        Run(tmp_path / name)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("suite", None), ("suite", {}), ("suite", {"max_errors": "many"}), ("fingerprints", 3), ("labels", "ab"),
        ("seconds", {"load": "long"}), ("engine", {"": 3}), ("verdict", "good"), ("data", [3]), ("limit", "all"),
        ("tasks", []), ("tasks", {"task": 3}), ("tasks", {"task": {"parts": [], "cases": None}}), ("state", None),
    ],
)  # fmt: skip
def test_a_run_json_of_another_shape_is_refused(folder: Path, key: str, value: object) -> None:
    with pytest.raises(UserError, match=rf"run\.json: not a run's: {key}.*; the run's files were changed"):
        Run(made(folder, info={key: value}))


@pytest.mark.parametrize("name", ["scores.json", "gates.json"])
@pytest.mark.parametrize("content", ["", "3", '{"task/accuracy": 3}', '[{"address": "task/accuracy"}]', "[3]"])
def test_results_of_another_shape_are_refused(folder: Path, name: str, content: str) -> None:
    run = Run(made(folder, {name: content}))
    with pytest.raises(UserError, match=rf"{name}: .*; the run's files were changed"):
        getattr(run, name.partition(".")[0])


@pytest.mark.parametrize("name", ["scores.json", "gates.json"])
def test_missing_results_mean_that_the_run_did_not_finish(folder: Path, name: str) -> None:
    run = Run(made(folder))
    (folder / name).unlink()
    with pytest.raises(UserError, match=rf"{name}: there is no such file: the run did not finish"):
        getattr(run, name.partition(".")[0])


@pytest.mark.parametrize("content", [None, b"garbage"])
def test_samples_that_cannot_be_read_are_an_error(folder: Path, content: bytes | None) -> None:
    made(folder)
    if content is not None:
        (folder / "samples.parquet").write_bytes(content)
    with pytest.raises(UserError, match="its samples cannot be read"):
        _ = Run(folder).samples


@pytest.mark.parametrize("finished", [True, False])
def test_the_first_samples_of_a_run_are_of_every_set(folder: Path, *, finished: bool) -> None:
    samples = [Sample(f"{name}/{at}", "text", data=name) for name in ("a", "b") for at in range(5)]
    with RunFolder(folder) as run:
        run.write_samples(samples, [])
        state = {"state": "finished" if finished else "running"}
        run.write_info({**INFO, **state, "samples": 10})
        records = [record(each.id) for each in samples]
        run.append(records)
        if finished:
            run.finish_records("task", RecordTable.of(records, Small))
    few = Run(folder).first(4)
    assert [row["id"] for row in few.samples] == ["a/0", "a/1", "b/0", "b/1"]
    assert [each.sample for each in few.records("task")] == ["a/0", "a/1", "b/0", "b/1"]
    assert len(Run(folder).first(10).samples) == 10


@pytest.mark.parametrize("finished", [True, False])
def test_payloads_are_mappings_or_objects_of_the_dataclass_that_is_asked_for(folder: Path, *, finished: bool) -> None:
    with RunFolder(folder) as run:
        run.write_info(INFO)
        run.append([record("1")])
        run.flush()
        if finished:
            run.finish_records("task", RecordTable.of([record("1")], Small))
    assert [each.payload for each in Run(folder).records("task")] == [{"text": "fine"}]
    assert [each.payload for each in Run(folder).records("task", Small)] == [Small("fine")]


def test_without_pandas_a_data_frame_says_what_to_install() -> None:
    def missing() -> None:
        raise ModuleNotFoundError("No module named 'pandas'")

    table: Any = SimpleNamespace(to_pandas=missing)
    with pytest.raises(MissingExtra, match="a data frame needs pandas: pip install pandas; `table"):
        framed(table)
