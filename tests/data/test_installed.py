"""Rows of data by their component's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import Table, UserError, read_rows


def test_rows_are_those_of_the_named_data(tmp_path: Path) -> None:
    path = tmp_path / "some.csv"
    path.write_text("id,label\n1,yes\n", encoding="utf-8")
    found = read_rows("files", path=path)
    assert (type(found), list(found)) == (Table, [{"id": "1", "label": "yes"}])


def test_rows_of_any_iterable_are_a_table(project: object) -> None:
    project.install("data", "mine", "mine:mine", "def mine():\n    return iter([{'a': 1}])\n")  # type: ignore[attr-defined]
    assert list(read_rows("mine")) == [{"a": 1}]


def test_what_is_wrong_is_said_as_a_suite_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no file"):
        read_rows("files", path=tmp_path / "none.csv")
    with pytest.raises(UserError, match=r"no data is called 'file'.*did you mean 'files'"):
        read_rows("file", path=tmp_path)
