"""Properties of inputs that need no model: the length of a text, its share of punctuation, the numbers of a row."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from harness_data.written import texts_of

Array: TypeAlias = npt.NDArray[np.float64]

OF_TEXTS = ("characters", "words", "word_length", "punctuation", "digits", "capitals", "unusual", "repetition")
"""What is measured of a text: its characters and words, letters a word, the shares of its characters that are
punctuation, digits, capital letters, or neither of these nor letters nor spaces nor ASCII (emoji, control characters),
and the share of its words that occurred in it before.
"""

EMBEDDING = "embedding"
"""How the names of the places of a text's embedding begin: along some directions, drawn once for all."""

DIRECTIONS = 8
"""Directions in which embeddings are compared: distributions that differ do so along almost every one.

Cuesta-Albertos, Fraiman & Ransford (2007), A sharp form of the Cramer-Wold theorem.
"""

MOST_COLUMNS = 50
"""Columns of numbers of a row that are measured, the first ones."""


def properties(value: Any) -> dict[str, float]:
    """The properties of an input, those of a text pair together; none of a kind that has none."""
    texts = texts_of(value)
    if texts:
        return dict(zip(OF_TEXTS, _of_text(" ".join(texts.values())), strict=True))
    if isinstance(value, Mapping):
        cells = ((str(name), _number(cell)) for name, cell in value.items())
        known = [(name, cell) for name, cell in cells if cell is not None]
        return dict(known[:MOST_COLUMNS])
    return {}


def _number(cell: object) -> float | None:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)) or not isfinite(cell):
        return None
    return float(cell)


def _of_text(text: str) -> Sequence[float]:
    words = text.split()
    length = max(1, len(text))
    kinds = text.translate(_kinds()) if text.isascii() else "".join(map(_kind, text))
    letters = sum(map(len, words))
    again = (len(words) - len({*text.casefold().split()})) / max(1, len(words))
    shares = [kinds.count(kind) / length for kind in "PDUO"]
    return (float(len(text)), float(len(words)), letters / max(1, len(words)), *shares, again)


@cache
def _kinds() -> dict[int, str]:
    return {code: _kind(chr(code)) for code in range(128)}


@cache
def _kind(character: str) -> str:
    """P of punctuation, D of a digit, U of a capital, L of other letters, S of a space, O of all else but ASCII."""
    category = unicodedata.category(character)
    if category == "Lu":
        return "U"
    if category[0] in "LM":
        return "L"
    if category == "Nd":
        return "D"
    if category[0] == "P" or (category[0] == "S" and character.isascii()):
        return "P"
    return "S" if category[0] == "Z" or character in "\t\n\r" else "O"


def projected(embedding: Sequence[float]) -> dict[str, float]:
    """Where an embedding `(d,)` lies along each direction."""
    places = np.asarray(embedding, np.float64) @ _directions(len(embedding))
    return {f"{EMBEDDING}_{at}": float(place) for at, place in enumerate(places, 1)}


@cache
def _directions(size: int) -> Array:
    drawn = np.random.default_rng(2007).normal(size=(size, DIRECTIONS))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=0), np.float64)


def shares_below(values: Array, known: Array) -> tuple[Array, Array]:
    """Of each value the share of known ones that are less, and the share of those that are not more."""
    ordered = np.sort(known)
    below, upto = (np.searchsorted(ordered, values, side=side) / max(1, len(known)) for side in ("left", "right"))
    return below, upto


def outlying(values: Array) -> npt.NDArray[np.bool_]:
    """Whether each value is far out: more than three interquartile ranges beyond a quartile (Tukey 1977).

    None is where half of the values or more are equal: such a property has no range to be outside of.
    """
    if len(values) < FEWEST:
        return np.zeros(len(values), bool)
    low, high = np.quantile(values, [0.25, 0.75])
    if low == high:
        return np.zeros(len(values), bool)
    away = 3 * (high - low)
    return np.asarray((values < low - away) | (values > high + away))


FEWEST = 30
"""Values from which on quartiles say what is usual."""
