"""The kinds of input `text` and `pair`: a text, and several texts by column such as premise and hypothesis."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping, Sequence
from itertools import accumulate
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from harness import Trial, UserError
from harness.reports import TextBlock, UnitsBlock
from harness_text.trial import trial
from harness_text.words import unit_spans, units

Columns: TypeAlias = Mapping[str, Sequence[object]]
Array: TypeAlias = npt.NDArray[np.float64]

CHARACTERS_BEFORE_CHANGE = 30
"""Characters before the first change of a text that are shown."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


class Texts:
    """A text: its units are words with the white space around them, or characters where none parts words."""

    name = "text"
    singular = "a text"
    plural = "texts"
    type: type = str
    fields_of = ""
    column = "text"
    defaults: Mapping[str, Sequence[str]] = {
        "perturbations": ("keyboard_typos", "ocr", "change_case", "punctuation"),
        "attacks": ("deepwordbug",),
        "explainers": ("leave_one_out",),
    }

    def recognises(self, columns: Columns) -> bool:
        return len(columns) == 1

    def read(self, columns: Columns) -> Sequence[Any]:
        """One column as it stands: what is no text is left to the model and to the components to refuse."""
        [(name, values)] = columns.items()
        _require_all(name, values)
        return list(values)

    def holds(self, value: object) -> bool:
        return isinstance(value, str)

    def write(self, value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)

    def parse(self, written: str) -> Any:
        return written

    def key(self, value: Any) -> Hashable:
        return str(value)

    def cost(self, value: Any) -> int:
        return max(1, len(value) // 4)

    def fields(self, value: Any) -> dict[str, Any]:
        return {"": value}

    def with_fields(self, value: Any, fields: Mapping[str, Any]) -> Any:
        return fields[""]

    def units(self, value: Any) -> list[str]:
        return units(value)

    def keep(self, value: Any, units: Sequence[str], kept: set[int]) -> Any:
        if "".join(units) != value:
            raise ValueError(f"expected units that join to {value!r}, but got {list(units)!r}")
        return "".join(unit for at, unit in enumerate(units) if at in kept)

    def distance(self, before: Any, after: Any) -> tuple[float, str]:
        edits = _edits(before, after)
        return float(edits), f"{edits} edit{'s' * (edits != 1)}"

    def shared(self, units: Sequence[str], weights: Sequence[float]) -> Array:
        return word_weights(units, weights)

    def words(self, value: Any) -> str:
        return self.write(value)

    def change(self, before: Any, after: Any) -> str:
        return from_change(self.words(before), self.words(after))

    def view(self, value: Any, before: Any = None) -> Sequence[TextBlock]:
        return [TextBlock(self.write(value), before=None if before is None else self.write(before))]

    def view_units(self, value: Any, units: Sequence[str], weights: Sequence[float]) -> Sequence[UnitsBlock]:
        return [UnitsBlock(units, weights)]

    def trial(self) -> Trial | None:
        return None


class Pairs:
    """Several texts by column, such as premise and hypothesis: what works on a text works on each of them."""

    name = "pair"
    singular = "a text pair"
    plural = "text pairs"
    type: type = dict
    fields_of = "text"
    column = "text"

    def recognises(self, columns: Columns) -> bool:
        """Texts in every column; numbers written as texts are a table's, as every cell of a csv is a text."""
        texts = all(isinstance(each, str) for column in columns.values() for each in column)
        return len(columns) > 1 and texts and not any(map(_are_numbers, columns.values()))

    def read(self, columns: Columns) -> Sequence[Any]:
        for name, values in columns.items():
            _require_all(name, values)
        rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
        for number, row in enumerate(rows, 1):
            if other := [name for name, cell in row.items() if not isinstance(cell, str)]:
                raise UserError(
                    f"row {number} of the data has {row[other[0]]!r} in column {other[0]!r}: expected a text in each "
                    "column of a text pair (set `kind: row` in `data` for a row of cells)"
                )
        return rows

    def holds(self, value: object) -> bool:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())

    def write(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, default=repr)

    def parse(self, written: str) -> Any:
        found = json.loads(written)
        if not isinstance(found, dict):
            raise ValueError(f"expected texts by column, but got {written[:80]!r}")
        return {str(name): str(text) for name, text in found.items()}

    def key(self, value: Any) -> Hashable:
        return tuple(value.items())

    def cost(self, value: Any) -> int:
        return max(1, sum(map(len, value.values())) // 4)

    def fields(self, value: Any) -> dict[str, Any]:
        if not value or not all(isinstance(each, str) for each in value.values()):
            raise TypeError(f"expected a mapping of columns to texts, but got {value!r}")
        return dict(value)

    def with_fields(self, value: Any, fields: Mapping[str, Any]) -> Any:
        return dict(fields)

    def units(self, value: Any) -> list[str]:
        return [unit for text in value.values() for unit in units(text)]

    def keep(self, value: Any, units: Sequence[str], kept: set[int]) -> Any:
        ends = set(accumulate(map(len, units), initial=0))
        if "".join(units) != "".join(value.values()) or not ends.issuperset(accumulate(map(len, value.values()))):
            raise ValueError(f"expected units that join to {value!r}, each within one text, but got {list(units)!r}")
        texts, at = dict.fromkeys(value, ""), 0
        columns = iter(_column_of_each(value, units))
        for at, unit in enumerate(units):
            column = next(columns)
            texts[column] += unit if at in kept else ""
        return texts

    def distance(self, before: Any, after: Any) -> tuple[float, str]:
        edits = sum(_edits(before[column], after[column]) for column in before)
        return float(edits), f"{edits} edit{'s' * (edits != 1)}"

    def words(self, value: Any) -> str:
        return "; ".join(f"{column}: {text}" for column, text in value.items())

    def change(self, before: Any, after: Any) -> str:
        return from_change(self.words(before), self.words(after))

    def view(self, value: Any, before: Any = None) -> Sequence[TextBlock]:
        return [TextBlock(text, name, None if before is None else before.get(name)) for name, text in value.items()]

    def shared(self, units: Sequence[str], weights: Sequence[float]) -> Array:
        return word_weights(units, weights)

    def view_units(self, value: Any, units: Sequence[str], weights: Sequence[float]) -> Sequence[UnitsBlock]:
        columns = _column_of_each(value, units)
        chosen = {name: [at for at, column in enumerate(columns) if column == name] for name in value}
        return [
            UnitsBlock([units[at] for at in places], [weights[at] for at in places], name)
            for name, places in chosen.items()
        ]

    def trial(self) -> Trial | None:
        return trial()


TEXTS, PAIRS = Texts(), Pairs()


def _are_numbers(column: Sequence[object]) -> bool:
    """Whether a column has nothing but numbers, written as texts, besides empty cells."""
    written = [str(each).strip() for each in column if str(each).strip()]
    return bool(written) and all(map(_NUMBER.fullmatch, written))


def _require_all(column: str, values: Sequence[object]) -> None:
    """Raise UserError for a row without a value in a column that every input needs."""
    for number, value in enumerate(values, 1):
        if value is None:
            raise UserError(f"row {number} of the data has no {column!r}: expected an input in every row")


def from_change(original: str, changed: str) -> str:
    """The changed text from a little before its first difference on."""
    same = next((at for at, pair in enumerate(zip(original, changed, strict=False)) if len(set(pair)) > 1), 0)
    return changed if same <= CHARACTERS_BEFORE_CHANGE else f"\u2026{changed[same - CHARACTERS_BEFORE_CHANGE :]}"


def word_weights(units: Sequence[str], weights: Sequence[float]) -> Array:
    """The weight of each of the text's own units, words or characters, `(units,)`: shared out by characters."""
    text = "".join(units)
    lengths = [len(unit) for unit in units]
    by_character = np.repeat(np.divide(weights, np.maximum(lengths, 1)), lengths)
    return np.array([by_character[slice(*span)].sum() for span in unit_spans(text)], dtype=np.float64)


def _column_of_each(value: Mapping[str, str], units: Sequence[str]) -> list[str]:
    """The column that each unit of a pair belongs to."""
    found: list[str] = []
    rest = iter(units)
    for column, text in value.items():
        left = len(text)
        while left > 0:
            left -= len(next(rest))
            found.append(column)
    return [*found, *[list(value)[-1]] * (len(units) - len(found))]


def _edits(before: str, after: str) -> int:
    """Letters to insert, delete or replace between two texts (Levenshtein 1966)."""
    start = next((at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    if start is None:
        return abs(len(before) - len(after))
    before, after = before[start:], after[start:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    row = list(range(len(after) + 1))
    for at, letter in enumerate(before, 1):
        last, row[0] = row[0], at
        for place, other in enumerate(after, 1):
            last, row[place] = row[place], min(last + (letter != other), row[place] + 1, row[place - 1] + 1)
    return row[-1]
