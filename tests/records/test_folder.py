"""The run directory: one writer, whole files, records that outlive the process, and no trust in what is read."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from harness import Record, Run, RunError, Sample, UserError
from harness.records import folder as folder_module
from harness.records import record as records_module
from harness.records import samples as samples_module
from harness.records.folder import RunFolder
from harness.records.reading import FORMAT, in_order, read_info, read_records

INFO: dict[str, Any] = {
    "name": "quick",
    "state": "finished",
    "suite": {"max_errors": 0},
    "fingerprints": {"suite": "a", "model": "b", "data": "c"},
    "labels": ["negative", "positive"],
    "tasks": {"task": {"use": "attack", "parts": [""], "cases": 2}},
}
EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Small:
    """A payload of one text."""

    text: str


def record(sample: str, text: str = "fine", part: str = "") -> Record[Small]:
    return Record("task", part, sample, "ok", None, 1, Small(text))


def written(folder: Path) -> list[Record[Small]]:
    return list(read_records(folder, "task", Small))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "one"


def test_what_is_flushed_can_be_read_by_others(folder: Path) -> None:
    with RunFolder(folder) as run:
        run.append([record("1")])
        run.flush()
        assert written(folder) == [record("1")]


def test_leaving_writes_what_was_appended(folder: Path) -> None:
    with RunFolder(folder) as run:
        run.append([record("1")])
    assert written(folder) == [record("1")]


def test_going_on_after_a_torn_line_begins_a_line_of_its_own(folder: Path) -> None:
    with RunFolder(folder) as run:
        run.append([record("1")])
    with (folder / "records" / "task.jsonl").open("a", encoding="ascii") as file:
        file.write('{"task":"ta')
    with RunFolder(folder) as run:
        run.append([record("2")])
    assert written(folder) == [record("1"), record("2")]


def test_the_records_reach_the_disk_once_a_second(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    monkeypatch.setattr(folder_module, "SYNC_SECONDS", 1000.0)
    with RunFolder(folder) as run:
        run.append([record("1")])
        run.flush()
        assert synced == []
        monkeypatch.setattr(folder_module, "SYNC_SECONDS", 0.0)
        run.flush()
        assert len(synced) == 1


def test_a_second_writer_is_refused_until_the_first_is_done(folder: Path) -> None:
    with RunFolder(folder), pytest.raises(UserError, match="another process is writing this run: wait for it, or"):
        RunFolder(folder)
    with RunFolder(folder):
        pass


def test_a_folder_that_cannot_be_made_is_the_users_mistake(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match=r"cannot make the run directory .*file"):
        RunFolder(tmp_path / "file")


def test_a_folder_that_cannot_be_locked_is_the_users_mistake(folder: Path) -> None:
    (folder / "run.lock").mkdir(parents=True)
    with pytest.raises(UserError, match=r"cannot write to the run directory .*one: "):
        RunFolder(folder)


def test_finished_records_are_one_file_and_the_lines_are_gone(folder: Path) -> None:
    with RunFolder(folder) as run:
        run.append([record("1")])
        run.flush()
        run.finish_records("task", written(folder), Small)
    assert [each.name for each in (folder / "records").iterdir()] == ["task.parquet"]
    assert written(folder) == [record("1")]


def test_lines_beside_a_finished_file_hold_over_it(folder: Path) -> None:
    with RunFolder(folder) as run:
        run.finish_records("task", [record("1", "old"), record("2")], Small)
        run.append([record("1", "new")])
        run.append([record("3")])
    assert written(folder) == [record("1", "new"), record("2"), record("3")]


def test_a_half_written_file_beside_the_lines_is_ignored(folder: Path) -> None:
    with RunFolder(folder) as run:
        run.append([record("1")])
    (folder / "records" / ".task.parquet.part").write_bytes(b"half")
    assert written(folder) == [record("1")]


def test_records_stand_in_the_order_of_parts_and_samples() -> None:
    samples = [Sample(each, "") for each in "cab"]
    records = [record(sample, part=part) for sample in "abcd" for part in ("q", "p", "r")]
    ordered = [each.key for each in in_order(records, ["p", "q"], [sample.id for sample in samples])]
    assert ordered == [("p", "c"), ("p", "a"), ("p", "b"), ("q", "c"), ("q", "a"), ("q", "b")]


def test_samples_are_kept_with_their_labels_by_name(folder: Path) -> None:
    samples: list[Sample[Any]] = [Sample("1", "fine \ud800", 1), Sample("2", {"pixels": [1, 2]}, 0), Sample("3", "?")]
    with RunFolder(folder) as run:
        run.write_samples(samples, ["negative", "positive"])
        run.write_info(INFO)
    assert Run(folder).samples == [
        {"id": "1", "input": "fine \ufffd", "label": "positive", "data": ""},
        {"id": "2", "input": '{"pixels": [1, 2]}', "label": "negative", "data": ""},
        {"id": "3", "input": "?", "label": None, "data": ""},
    ]


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


class FullDisk:
    """A file that takes nothing any more."""

    write = flush = close = full

    def fileno(self) -> int:
        return 0


@pytest.mark.parametrize(
    "step",
    [
        lambda run: (run.append([record("2")]), run.flush()),
        lambda run: run.finish_records("task", [record("1")], Small),
    ],
    ids=["append", "finish"],
)
def test_a_full_disk_stops_the_run_and_keeps_what_was_written(folder: Path, step: Callable[[RunFolder], None]) -> None:
    with RunFolder(folder) as run:
        run.append([record("1")])
        run.flush()
        run._files["task"] = FullDisk()  # type: ignore[assignment]
        with pytest.raises(RunError, match=r"could not write the records of .*No space left on device; what was writ"):
            step(run)
    assert written(folder) == [record("1")]


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("records/task.jsonl", lambda run: (run.append([record("1")]), run.flush())),
        ("records/.task.parquet.part", lambda run: run.finish_records("task", [record("1")], Small)),
        (".samples.parquet.part", lambda run: run.write_samples([Sample("1", "")], [])),
        (".run.json.part", lambda run: run.write_info(INFO)),
    ],
)
def test_a_file_that_cannot_be_written_stops_the_run(
    folder: Path, name: str, step: Callable[[RunFolder], None]
) -> None:
    with RunFolder(folder) as run:
        (folder / name).mkdir(parents=True)
        with pytest.raises(RunError, match="could not write "):
            step(run)


def made(folder: Path, files: Mapping[str, Any] = EMPTY, info: Mapping[str, Any] = EMPTY) -> Path:
    """A run directory with some of its files, or some keys of `run.json`, changed."""
    folder.mkdir(parents=True)
    score = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9}
    gate = {"address": "task/accuracy", "kind": "min", "bound": 0.4, **score, "verdict": "pass"}
    content: dict[str, Any] = {"run.json": {"format": FORMAT, **INFO, **info}}
    content |= {"scores.json": {"task/accuracy": score}, "gates.json": [gate], **files}
    for name, each in content.items():
        (folder / name).write_text(each if isinstance(each, str) else json.dumps(each), encoding="utf-8")
    return folder


def test_a_run_is_read(folder: Path) -> None:
    run = Run(made(folder))
    assert (run.name, run.tasks, run.scores["task/accuracy"]["n"]) == ("quick", ["task"], 9)
    assert run.gates[0]["verdict"] == "pass"


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
            run.finish_records("task", records, Small)
    few = Run(folder).first(4)
    assert [row["id"] for row in few.samples] == ["a/0", "a/1", "b/0", "b/1"]
    assert [each.sample for each in few.records("task")] == ["a/0", "a/1", "b/0", "b/1"]
    assert len(Run(folder).first(10).samples) == 10


def test_many_samples_are_written_block_by_block(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples_module, "SAMPLES_AT_ONCE", 3)
    with RunFolder(folder) as run:
        run.write_samples([Sample(str(at), f"text {at}\ud800" if at == 4 else f"text {at}") for at in range(8)], [])
        run.write_info(INFO)
    assert [row["input"] for row in Run(folder).samples] == [f"text {at}" + "\ufffd" * (at == 4) for at in range(8)]


def test_a_torn_end_longer_than_what_is_read_at_a_time_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "TAIL", 4)
    for content, left in [
        (b"a\nb\ntorn and long", b"a\nb\n"),
        (b"torn and long", b""),
        (b"abcd\n", b"abcd\n"),
        (b"", b""),
    ]:
        (tmp_path / "lines").write_bytes(content)
        records_module.drop_torn_end(tmp_path / "lines")
        assert (tmp_path / "lines").read_bytes() == left


def test_many_records_are_written_without_being_told_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "PENDING", 3)
    with RunFolder(folder) as run:
        for at in range(5):
            run.append([record(str(at))])
        assert [each.sample for each in written(folder)] == ["0", "1", "2"]
    assert len(written(folder)) == 5
