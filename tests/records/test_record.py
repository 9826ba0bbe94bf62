"""Records: a row a case that survives being written, torn, read and put into Parquet."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from any_records import RECORDS, Payload
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Case, Outcome, Record, Sample, Skipped, UserError
from harness.files import encodable, replace_file
from harness.records.record import (
    drop_torn_end,
    read_lines,
    record_of,
    table_of,
    to_line,
    to_lines,
    write_table,
)
from harness.records.table import RecordTable, parquet_in


@dataclass(frozen=True)
class Small:
    """A payload of one text."""

    text: str


def record(sample: str = "1", text: str | None = "fine", part: str = "") -> Record[Small]:
    return Record("task", part, sample, "ok", None, 1, None if text is None else Small(text))


@settings(max_examples=30, deadline=None)
@given(st.lists(RECORDS, max_size=3))
def test_records_survive_lines_and_parquet(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record[Any]]
) -> None:
    folder = tmp_path_factory.mktemp("records")
    (folder / "lines").write_bytes(to_lines(records))
    write_table(folder / "parquet", table_of(records, Payload))
    assert list(read_lines(folder / "lines", Payload)) == records
    assert list(parquet_in(folder / "parquet", Payload)) == records


def test_a_line_is_ascii_without_a_newline_in_it() -> None:
    line = to_line(record(text="naïve\nfilm\u2028\ud800"))
    assert line.isascii()
    assert line.count(b"\n") == 1


def test_an_unknown_payload_is_read_as_a_mapping(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(to_line(record()))
    assert [each.payload for each in read_lines(tmp_path / "lines", dict)] == [{"text": "fine"}]


@pytest.mark.parametrize("end", [b"", b'{"task":', b'{"task":"task"}', to_line(record("2"))[:-1], b"\x00\x00"])
def test_a_torn_last_line_is_no_record(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "lines"
    path.write_bytes(to_line(record()) + end)
    assert list(read_lines(path, Small)) == [record()]
    drop_torn_end(path)
    assert path.read_bytes() == to_line(record())


def test_a_file_that_is_all_torn_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("torn", encoding="ascii")
    drop_torn_end(path)
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "line",
    [
        b"garbage",
        b"[1, 2]",
        b"null",
        b'{"task": "task"}',
        b"\xff\xfe",
        to_line(record())[:-1].replace(b'"text"', b'"txt"'),
        to_line(record())[:-1].replace(b'"asked"', b'"aksed"'),
    ],
)
def test_a_broken_line_in_the_middle_is_an_error_with_its_number(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "task.jsonl"
    path.write_bytes(to_line(record()) + line + b"\n" + to_line(record("2")))
    with pytest.raises(UserError, match=r"task\.jsonl:2: not a record of this task: .*; the run's files were changed"):
        list(read_lines(path, Small))


@pytest.mark.parametrize("content", [b"", b"garbage", b"PAR1" * 10])
def test_a_broken_parquet_file_is_an_error_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "task.parquet"
    path.write_bytes(content)
    with pytest.raises(
        UserError, match=r"task\.parquet: not the records of this task: .*; the run's files were changed"
    ):
        parquet_in(path, Small)


def test_the_records_of_another_task_are_an_error(tmp_path: Path) -> None:
    write_table(tmp_path / "task.parquet", table_of([record()], Small))
    with pytest.raises(UserError, match="not the records of this task"):
        parquet_in(tmp_path / "task.parquet", Payload)


def test_lone_surrogates_become_replacement_characters_in_parquet(tmp_path: Path) -> None:
    write_table(tmp_path / "parquet", table_of([record(text="a\ud800b")], Small))
    assert list(parquet_in(tmp_path / "parquet", Small)) == [record(text="a\ufffdb")]


def test_encodable_reaches_into_lists_and_mappings() -> None:
    assert encodable({"a": ["\udfff", ("x", 1)]}) == {"a": ["\ufffd", ["x", 1]]}


def test_parquet_without_records_can_be_read(tmp_path: Path) -> None:
    write_table(tmp_path / "parquet", table_of([], Payload))
    assert list(parquet_in(tmp_path / "parquet", Payload)) == []


def test_a_payload_field_of_another_type_is_refused(tmp_path: Path) -> None:
    @dataclass
    class Odd:
        field: dict[str, int]

    with pytest.raises(TypeError, match=r"a payload's field cannot be dict\[str, int\]: expected str, int, float"):
        write_table(tmp_path / "parquet", table_of([], Odd))


def test_a_payload_that_is_no_dataclass_is_refused() -> None:
    with pytest.raises(TypeError, match="expected the task's dataclass as payload, but got 'text'"):
        to_line(Record("task", "", "1", "ok", None, 1, "text"))


def test_the_later_record_of_a_case_holds() -> None:
    first, second, other = record("1", None), record("1", "again"), record("1", "part", part="p")
    assert list(RecordTable.of([first, other, second], Small).latest()) == [second, other]


@pytest.mark.parametrize("write", ["raises", "dies"])
def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, write: str) -> None:
    path = tmp_path / "file"
    path.write_text("old", encoding="utf-8")

    def half(aside: Path) -> None:
        aside.write_text("ne", encoding="utf-8")
        raise OSError("disk full") if write == "raises" else KeyboardInterrupt

    with pytest.raises((OSError, KeyboardInterrupt)):
        replace_file(path, half)
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert path.read_text(encoding="utf-8") == "old"


def test_what_a_killed_process_left_beside_a_file_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / ".file.part").write_text("a longer half", encoding="utf-8")
    replace_file(tmp_path / "file", lambda aside: aside.write_text("new", encoding="utf-8"))
    assert [(each.name, each.read_text(encoding="utf-8")) for each in tmp_path.iterdir()] == [("file", "new")]


def test_the_disk_is_told_of_the_content_and_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[bool] = []
    sync = os.fsync

    def recorded(number: int) -> None:
        synced.append(stat.S_ISDIR(os.fstat(number).st_mode))
        sync(number)

    monkeypatch.setattr(os, "fsync", recorded)
    replace_file(tmp_path / "file", lambda aside: aside.write_text("new", encoding="utf-8"))
    assert synced == [False, True]


def outcome(value: object = None, error: str | None = None) -> Outcome:
    def session(sample: Sample[Any], rng: object) -> Any:
        raise NotImplementedError

    return Outcome(Case("task", "part", Sample("id", "text"), session), value, error, asked=3)


@pytest.mark.parametrize(
    ("found", "status", "payload"),
    [
        (outcome(Small("x")), "ok", Small("x")),
        (outcome(Skipped(Small("x"))), "skipped", Small("x")),
        (outcome(error="Traceback …"), "error", None),
    ],
)
def test_an_outcome_becomes_a_record(found: Outcome, status: str, payload: object) -> None:
    assert record_of(found) == Record("task", "part", "id", status, found.error, 3, payload)  # type: ignore[arg-type]


ENDS = st.sampled_from(['},{"task":', "}\n", '"}', "\\", "a", "\ud800", "\u2028", '},{\\"task\\":'])


@given(st.lists(st.lists(ENDS).map("".join), max_size=5))
def test_lines_are_cut_where_a_record_ends_and_nowhere_else(texts: list[str]) -> None:
    records = [record(text, text) for text in texts]
    lines = to_lines(records)
    assert lines == b"".join(map(to_line, records))
    assert lines.isascii()


@given(st.lists(RECORDS | st.builds(record, text=st.none() | st.text()), max_size=4))
def test_many_lines_say_what_each_alone_says_whatever_their_payloads_are(records: list[Record[Any]]) -> None:
    each = [to_line(record) for record in records]
    assert [json.loads(line) for line in to_lines(records).splitlines()] == [json.loads(line) for line in each]


@pytest.mark.parametrize("text", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_none_are_written_as_json_does_in_python(text: Any) -> None:
    assert to_lines([record(text=text)]) == to_line(record(text=text))
