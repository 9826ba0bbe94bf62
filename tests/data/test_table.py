"""A table gives back the rows it was made of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import Table

rows = st.lists(st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(), min_size=1))


@given(rows)
def test_every_row_has_every_column(given_rows: list[dict[str, Any]]) -> None:
    table, names = Table(given_rows), {name for row in given_rows for name in row}
    assert list(table) == [{name: row.get(name) for name in names} for row in given_rows]
    assert [table[at] for at in range(len(table))] == list(table)
    assert table[1:] == list(table)[1:]


def test_some_columns_are_the_same_rows() -> None:
    table = Table([{"a": 1, "b": 2}, {"b": 3, "c": 4}])
    assert list(table.only(["c", "a"])) == [{"a": 1, "c": None}, {"a": None, "c": 4}]
    assert len(table.only(["c"])) == 2
    with pytest.raises(IndexError):
        table[2]


def test_rows_without_columns_are_rows() -> None:
    assert len(Table([{}, {}])) == 2
