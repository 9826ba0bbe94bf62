"""The data `files`: every text arrives as it stands there, and what is broken is said."""

from __future__ import annotations

import csv
import gzip
import json
import tempfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from harness_files import files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import ipc, parquet

from harness import UserError
from harness.suite.components import resolve
from harness.suite.file import DataSpec

ROWS = [
    {"text": "naïve 電影 🎬", "label": "positive"},
    {"text": 'she said "no", twice', "label": "negative"},
    {"text": "two\nlines", "label": "positive"},
]


CSV = 'text,label\nnaïve 電影 🎬,positive\n"she said ""no"", twice",negative\n"two\nlines",positive\n'


def written(folder: Path, name: str, content: str | bytes) -> Path:
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return folder / name


def read(folder: Path, name: str, content: str | bytes, **options: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in files(path=written(folder, name, content), **options)]


CONTENTS = {
    "csv": CSV,
    "tsv": CSV.replace(",positive", "\tpositive").replace(",negative", "\tnegative").replace("text,", "text\t"),
    "jsonl": "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS),
    "json": json.dumps(ROWS, indent=1),
}


@pytest.mark.parametrize("gz", ["", ".gz"])
@pytest.mark.parametrize("kind", CONTENTS)
def test_quotes_newlines_and_unicode_survive_every_format(tmp_path: Path, kind: str, gz: str) -> None:
    assert read(tmp_path, f"dev.{kind}{gz}", CONTENTS[kind]) == ROWS


@pytest.mark.parametrize("name", ["dev.CSV", "sst2.dev.csv", "dev.csv.GZ"])
def test_the_format_is_read_off_the_name(tmp_path: Path, name: str) -> None:
    content = gzip.compress(CSV.encode()) if name.endswith("GZ") else CSV.encode()
    assert read(tmp_path, name, content) == ROWS


def test_a_format_that_is_given_holds_over_the_name(tmp_path: Path) -> None:
    assert read(tmp_path, "dev.txt", CONTENTS["tsv"], format="tsv") == ROWS


def test_the_word_na_is_text(tmp_path: Path) -> None:
    rows = read(tmp_path, "dev.csv", "text,label\nNA,1\nnull,0\nNaN,1\nn/a,0\n,1\n")
    assert [row["text"] for row in rows] == ["NA", "null", "NaN", "n/a", ""]
    assert [row["label"] for row in rows] == ["1", "0", "1", "0", "1"]


def test_windows_line_ends_and_a_byte_order_mark_are_no_content(tmp_path: Path) -> None:
    rows = read(tmp_path, "dev.csv", "\ufefftext,label\r\nfine,positive\r\n")
    assert rows == [{"text": "fine", "label": "positive"}]


def test_an_apostrophe_or_a_hash_is_no_syntax(tmp_path: Path) -> None:
    rows = read(tmp_path, "dev.csv", "text,label\nit's #1,positive\n")
    assert rows == [{"text": "it's #1", "label": "positive"}]


@pytest.mark.parametrize("raw", ["007", "1e3", "True", "2026-01-01", "1.0", " padded ", "0x10", "inf"])
def test_a_cell_is_text_as_it_stands_there(tmp_path: Path, raw: str) -> None:
    assert read(tmp_path, "dev.csv", f"text,label\n{raw},a\n{raw},b\n")[0] == {"text": raw, "label": "a"}
    assert read(tmp_path, "dev.tsv", f"text\tlabel\n{raw}\ta\n")[0]["text"] == raw


@pytest.mark.parametrize("value", ["2026-01-01", "12:30", "5", 5, 5.5, True, 2**70, None, [1, "a"], {"a": "b"}])
def test_a_value_of_json_keeps_its_type(tmp_path: Path, value: object) -> None:
    [row] = read(tmp_path, "dev.jsonl", json.dumps({"text": value}))
    assert row["text"] == value
    assert type(row["text"]) is type(value)


def test_a_key_that_a_line_lacks_is_none(tmp_path: Path) -> None:
    rows = read(tmp_path, "dev.jsonl", '{"text": "a"}\n\n{"label": 1, "text": "b"}\n')
    assert rows == [{"text": "a", "label": None}, {"text": "b", "label": 1}]


def test_a_cell_of_a_million_letters_is_read(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    assert len(read(tmp_path, "dev.csv", f"text\n{'g' * 10**6}\n")[0]["text"]) == 10**6
    assert csv.field_size_limit() == limit


def test_a_header_without_rows_has_none(tmp_path: Path) -> None:
    assert read(tmp_path, "dev.csv", "text,label\n") == []


def test_the_same_name_with_other_content_is_not_remembered(tmp_path: Path) -> None:
    assert read(tmp_path, "dev.csv", "text,label\na,1\n")[0]["text"] == "a"
    assert read(tmp_path, "dev.csv", "text,label\nb,1\n")[0]["text"] == "b"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    read(tmp_path, "dev.csv", CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["dev.csv"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("dev.csv", "", "is empty"),
        ("dev.jsonl", "", "is empty"),
        (
            "dev.txt",
            "a",
            "cannot recognise the format of dev.txt: expected one of csv, tsv, json, jsonl, parquet, arrow",
        ),
        ("dev.parquet.gz", "a", "(the first four also as .gz), or set `format:`"),
        ("dev", "a", "cannot recognise the format of dev"),
        ("dev.csv", "text,label\na,1\nb,2,3\n", "read as csv: expected 2 cells in line 3, as in the header, but got 3"),
        ("dev.csv", "text\na,1\n", "expected 1 cells in line 2, as in the header, but got 2"),
        ("dev.csv", "text,label\na\n", "expected 2 cells in line 2, as in the header, but got 1"),
        ("dev.csv", 'text,label\n"a,1\n', "line 2: unexpected end of data (a cell that begins with a quote"),
        ("dev.tsv", 'text\tlabel\n"a" b\t1\n', "line 2: "),
        ("dev.csv", "text,text\na,1\n", "its header has 'text' twice"),
        ("dev.csv", b"text,label\n\xff\xfe,1\n", "could not be read as csv: byte 11 is not UTF-8"),
        ("dev.csv.gz", b"text\na\n", "could not be read as csv: BadGzipFile"),
        ("dev.jsonl", '{"text": "a"}\n{oops\n', "could not be read as jsonl: line 2: "),
        ("dev.jsonl", '{"text": "a"}\n3\n', "line 2 is 3: expected an object"),
        ("dev.json", '["a"]', 'entry 1 is "a": expected an object'),
        ("dev.json", '[{"text": "a"}, ', "could not be read as json: "),
        ("dev.parquet", "nothing", "could not be read as parquet: ArrowInvalid"),
        ("dev.arrow", "nothing", "could not be read as arrow: "),
        ("dev.json", "nothing", "could not be read as json: "),
    ],
)
def test_what_cannot_be_read_is_an_error(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError) as refused:
        list(files(path=tmp_path / name))
    assert str(refused.value).startswith("data 'files': ")
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_what_is_no_file_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="data 'files': there is no file "):
        files(path=tmp_path / name)


def test_a_file_that_is_not_compressed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "dev.csv.gz").write_text(CSV, encoding="utf-8")
    with pytest.raises(UserError, match=r"dev\.csv\.gz could not be read as csv"):
        list(files(path=tmp_path / "dev.csv.gz"))


def test_a_file_cut_off_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path, "dev.csv.gz", CSV)
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(UserError, match=r"dev\.csv\.gz could not be read as csv: EOFError"):
        list(files(path=path))


def write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    parquet.write_table(pa.Table.from_pylist(rows), path)


def write_stream(path: Path, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows)
    with ipc.new_stream(str(path), table.schema) as writer:
        writer.write_table(table)


def write_ipc(path: Path, rows: list[dict[str, Any]]) -> None:
    table = pa.Table.from_pylist(rows)
    with ipc.new_file(str(path), table.schema) as writer:
        writer.write_table(table)


WRITERS: dict[str, Callable[[Path, list[dict[str, Any]]], None]] = {
    "dev.csv": write_csv,
    "dev.jsonl": write_jsonl,
    "dev.parquet": write_parquet,
    "stream.arrow": write_stream,
    "file.arrow": write_ipc,
}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ANY_ROWS = st.lists(st.fixed_dictionaries({"text": TEXTS, "other": TEXTS}), min_size=1, max_size=5)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ANY_ROWS)
def test_rows_survive_being_written_and_read(tmp_path: Path, name: str, rows: list[dict[str, Any]]) -> None:
    WRITERS[name](tmp_path / name, rows)
    assert list(files(path=tmp_path / name)) == rows


@pytest.mark.parametrize("name", ["dev.csv", "dev.tsv", "dev.jsonl", "dev.parquet"])
def test_pandas_reads_the_same(tmp_path: Path, name: str) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame([*ROWS, {"text": " 007\r\n\t;, ", "label": "NA"}])
    path = tmp_path / name
    plain = {"index": False}
    text = {"dtype": str, "keep_default_na": False, "na_filter": False}
    ways: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "dev.csv": (lambda: frame.to_csv(path, **plain), lambda: pandas.read_csv(path, **text)),
        "dev.tsv": (lambda: frame.to_csv(path, sep="\t", **plain), lambda: pandas.read_csv(path, sep="\t", **text)),
        "dev.jsonl": (
            lambda: frame.to_json(path, orient="records", lines=True),
            lambda: pandas.read_json(path, lines=True),
        ),
        "dev.parquet": (lambda: frame.to_parquet(path), lambda: pandas.read_parquet(path)),
    }
    write, reread = ways[name]
    write()
    assert list(files(path=path)) == reread().to_dict("records") == frame.to_dict("records")


@pytest.mark.parametrize("name", ["dev.parquet", "file.arrow"])
def test_types_of_a_column_stay_and_a_folder_adds_none(tmp_path: Path, name: str) -> None:
    rows = [{"text": "a", "score": 0.5, "labels": ["x", "y"], "count": 3, "flag": None}]
    (tmp_path / "year=2020").mkdir()
    WRITERS[name](tmp_path / "year=2020" / name, rows)
    assert list(files(path=tmp_path / "year=2020" / name)) == rows


def several(folder: Path, *names: str) -> list[str]:
    """Files of one row each, whose text is their name."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        written(folder, name, json.dumps({"text": name}))
    return list(names)


def texts(path: Path | list[Path]) -> list[str]:
    return [row["text"] for row in files(path=path)]


def test_a_glob_reads_its_files_by_name(tmp_path: Path) -> None:
    several(tmp_path, "b.jsonl", "a.jsonl", "c/d.jsonl", ".hidden.jsonl", "e.json", "z.jsonl.gz")
    assert texts(tmp_path / "*.jsonl") == ["a.jsonl", "b.jsonl"]
    assert texts(tmp_path / "**/*.jsonl") == ["a.jsonl", "b.jsonl", "c/d.jsonl"]
    assert texts(tmp_path / "[bz]*.jsonl*") == ["b.jsonl", "z.jsonl.gz"]


def test_a_folder_with_brackets_in_its_name_is_no_pattern(tmp_path: Path) -> None:
    several(tmp_path, "run [1]/a.jsonl", "run 1/b.jsonl")
    assert texts(tmp_path / "run [1]" / "*.jsonl") == ["run [1]/a.jsonl"]


def test_a_list_is_read_in_its_own_order(tmp_path: Path) -> None:
    several(tmp_path, "b.jsonl", "a.jsonl", "c1.jsonl", "c0.jsonl")
    assert texts([tmp_path / "b.jsonl", tmp_path / "a.jsonl", tmp_path / "c*"]) == [
        "b.jsonl",
        "a.jsonl",
        "c0.jsonl",
        "c1.jsonl",
    ]


@pytest.mark.parametrize(("path", "count"), [("a.jsonl", 1), (["a.jsonl", "data/*.jsonl"], 3), ("data/*.jsonl", 2)])
def test_a_suite_names_them_beside_itself(tmp_path: Path, path: str | list[str], count: int) -> None:
    several(tmp_path, "a.jsonl", "data/b.jsonl", "data/c.jsonl")
    spec = DataSpec.model_validate({"use": "files", "path": path})
    assert len(list(resolve("data", spec, tmp_path).call())) == count


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        ({}, r"no file matches \*\.\* in "),
        ({"a.csv": "text\na\n", "b.tsv": "text\na\n"}, r"b\.tsv is tsv and .*a\.csv is csv: expected files of one"),
        ({"a.csv": "text,x\na,\n", "b.csv": "text,y\na,\n"}, r"b\.csv has the columns text, y: expected text, x"),
        ({"a.csv": "text\na\n", "b.csv": ""}, r"b\.csv is empty"),
        ({"a.csv": "text\na\n", "b.csv": "text\na,b\n"}, r"b\.csv could not be read as csv"),
    ],
)
def test_files_that_do_not_go_together_are_an_error(tmp_path: Path, contents: dict[str, str], message: str) -> None:
    for name, content in contents.items():
        written(tmp_path, name, content)
    with pytest.raises(UserError, match=message):
        files(path=tmp_path / "*.*")


def test_no_file_at_all_is_an_error() -> None:
    with pytest.raises(UserError, match="path is an empty list"):
        files(path=[])


@pytest.mark.parametrize("name", ["bomb.jsonl.gz", "bomb.csv.gz", "bomb.json.gz"])
def test_a_compressed_file_that_becomes_large_is_refused_before_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(64):
            file.write(b"a" * 2**20)
    assert path.stat().st_size < 2**20
    tracemalloc.start()
    with pytest.raises(UserError, match=r"bomb.*: it contains more than 2 MiB: raise `max_mb` where that is meant"):
        files(path=path, max_mb=2)
    assert tracemalloc.get_traced_memory()[1] < 24 * 2**20
    tracemalloc.stop()


def test_a_table_whose_cells_repeat_is_as_large_as_what_it_contains(tmp_path: Path) -> None:
    path = tmp_path / "bomb.parquet"
    parquet.write_table(pa.table({"text": ["a" * 2**16] * 1000}), path)
    assert path.stat().st_size < 2**18
    with pytest.raises(UserError, match="contains more than 32 MiB: raise `max_mb`"):
        files(path=path, max_mb=32)
    assert len(list(files(path=path))) == 1000


def test_rows_and_texts_have_limits_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "dev.csv"
    path.write_text("text\n" + "a\n" * 11)
    with pytest.raises(UserError, match=r"dev.csv: it has more than 10 rows: raise `max_rows` where that is meant"):
        files(path=path, max_rows=10)
    assert len(list(files(path=path, max_rows=11))) == 11
    path.write_text(f"text\nshort\n{'a' * 1_000_001}\n")
    with pytest.raises(UserError, match=r"row 2 has 1,000,001 characters in 'text': raise `max_cell_mb` .now 1. where"):
        files(path=path, max_cell_mb=1)
    assert len(list(files(path=path))) == 2
