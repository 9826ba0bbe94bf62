"""From the columns of any source to rows: the meaning of csv texts, and the types of frames."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any, overload

import numpy as np

from harness import UserError
from harness_tabular.row import Cell, Column, Row, is_number, spaced

WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
NUMBER = re.compile(r"-?(?:(?:0|[1-9]\d{0,17})(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
TRUTH = re.compile(r"true|false", re.IGNORECASE)
"""The patterns of csv cells that are numbers, or true or false. 007 and 4929000000006123789 are codes."""

NOTHING = {"NoneType", "NAType", "NaTType"}
"""Types whose only value means that there is none: Python's, and pandas' by their names, as it need not be there."""

MAX_SPREAD_VALUE = 1e150
"""Numbers from which on a square is none any more, infinity among them, say nothing about a spread."""

CELLS_CACHED = 256
"""Most values remembered per column."""


class Rows(Sequence[Row]):
    """Rows kept by column: each is made when it is looked at, so that a million of them need not be dicts at once."""

    def __init__(self, cells: Mapping[str, Sequence[Cell]]) -> None:
        self._cells = cells
        self._columns = {name: described(values) for name, values in cells.items()}

    def __len__(self) -> int:
        return len(next(iter(self._cells.values()), ()))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        return Row({name: values[index] for name, values in self._cells.items()}, self._columns)


def read_rows(columns: Mapping[str, Sequence[object]]) -> Rows:
    """The rows of the columns.

    Where every cell is a text, as in csv, a column of nothing but whole numbers, numbers, or true and false becomes
    that, an empty cell is missing, and every other column contains categories as they stand. In a source that has types
    of its own they stay, moments become ISO 8601 texts, and NaN is missing. Raises UserError, naming column and row,
    for what is no cell, and for a column that mixes numbers, texts, true and false.
    """
    if types_in(columns) <= {str}:
        return Rows({name: _guessed([_text(cell) for cell in values]) for name, values in columns.items()})
    return Rows({name: _typed(name, values) for name, values in columns.items()})


def types_in(columns: Mapping[str, Sequence[object]]) -> set[type]:
    """The types of the cells that are not missing."""
    found = {kind for values in columns.values() for kind in set(map(type, values))}
    if float in found and all(cell != cell for cell in _floats(columns)):  # noqa: PLR0124  # NaN
        found.remove(float)
    return {kind for kind in found if kind.__name__ not in NOTHING}


def described(cells: Sequence[Cell]) -> Column:
    """The facts of a column from its cells."""
    present = [cell for cell in cells if cell is not None]
    if not present:
        return Column()
    return _of_numbers(present) if is_number(present[0]) else _of_categories(present)


def _of_numbers(cells: Sequence[Any]) -> Column:
    ordered = sorted(cells)
    common = np.array([cell for cell in ordered if abs(cell) < MAX_SPREAD_VALUE], dtype=np.float64)
    spread = float(common.std()) if len(common) else 0.0
    return Column(ordered[(len(ordered) - 1) // 2], tuple(spaced(list(dict.fromkeys(ordered)), CELLS_CACHED)), spread)


def _of_categories(cells: Sequence[Any]) -> Column:
    counts = Counter(cells)
    commonest = tuple(sorted(counts, key=lambda cell: (-counts[cell], cell))[:CELLS_CACHED])
    return Column(commonest[0], commonest)


# Texts of csv


def _text(cell: object) -> str:
    return cell if isinstance(cell, str) else ""


def _floats(columns: Mapping[str, Sequence[object]]) -> Iterator[object]:
    return (cell for values in columns.values() for cell in values if type(cell) is float)


def _guessed(texts: Sequence[str]) -> list[Cell]:
    """The column's cells as what all of them look like."""
    present = {stripped for text in texts if (stripped := text.strip())}
    for pattern, make in _LOOKS:
        if all(map(pattern.fullmatch, present)):
            return [make(stripped) if (stripped := text.strip()) else None for text in texts]
    return [text if text.strip() else None for text in texts]


_LOOKS: Sequence[tuple[re.Pattern[str], Callable[[str], Cell]]] = (
    (WHOLE, int),
    (NUMBER, float),
    (TRUTH, lambda text: text.lower() == "true"),
)


# Cells that have types


def _typed(name: str, values: Sequence[object]) -> list[Cell]:
    if any(set(map(type, values)) <= {kind, NoneType} for kind in (int, str, bool)):  # a million need no second look
        return list(values)  # type: ignore[arg-type]
    cells = [_cell(name, number, value) for number, value in enumerate(values, 1)]
    first: dict[str, int] = {}
    for number, cell in enumerate(cells, 1):
        if cell is not None:
            first.setdefault(_sort(cell), number)
    if len(first) > 1:
        one, other = list(first.values())[:2]
        raise UserError(
            f"row {other} of the data has {cells[other - 1]!r} in column {name!r}, row {one} has {cells[one - 1]!r}: "
            "expected cells of one sort in a column, numbers, or texts, or true and false"
        )
    return _all_fractions(cells) if any(isinstance(cell, float) for cell in cells) else cells


def _all_fractions(cells: Sequence[Any]) -> list[Cell]:
    """Whole numbers beside others become such."""
    return [None if cell is None else float(cell) for cell in cells]


def _sort(cell: Cell) -> str:
    return "number" if is_number(cell) else type(cell).__name__


def _cell(name: str, number: int, value: object) -> Cell:
    """A value as a cell: numpy's, Arrow's and pandas' become Python's."""
    if type(value).__name__ in NOTHING:
        return None
    for types, make in MAKERS:
        if isinstance(value, types):
            return make(value)
    raise UserError(
        f"row {number} of the data has {value!r:.80} in column {name!r}: expected a number, a text, true or false, or "
        "nothing; leave the column out with `columns: {input: [...]}` in `data`"
    )


def _fraction(value: Any) -> Cell:
    found = float(value)
    return None if found != found else found  # noqa: PLR0124  # NaN


def _numpy_moment(value: Any) -> Cell:
    return None if np.isnat(value) else str(value)


MAKERS: Sequence[tuple[tuple[type, ...], Callable[[Any], Cell]]] = (
    ((np.datetime64, np.timedelta64), _numpy_moment),  # which numpy counts among the integers
    ((bool, np.bool_), bool),
    ((int, np.integer), int),
    ((float, np.floating, Decimal), _fraction),
    ((str,), str),
    ((date, time), lambda value: str(value.isoformat())),
    ((timedelta,), str),
)

CELLS = tuple(kind for kinds, _ in MAKERS for kind in kinds)
"""The types of what can be a cell."""
