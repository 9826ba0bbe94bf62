"""What a local model takes: rows as a table, whatever else as the user's own function makes an array of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from math import nan
from typing import Any

from harness.errors import AnswerError, UserError, nearest
from harness.own.locate import locate
from harness.own.source import code_of

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Lone surrogates, which a column of pandas cannot contain."""


def features_of(name: str | None, title: str) -> Callable[[list[Any]], Any] | None:
    """The user's function `module:function` that makes an array of a list of inputs; None where none is named.

    Raises UserError, beginning with `title`, where there is none of that name, or it is no function.
    """
    if name is None:
        return None
    found = locate(name, title=title, key="features")
    if not callable(found):
        raise UserError(
            f"{title}: features: {name} is an object of type {type(found).__name__}: expected a function "
            "(inputs) -> array (inputs, features)",
            "features",
        )
    return found  # type: ignore[no-any-return]


def source_of(function: Any) -> list[str]:
    """What decides what an object of the user's own does: its name, and the code of its module; nothing of None."""
    return [] if function is None else [str(getattr(function, "__qualname__", "")), *code_of(function)]


def table_of(inputs: Sequence[Mapping[str, Any]], title: str, columns: Sequence[str] = ()) -> Any:
    """Rows as a pandas DataFrame, of these columns in this order, else of those of the first row.

    Its columns have the types that pandas finds in their cells; one without any, for want of a type, contains objects,
    which encoders of categories take as well as what needs numbers. A missing cell is NaN. Raises AnswerError for a
    column that the rows are without, UserError where pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError:
        raise UserError(f"{title} needs pandas for inputs of several columns: pip install pandas") from None
    names = list(columns) or list(inputs[0])
    if missing := [name for name in columns if any(name not in row for row in inputs)]:
        near = nearest(missing[0], list(inputs[0]))
        raise AnswerError(f"the model's column {missing[0]!r} is none of the data's ({', '.join(inputs[0])}){near}")
    table = pd.DataFrame([{name: _mended(row.get(name)) for name in names} for row in inputs], columns=names)
    empty = [name for name in table if table[name].isna().all()]
    return table.astype(dict.fromkeys(empty, object))


def _mended(value: Any) -> Any:
    """A cell as pandas has it: missing is NaN, in whatever company, where None would be a category of its own."""
    if value is None:
        return nan
    return LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) and not value.isascii() else value
