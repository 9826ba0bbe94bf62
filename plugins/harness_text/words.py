"""Cutting a text into words without losing a character of it."""

from __future__ import annotations

import re

_UNIT = re.compile(r"\s*\S+\s*|\s+")
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")


def units(text: str) -> list[str]:
    """The text cut before each word that follows white space; joined, the units are the text again.

    White space alone is one unit; the empty text has none.
    """
    return _UNIT.findall(text)


def word_spans(text: str) -> list[tuple[int, int]]:
    """The start and end of each word (letters and digits, with inner apostrophes and hyphens)."""
    return [match.span() for match in _WORD.finditer(text)]


def replaced(text: str, span: tuple[int, int], word: str) -> str:
    """The text with the characters of a span replaced."""
    return text[: span[0]] + word + text[span[1] :]
