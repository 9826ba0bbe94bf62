"""The run directory: one writer, whole files, records that outlive the process, and no trust in what is read."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_run import INFO, Small, record

from harness import Record, Run, RunError, Sample, UserError
from harness.records import folder as folder_module
from harness.records import record as records_module
from harness.records import samples as samples_module
from harness.records.folder import RunFolder
from harness.records.reading import read_records
from harness.records.table import RecordTable


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
        run.finish_records("task", RecordTable.of(written(folder), Small))
    assert [each.name for each in (folder / "records").iterdir()] == ["task.parquet"]
    assert written(folder) == [record("1")]


def test_lines_beside_a_finished_file_hold_over_it(folder: Path) -> None:
    with RunFolder(folder) as run:
        run.finish_records("task", RecordTable.of([record("1", "old"), record("2")], Small))
        run.append([record("1", "new")])
        run.append([record("3")])
    assert written(folder) == [record("1", "new"), record("2"), record("3")]


def test_a_half_written_file_beside_the_lines_is_ignored(folder: Path) -> None:
    with RunFolder(folder) as run:
        run.append([record("1")])
    (folder / "records" / ".task.parquet.part").write_bytes(b"half")
    assert written(folder) == [record("1")]


def test_records_stand_in_the_order_of_parts_and_samples() -> None:
    records = RecordTable.of([record(each, part=part) for each in "abcd" for part in ("q", "p", "r")], Small)
    ordered = [each.key for each in records.in_order(["p", "q"], "cab")]
    assert ordered == [("p", "c"), ("p", "a"), ("p", "b"), ("q", "c"), ("q", "a"), ("q", "b")]


def test_samples_are_kept_with_their_labels_by_name(folder: Path) -> None:
    samples: list[Sample[Any]] = [Sample("1", "fine \ud800", 1), Sample("2", {"pixels": [1, 2]}, 0), Sample("3", "?")]
    with RunFolder(folder) as run:
        run.write_samples(samples, ["negative", "positive"])
        run.write_info(INFO)
    assert Run(folder).samples == [
        {"id": "1", "input": "fine \ufffd", "label": "positive", "data": "", "group": ""},
        {"id": "2", "input": '{"pixels": [1, 2]}', "label": "negative", "data": "", "group": ""},
        {"id": "3", "input": "?", "label": None, "data": "", "group": ""},
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
        lambda run: run.finish_records("task", RecordTable.of([record("1")], Small)),
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
        ("records/.task.parquet.part", lambda run: run.finish_records("task", RecordTable.of([record("1")], Small))),
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


def test_many_samples_are_written_block_by_block(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples_module, "ROWS_PER_BLOCK", 3)
    with RunFolder(folder) as run:
        run.write_samples([Sample(str(at), f"text {at}\ud800" if at == 4 else f"text {at}") for at in range(8)], [])
        run.write_info(INFO)
    assert [row["input"] for row in Run(folder).samples] == [f"text {at}" + "\ufffd" * (at == 4) for at in range(8)]


def test_a_torn_end_longer_than_what_is_read_at_a_time_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "TAIL_BYTES", 4)
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
    monkeypatch.setattr(folder_module, "MAX_PENDING_RECORDS", 3)
    with RunFolder(folder) as run:
        for at in range(5):
            run.append([record(str(at))])
        assert [each.sample for each in written(folder)] == ["0", "1", "2"]
    assert len(written(folder)) == 5
