"""The data `files`: every text of a table arrives as it stands there, and what is broken is said."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from harness_datasets import files

from harness import UserError

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


def refusal(folder: Path, name: str, content: str | bytes) -> str:
    with pytest.raises(UserError) as refused:
        list(files(path=written(folder, name, content)))
    assert str(refused.value).startswith("data 'files': ")
    return str(refused.value)


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
    assert [row["label"] for row in rows] == [1, 0, 1, 0, 1]


def test_windows_line_ends_and_a_byte_order_mark_are_no_content(tmp_path: Path) -> None:
    rows = read(tmp_path, "dev.csv", "\ufefftext,label\r\nfine,positive\r\n")
    assert rows == [{"text": "fine", "label": "positive"}]


def test_an_apostrophe_or_a_hash_is_no_syntax(tmp_path: Path) -> None:
    rows = read(tmp_path, "dev.csv", "text,label\nit's #1,positive\n")
    assert rows == [{"text": "it's #1", "label": "positive"}]


@pytest.mark.parametrize("raw", ["007", "1e3", "True", "2026-01-01"])
def test_numbers_beside_words_stay_words(tmp_path: Path, raw: str) -> None:
    rows = read(tmp_path, "dev.csv", f"text,label\n{raw},a\nword,b\n")
    assert [row["text"] for row in rows] == [raw, "word"]


def test_a_header_without_rows_has_none(tmp_path: Path) -> None:
    assert read(tmp_path, "dev.csv", "text,label\n") == []


def test_the_same_name_with_other_content_is_not_remembered(tmp_path: Path) -> None:
    assert read(tmp_path, "dev.csv", "text,label\na,1\n")[0]["text"] == "a"
    assert read(tmp_path, "dev.csv", "text,label\nb,1\n")[0]["text"] == "b"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    read(tmp_path, "dev.csv", CSV)
    assert [path.name for path in tmp_path.iterdir()] == ["dev.csv"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("dev.csv", "", "is empty"),
        ("dev.jsonl", "", "is empty"),
        ("dev.txt", "a", "cannot tell the format of dev.txt: expected one of csv, tsv, json, jsonl, or say `format:`"),
        ("dev", "a", "cannot tell the format of dev"),
        ("dev.csv", "text,label\na,1\nb,2,3\n", "could not be read as csv: ParserError"),
        ("dev.csv", "text,label\na,1\nb,2,3\n", "Expected 2 fields in line 3, saw 3"),
        ("dev.csv", 'text,label\n"a,1\n', "EOF inside string"),
        ("dev.csv", b"text,label\n\xff\xfe,1\n", "could not be read as csv: UnicodeDecodeError"),
        ("dev.jsonl", '{"text": "a"}\n{oops\n', "could not be read as jsonl: "),
        ("dev.json", "nothing", "could not be read as json: "),
    ],
)
def test_what_cannot_be_read_is_an_error(tmp_path: Path, name: str, content: str | bytes, message: str) -> None:
    assert message in refusal(tmp_path, name, content)


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_what_is_no_file_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="data 'files': there is no file "):
        files(path=tmp_path / name)


def test_a_file_that_is_not_compressed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "dev.csv.gz").write_text(CSV, encoding="utf-8")
    with pytest.raises(UserError, match=r"dev\.csv\.gz could not be read as csv"):
        list(files(path=tmp_path / "dev.csv.gz"))
