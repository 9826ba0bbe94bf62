"""What is known of a text without a model: counts of words, numbers, names, negations, and its script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache

_WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")
_NUMBER = re.compile(r"(?<!\w)[+-]?\d+(?:[.,:/]\d+)*(?:%|\w{0,3})(?!\w)")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|nowhere|cannot|without|hardly|\w+n['\u2019]t)\b", re.IGNORECASE
)
_FIRST_PERSON = re.compile(r"I(?:['\u2019]|$)")
_SENTENCE_BEFORE = re.compile(r"(?:\A|[.!?\u2026:][\"'\u201d\u2019)]*)\s*[\"'\u201c\u2018(]*$")

RARE = 1
"""Texts of the set that have a rare word."""


def words(text: str) -> list[str]:
    """The words of a text: letters and digits, with inner apostrophes and hyphens."""
    return _WORD.findall(text)


def count_words(text: str) -> int:
    """How many words a text has; where a script parts none, each run of letters is one."""
    return sum(1 for _ in _WORD.finditer(text))


def count_numbers(text: str) -> int:
    """How many numbers stand in figures: `3`, `1,200.50`, `19:30`, `50%`, `3rd`."""
    return sum(1 for _ in _NUMBER.finditer(text))


def count_negations(text: str) -> int:
    """How many English words negate: not, no, never, n't, without, hardly, and their like."""
    return sum(1 for _ in _NEGATION.finditer(text))


def count_entities(text: str) -> int:
    """How many spans of capitalised words there are that begin no sentence, a rough stand-in for names.

    A text all in capitals has none, as has a script without them; in German every noun counts.
    """
    if text.isupper():
        return 0
    found, end = 0, len(text)
    for match in _WORD.finditer(text):
        named = (
            match[0][0].isupper() and not _FIRST_PERSON.match(match[0]) and not _begins_sentence(text, match.start())
        )
        goes_on = text[end : match.start()].isspace()
        found += named and not goes_on
        end = match.end() if named else len(text)
    return found


def _begins_sentence(text: str, at: int) -> bool:
    return _SENTENCE_BEFORE.search(text[max(0, at - 12) : at]) is not None


def count_rare_words(texts: Sequence[str]) -> list[int]:
    """Of each text of a set, how many of its words no other text of the set has, regardless of case."""
    each = [{word.lower() for word in _WORD.findall(text)} for text in texts]
    having = Counter(word for some in each for word in some)
    return [sum(having[word] <= RARE for word in some) for some in each]


COUNTERS: Mapping[str, Callable[[str], int]] = {
    "words": count_words,
    "characters": len,
    "numbers": count_numbers,
    "entities": count_entities,
    "negation": count_negations,
}
"""The counts of one text by the name that suites know them by."""


def script_of(text: str) -> str:
    """The script of most letters, as Unicode names it (`latin`, `cjk`, `devanagari`); empty without letters."""
    if text.isascii():
        return "latin" if any(map(str.isalpha, text)) else ""
    counts = Counter[str]()
    for letter, count in Counter(text).items():
        if letter.isalpha():
            counts[_script(letter)] += count
    return counts.most_common(1)[0][0] if counts else ""


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0].lower()
