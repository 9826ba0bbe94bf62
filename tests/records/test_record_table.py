"""Records read by columns are the records read line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from any_records import RECORDS, Payload
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Record, UserError
from harness.records.reading import all_records, read_records
from harness.records.record import read_lines, table_of, to_line, write_table
from harness.records.table import RecordTable, columns_in, field_values, lines_in, parquet_in
from harness.tasks.classification import Classified

names = st.sampled_from(["a", "b", "c"])
rows = st.builds(
    Record,
    task=st.just("task"),
    part=st.sampled_from(["", "p", "q"]),
    sample=names,
    status=st.sampled_from(["ok", "error"]),
    error=st.none(),
    asked=st.just(1),
    payload=st.none() | st.builds(Classified, st.just("yes"), st.lists(st.floats(0, 1), min_size=2, max_size=2)),
)


def kept(folder: Path, records: Sequence[Record[Any]], finished: int = 0) -> Path:
    """A run's folder with some records in a finished file and the others as lines."""
    (folder / "records").mkdir(exist_ok=True)
    if finished:
        write_table(folder / "records" / "task.parquet", table_of(records[:finished], Classified))
    (folder / "records" / "task.jsonl").write_bytes(b"".join(map(to_line, records[finished:])))
    return folder


def as_mapping(record: Record[Any]) -> Record[dict[str, Any]]:
    """The record as one reads it who does not know the task."""
    return replace(record, payload=None if record.payload is None else asdict(record.payload))


@settings(max_examples=50, deadline=None)
@given(st.lists(RECORDS, max_size=4))
def test_lines_are_read_by_columns_as_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record[Any]]
) -> None:
    path = tmp_path_factory.mktemp("records") / "lines"
    path.write_bytes(b"".join(map(to_line, records)))
    assert list(lines_in(path, Payload)) == list(read_lines(path, Payload)) == records


def test_half_a_pair_of_surrogates_is_left_to_the_reader_of_lines_and_a_pair_is_not(tmp_path: Path) -> None:
    for text, whole in [("\U0001f600", True), ("\ud83d", False)]:
        (tmp_path / "lines").write_bytes(to_line(Record("task", "", text, "ok", None, 1, Classified("yes", [0.5]))))
        assert (columns_in(tmp_path / "lines", Classified) is not None) == whole
        written = text if whole else "\ufffd"
        assert [each.sample for each in lines_in(tmp_path / "lines", Classified)] == [written]


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, min_size=1, max_size=12), st.data())
def test_columns_are_put_in_order_and_chosen_from_as_lists_are(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record[Classified]], data: st.DataObject
) -> None:
    folder = kept(tmp_path_factory.mktemp("run"), records, data.draw(st.integers(0, len(records))))
    found = all_records(folder, "task", Classified)
    assert list(found) == records
    parts, samples = data.draw(st.permutations(["", "q"])), data.draw(st.permutations("ab"))
    last = {(record.part, record.sample): record for record in records}
    ordered = found.in_order(parts, samples)
    assert list(ordered) == [last[part, name] for part in parts for name in samples if (part, name) in last]
    assert list(ordered.without_errors()) == [record for record in ordered if record.status != "error"]
    assert list(ordered.of_samples({"a"})) == [record for record in ordered if record.sample == "a"]
    assert list(read_records(folder, "task", Classified)) == list(last.values())
    assert list(read_records(folder, "task", Classified, {"b"})) == [
        record for record in last.values() if record.sample == "b"
    ]
    assert list(read_records(folder, "task", dict)) == [as_mapping(record) for record in last.values()]


@settings(max_examples=40, deadline=None)
@given(st.lists(rows, max_size=8))
def test_a_field_is_measured_from_columns_as_from_a_list(
    tmp_path_factory: pytest.TempPathFactory, records: list[Record[Classified]]
) -> None:
    path = tmp_path_factory.mktemp("records") / "task.parquet"
    write_table(path, table_of(records, Classified))
    samples, numbers = field_values(parquet_in(path, Classified), "probabilities")
    expected = [record for record in records if record.payload is not None]
    assert samples.to_pylist() == [record.sample for record in expected]
    assert numbers.reshape(len(samples), 2).tolist() == [
        list(each.payload.probabilities) for each in expected if each.payload
    ]
    assert field_values(records, "probabilities")[1].tolist() == numbers.tolist()


def test_numbers_that_are_none_survive(tmp_path: Path) -> None:
    record = Record("task", "", "1", "ok", None, 1, Classified("yes", [float("nan"), float("inf")]))
    (tmp_path / "lines").write_bytes(to_line(record))
    [found] = lines_in(tmp_path / "lines", Classified)
    assert found.payload is not None
    assert np.array_equal(found.payload.probabilities, [float("nan"), float("inf")], equal_nan=True)


@pytest.mark.parametrize("line", [b'{"task":"task"}', b"{}", b"null", b"[1]", b"torn", b'{"task": 1'])
def test_what_is_no_record_is_left_to_the_reader_of_lines(tmp_path: Path, line: bytes) -> None:
    good = to_line(Record("task", "", "1", "ok", None, 1, Classified("yes", [0.5, 0.5])))
    (tmp_path / "lines").write_bytes(good + line + b"\n" + good)
    assert columns_in(tmp_path / "lines", Classified) is None
    with pytest.raises(UserError, match=r"lines:2: not a record of this task: .*; the run's files were changed"):
        lines_in(tmp_path / "lines", Classified)


def test_a_torn_last_line_is_no_record_and_the_others_are_a_table(tmp_path: Path) -> None:
    good = Record("task", "", "1", "ok", None, 1, Classified("yes", [0.5, 0.5]))
    (tmp_path / "lines").write_bytes(to_line(good) + to_line(good)[:-9])
    for kind, expected in ((Classified, good), (dict, as_mapping(good))):
        assert list(lines_in(tmp_path / "lines", kind)) == [expected]


def test_a_field_of_another_type_is_an_error_with_the_file(tmp_path: Path) -> None:
    line = to_line(Record("task", "", "1", "ok", None, 1, Classified("yes", [0.5])))
    (tmp_path / "lines").write_bytes(line.split(b',"crc"')[0].replace(b'"yes"', b"[1]") + b"}\n")
    with pytest.raises(UserError, match=r"lines: not the records of this task: .*; the run's files were changed"):
        lines_in(tmp_path / "lines", Classified)


def test_some_are_replaced_where_they_stand() -> None:
    records = [Record("task", "", str(at), "ok", None, 1, Classified("yes", [0.5, 0.5])) for at in range(4)]
    others = [replace(record, sample="other") for record in records[:2]]
    found = RecordTable.of(records, Classified).replaced(np.array([3, 1]), RecordTable.of(others, Classified))
    assert [each.sample for each in found] == ["0", "other", "2", "other"]


def test_they_are_indexed_like_a_list(tmp_path: Path) -> None:
    records = [Record("task", "", str(at), "ok", None, 1, Classified("yes", [0.5, 0.5])) for at in range(5)]
    write_table(tmp_path / "task.parquet", table_of(records, Classified))
    found = parquet_in(tmp_path / "task.parquet", Classified)
    assert (found[0], found[-1], len(found)) == (records[0], records[-1], 5)
    assert [list(found[1:3]), list(found[::-2]), list(found[9:])] == [records[1:3], records[::-2], []]
    with pytest.raises(IndexError):
        found[5]
