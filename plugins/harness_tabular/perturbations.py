"""Perturbations of a row: `(row, rng, *, severity) -> row`, errors as they get into tables.

What may stand in a cell is known from the data the row was read with (`Row.columns`): a cell keeps its type, a number
stays among the numbers that occur, and a category becomes another that does. The row as it ought to be is still what
the answer is about, so the label is kept. After the corruptions of JENGA (Schelter, Rukat & Biessmann 2021): gaussian
noise, missing values, and categories shifted; these change single rows, JENGA a share of all rows of a column.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from harness import Severity
from harness_tabular.row import Column, Row, is_number


def jitter_numbers(row: Row, rng: Random, *, severity: Severity = 3) -> Row:
    """Add gaussian noise to every number, relative to how its column spreads.

    Severity s has a standard deviation of s * 5 % of the column's. A whole number stays whole, so small ones may not
    change; none leaves the range that occurs, and missing cells, true and false are left alone.
    """
    return row | {
        name: _jittered(cell, row.column(name), rng.gauss(0, 0.05 * severity))
        for name, cell in row.items()
        if is_number(cell) and row.column(name).spread
    }


def swap_categories(row: Row, rng: Random, *, severity: Severity = 3) -> Row:
    """Replace categories, true and false by others of their columns.

    Severity s replaces s * 10 % of them, at least one; others that occur are equally probable, however common.
    """
    others = {
        name: [each for each in row.column(name).seen if each != cell]
        for name, cell in row.items()
        if isinstance(cell, (str, bool))
    }
    places = _some([name for name, found in others.items() if found], 0.1 * severity, rng)
    return row | {name: rng.choice(others[name]) for name in places}


def missing_cells(row: Row, rng: Random, *, severity: Severity = 3) -> Row:
    """Blank cells, whichever: they are None then, as cells are that were empty in the data.

    Severity s blanks s * 5 % of the cells that are there, at least one (completely at random, Rubin 1976).
    """
    present = [name for name, cell in row.items() if cell is not None]
    return row | dict.fromkeys(_some(present, 0.05 * severity, rng))


def _jittered(cell: float, column: Column, noise: float) -> Any:
    """The number moved by so many spreads, within the range of its column."""
    low, high = column.seen[0], column.seen[-1]
    moved = cell + noise * column.spread
    return sorted([low, round(moved) if isinstance(cell, int) else moved, high])[1]  # type: ignore[type-var]


def _some(places: Sequence[str], share: float, rng: Random) -> list[str]:
    """A share of the places, at least one where there is any."""
    return rng.sample(places, min(len(places), max(1, round(share * len(places)))))
