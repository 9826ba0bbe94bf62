"""The texts of an input, one or the two of a pair, in a form every tokenizer takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Surrogates, which stand alone in a Python string: no UTF-8 has them and fast tokenizers refuse them."""


def texts_of(value: Any) -> tuple[str, ...]:
    """The one text of an input, or the two of a pair, lone surrogates replaced by U+FFFD.

    Raises TypeError for what is no text, ValueError for a mapping of none or more than two; both show it.
    """
    if isinstance(value, str):
        return (_mended(value),)
    if not isinstance(value, Mapping):
        raise TypeError(f"expected a text, or a mapping of two for a text pair, but got {value!r}")
    if not 1 <= len(value) <= 2:
        names = ", ".join(map(repr, value)) or "none"
        raise ValueError(f"expected one text or the two of a pair, but got a mapping of {len(value)}: {names}")
    for name, text in value.items():
        if not isinstance(text, str):
            raise TypeError(f"expected a text in the column {name!r} of a pair, but got {text!r}")
    return tuple(map(_mended, value.values()))


def columns_of(inputs: Sequence[Any]) -> list[list[str]]:
    """The texts of a non-empty sequence of inputs: a column, or two as tokenizers want pairs.

    Raises ValueError when some inputs are texts and others pairs.
    """
    rows = [texts_of(value) for value in inputs]
    if len({len(row) for row in rows}) > 1:
        raise ValueError("expected all inputs to be texts, or all to be pairs, but got some of each in one question")
    return [list(column) for column in zip(*rows, strict=True)]


def _mended(text: str) -> str:
    return text if text.isascii() else LONE_SURROGATE.sub("\ufffd", text)
