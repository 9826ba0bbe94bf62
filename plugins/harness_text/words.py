"""Cutting a text into words without losing a character of it."""

from __future__ import annotations

import re

_UNIT = re.compile(r"\s*\S+\s*|\s+")
_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_UNPARTED = re.compile(
    "[\u0e01-\u0e4f\u0e81-\u0ecf\u0edc-\u0edf\u0f00\u0f40-\u0fbc\u1000-\u103f\u1050-\u108f\u1780-\u17d3\u2e80-\u2fdf"
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
"""Letters of scripts that part no words: Thai, Lao, Tibetan, Burmese, Khmer, kana, bopomofo and Han."""

_TIED = frozenset("\u0e33\u0eb3\uff9e\uff9f")
"""Letters that stand as marks: the vowel AM of Thai and Lao, and half-width sound marks of kana."""

_STACKS = frozenset("\u1039\u17d2")
"""Signs of Burmese and Khmer that stack the next consonant below."""


def units(text: str) -> list[str]:
    """The text cut before each word that follows white space; joined, the units are the text again.

    White space alone is one unit; the empty text has none. Where words are not parted, as in Chinese, Japanese, Thai,
    Lao, Khmer, Burmese and Tibetan, a unit is a character with the marks on it, and the punctuation after it.
    """
    return [unit for word in _UNIT.findall(text) for unit in (_characters(word) if _UNPARTED.search(word) else [word])]


def unit_spans(text: str) -> list[tuple[int, int]]:
    """The start and end of each unit without the white space around it; none of white space alone."""
    found, at = [], 0
    for unit in units(text):
        core = unit.strip()
        start = at + unit.find(core)
        found += [(start, start + len(core))] if core else []
        at += len(unit)
    return found


def _characters(word: str) -> list[str]:
    """A word cut before each character of its own, and between those and letters or digits of other scripts."""
    cuts, last = [0], ""
    for at, character in enumerate(word):
        if not character.isalnum() or character in _TIED or word[at - 1 : at] in _STACKS:
            continue
        if last and (_UNPARTED.match(character) or _UNPARTED.match(last)):
            cuts.append(at)
        last = character
    return [word[start:end] for start, end in zip(cuts, [*cuts[1:], len(word)], strict=True)]


def word_spans(text: str) -> list[tuple[int, int]]:
    """The start and end of each word (letters and digits, with inner apostrophes and hyphens)."""
    return [match.span() for match in _WORD.finditer(text)]


def replaced(text: str, span: tuple[int, int], word: str) -> str:
    """The text with the characters of a span replaced."""
    return text[: span[0]] + word + text[span[1] :]
