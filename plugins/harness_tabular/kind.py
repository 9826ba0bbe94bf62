"""The kind of input `row`: numbers, categories and missing cells under the names of their columns."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Trial
from harness.reports import TableBlock
from harness_tabular.reading import CELLS, read_rows, types_in
from harness_tabular.row import Column, Row, is_number
from harness_tabular.trial import trial

MISSING = "missing"
"""The text of a missing cell in reports and terminals."""


class Rows:
    """A row of a table: its units are its columns, and one that is left out keeps its key, with its usual value.

    That value is the column's commonest category or median number in the data the row was read with (all that the
    set's filter keeps, whatever its limit): models have no notion of a row without a column, and an estimator would
    refuse it. So a column whose cell is the usual one weighs nothing. In a row made by hand, which was read with no
    data, what is left out is missing. Each set of a suite has its own usual values, whatever sets stand beside it.
    """

    name = "row"
    singular = "a row of cells"
    plural = "rows of cells"
    type: type = Row
    fields_of = ""
    column = ""
    defaults: Mapping[str, Sequence[str]] = {
        "perturbations": ("missing_cells", "jitter_numbers", "swap_categories"),
        "attacks": ("greedy_cells",),
        "explainers": ("leave_one_out",),
    }

    def recognises(self, columns: Mapping[str, Sequence[object]]) -> bool:
        """Several columns of cells, among them a number, true or false; texts alone are texts, or a pair of them."""
        found = types_in(columns)
        return len(columns) > 1 and not found <= {str} and all(issubclass(each, CELLS) for each in found)

    def read(self, columns: Mapping[str, Sequence[object]]) -> Sequence[Any]:
        return read_rows(columns)

    def holds(self, value: object) -> bool:
        return isinstance(value, Row) and all(
            isinstance(name, str) and (cell is None or isinstance(cell, (str, int, float)))
            for name, cell in value.items()
        )

    def write(self, value: Any) -> str:
        """An object of JSON (RFC 8259): the cells, and what stands for a column that is left out.

        With the latter a run says itself what its explanations compare with, and a row that is read back can be
        explained again.
        """
        row = value if isinstance(value, Row) else Row(value)
        baseline = {name: column.baseline for name, column in row.columns.items()}
        return f'{{"cells": {_object(row)}, "left_out": {_object(baseline)}}}'

    def parse(self, written: str) -> Any:
        """The row with what may be left out of it; which other values its data have, is not written."""
        found = json.loads(written)
        if not isinstance(found, dict) or not all(isinstance(found.get(key), dict) for key in ("cells", "left_out")):
            raise ValueError(f"expected cells and what is left out by column, but got {written[:80]!r}")
        return Row(found["cells"], {name: Column(cell) for name, cell in found["left_out"].items()})

    def key(self, value: Any) -> Hashable:
        return tuple((name, None if _is_nan(cell) else cell) for name, cell in value.items())

    def cost(self, value: Any) -> int:
        return 1

    def fields(self, value: Any) -> dict[str, Any]:
        return dict(value)

    def with_fields(self, value: Any, fields: Mapping[str, Any]) -> Any:
        return Row(fields, value.columns)

    def units(self, value: Any) -> list[str]:
        return list(value)

    def keep(self, value: Any, units: Sequence[str], kept: set[int]) -> Any:
        if sorted(units) != sorted(value):
            raise ValueError(f"expected the columns {list(value)!r}, each once, but got {list(units)!r}")
        left_out = {name for at, name in enumerate(units) if at not in kept}
        return value | {name: value.column(name).baseline for name in value if name in left_out}

    def shared(self, units: Sequence[str], weights: Sequence[float]) -> npt.NDArray[np.float64]:
        """The weights in the order of the columns' names, whatever the order of the units."""
        return np.array([weight for _, weight in sorted(zip(units, weights, strict=True))], dtype=np.float64)

    def distance(self, before: Any, after: Any) -> tuple[float, str]:
        count = len(_changed(before, after))
        return float(count), f"{count} cell{'s' * (count != 1)}"

    def words(self, value: Any) -> str:
        return ", ".join(f"{name}={_shown(cell)}" for name, cell in value.items())

    def change(self, before: Any, after: Any) -> str:
        changed = ((name, before.get(name), after.get(name)) for name in _changed(before, after))
        return ", ".join(f"{name} {_shown(old)} → {_shown(new)}" for name, old, new in changed)

    def view(self, value: Any, before: Any = None) -> Sequence[TableBlock]:
        changed = {} if before is None else {name: _shown(before.get(name)) for name in _changed(before, value)}
        return [TableBlock({name: _shown(cell) for name, cell in value.items()}, changed=changed)]

    def view_units(self, value: Any, units: Sequence[str], weights: Sequence[float]) -> Sequence[TableBlock]:
        cells = {name: _shown(cell) for name, cell in value.items()}
        return [TableBlock(cells, weights=dict(zip(units, weights, strict=True)))]

    def trial(self) -> Trial | None:
        return trial()


ROW = Rows()


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The columns whose cells differ."""
    return [name for name in dict.fromkeys([*after, *before]) if _differ(before.get(name), after.get(name))]


def _differ(one: object, other: object) -> bool:
    return one != other and not (_is_missing(one) and _is_missing(other))


def _is_missing(cell: object) -> bool:
    return cell is None or _is_nan(cell)


def _is_nan(cell: object) -> bool:
    return isinstance(cell, float) and cell != cell  # noqa: PLR0124  # NaN


def _shown(cell: Any) -> str:
    if _is_missing(cell):
        return MISSING
    return f"{cell:.12g}" if is_number(cell) else str(cell)


def _object(cells: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{_json(str(name))}: {_json(cell)}" for name, cell in cells.items()) + "}"


def _json(cell: Any) -> str:
    """A cell as JSON has it: infinity is a number beyond every double, which readers take for infinity."""
    if isinstance(cell, float) and np.isinf(cell):
        return "1e999" if cell > 0 else "-1e999"
    return _encoded(None if _is_nan(cell) else cell)


_encoded = json.JSONEncoder(ensure_ascii=False, default=repr).encode
