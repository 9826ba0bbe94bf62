"""A row of a table, and the facts of each of its columns.

A row that an explainer leaves a column out of needs a value there, and a perturbation of a cell needs to know what
else may stand in it. Both are facts of the data that the row was read with, so every row carries a reference to them:
one mapping, which all rows of a set share. Nothing is kept globally, so two sets in one process have facts of their
own, and a copied, pickled or perturbed row keeps those that it came with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

Cell: TypeAlias = int | float | bool | str | None
"""A whole number, a number, true or false, a category, or None where it is missing."""


@dataclass(frozen=True, slots=True)
class Column:
    """The facts of a column: the value that stands for it where it is left out, and the others that occur.

    `baseline` is the commonest category or the median number (of an even count the lower one, so that a whole number
    stays whole); `seen` are values that occur, numbers in their order, categories from the commonest on; `spread` is
    the standard deviation of numbers, 0 for categories.
    """

    baseline: Cell = None
    seen: tuple[Cell, ...] = ()
    spread: float = 0.0

    def others(self, cell: Cell, most: int) -> list[Cell]:
        """Up to so many other values: numbers from the least to the largest, or the commonest categories."""
        others = [each for each in self.seen if each != cell]
        return spaced(others, most) if others and is_number(others[0]) else others[:most]


class Row(dict[str, Any]):
    """A row: its cells by column, a dict in every respect.

    A cell is an int, a float, a bool, a text, or None where it is missing. `columns` is what the data say of each
    column, shared by all rows that were read together and empty for one made by hand. `row | {"age": 31}` is the row
    with another cell.
    """

    __slots__ = ("columns",)

    def __init__(
        self, cells: Mapping[str, Any] | Iterable[tuple[str, Any]] = (), columns: Mapping[str, Column] | None = None
    ) -> None:
        super().__init__(cells)
        self.columns: Mapping[str, Column] = {} if columns is None else columns

    def __or__(self, cells: Mapping[str, Any]) -> Row:  # type: ignore[override]
        return Row({**self, **cells}, self.columns)

    def copy(self) -> Row:
        """A row of the same cells and columns."""
        return Row(self, self.columns)

    def __deepcopy__(self, memo: object) -> Row:
        return self.copy()

    def column(self, name: str) -> Column:
        """The facts of a column; none where the row was not read with any."""
        return self.columns.get(name, Column())


def is_number(cell: object) -> bool:
    """Whether a cell is a number; true and false are none."""
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def spaced(values: Sequence[Cell], most: int) -> list[Cell]:
    """Up to so many of the values, evenly spaced, the first and the last among them."""
    if len(values) <= most:
        return list(values)
    return [values[at] for at in np.linspace(0, len(values) - 1, most).round().astype(int)]
