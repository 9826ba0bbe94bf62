"""Words of a text, found and replaced so that the text still reads as its author would have written it.

Only whole words are found. A replacement takes the casing of what it replaces, a possessive keeps its form, and the
article before it becomes the right one of "a" and "an". All of it is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K")

_TOKEN = re.compile(r"[^\W_]+")
_SENTENCE_END = frozenset(".!?\n\u2026")
_JOINTS = frozenset({" ", "-", "\u2011"})
"""What may stand between the words of one expression, and between an adjective and its noun."""

_ADDRESS_AHEAD = re.compile(r"(?:[@/\\_&=#~+]|\w\.)\Z")
_ADDRESS_BEHIND = re.compile(r"[@/\\_&=~+]|\.[a-z0-9]")
"""What stands beside a word that is part of an address, a handle or a path."""

_AN_ALL_THE_SAME = ("hour", "honest", "honour", "honor", "heir")
_A_ALL_THE_SAME = re.compile(r"(?:u[bcfhjklqrstvz][aeiou]|uni(?!n|m)|eu|ew|one|once|uk)", re.IGNORECASE)
"""Beginnings with a vowel letter and the sound of "you" or "one" (a European, a unit, a one)."""


@dataclass(frozen=True)
class Token:
    """A word as it stands in a text: its place, and its letters in lower case."""

    start: int
    end: int
    lower: str


@dataclass(frozen=True)
class Found(Generic[K]):
    """An expression of a lexicon in a text: the places of its first and its last word, and what it may be."""

    first: int
    last: int
    meanings: Sequence[K]


class Words:
    """The words of a text, and what stands around each."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = [Token(*match.span(), match[0].lower()) for match in _TOKEN.finditer(text)]

    def before(self, at: int) -> str:
        """The word that directly precedes, in lower case; empty where none does."""
        return self.tokens[at - 1].lower if at and self._joined(at - 1) else ""

    def after(self, at: int) -> str:
        """The word that directly follows, in lower case; empty where none does."""
        return self.tokens[at + 1].lower if at + 1 < len(self.tokens) and self._joined(at) else ""

    def before_dot(self, at: int) -> str:
        """The word before, whether or not a dot parts them, as in "Mr. Smith"."""
        gap = self.text[self.tokens[at - 1].end : self.tokens[at].start] if at else ""
        return self.tokens[at - 1].lower if gap in {" ", ". "} else ""

    def is_hyphened(self, at: int) -> bool:
        """Whether a hyphen touches the word."""
        token = self.tokens[at]
        return "-" in self.text[max(0, token.start - 1) : token.start] + self.text[token.end : token.end + 1]

    def opens_sentence(self, at: int) -> bool:
        """Whether a word is the first of a sentence."""
        ahead = self.text[self.tokens[at - 1].end if at else 0 : self.tokens[at].start]
        return not at or any(each in _SENTENCE_END for each in ahead)

    def is_word(self, at: int) -> bool:
        """Whether it stands by itself, and is no part of an address or a handle."""
        token, text = self.tokens[at], self.text
        ahead = _ADDRESS_AHEAD.search(text, max(0, token.start - 2), token.start)
        named = ahead and (ahead[0][-1] != "." or text[token.start].islower())
        return not named and not _ADDRESS_BEHIND.match(text, token.end)

    def find(self, lexicon: Mapping[str, Sequence[tuple[Sequence[str], K]]]) -> Iterable[Found[K]]:
        """The expressions of a lexicon, the longest at each place, none of them overlapping."""
        at = 0
        while at < len(self.tokens):
            entries = lexicon.get(self.tokens[at].lower)
            fitting = [entry for entry in entries if self._fits(entry[0], at)] if entries and self.is_word(at) else []
            length = max((len(words) for words, _ in fitting), default=1)
            if fitting:
                yield Found(at, at + length - 1, [each for words, each in fitting if len(words) == length])
            at += length

    def _fits(self, words: Sequence[str], at: int) -> bool:
        here = self.tokens[at : at + len(words)]
        same = len(here) == len(words) and all(a.lower == b for a, b in zip(here, words, strict=True))
        return same and all(self._joined(at + step) for step in range(len(words) - 1))

    def _joined(self, at: int) -> bool:
        return self.text[self.tokens[at].end : self.tokens[at + 1].start] in _JOINTS


def with_replaced(words: Words, replaced: Sequence[tuple[int, int, str]]) -> str:
    """The text with expressions, given by first and last word, in another's place; articles before them agree."""
    text, cuts = words.text, list[tuple[int, int, str]]()
    for first, last, word in replaced:
        start = words.tokens[first].start
        new, end = _possessive(text, text[start : words.tokens[last].end], word, words.tokens[last].end)
        if words.before(first) in {"a", "an"}:
            article = words.tokens[first - 1]
            cuts.append((article.start, article.end, _agreeing(text[article.start : article.end], new)))
        cuts.append((start, end, new))
    pieces, at = [], 0
    for start, end, new in cuts:
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def cased(old: str, canonical: str, new: str, *, opens: bool) -> str:
    """A word in the casing of another, whose dictionary form is `canonical`; `opens` where it begins a sentence."""
    if old.isupper() and len(old) > 1:
        return new.upper()
    if old.islower() and not canonical.islower():
        return new.lower()  # as people write who write no capitals
    if old[:1].isupper() and (opens or not canonical[:1].isupper()):
        return new[:1].upper() + new[1:]
    return new


def takes_an(word: str) -> bool:
    """Whether "an" stands before a word, by its first sound."""
    low = word.lower()
    if low.startswith(_AN_ALL_THE_SAME):
        return True
    return low[:1] in set("aeiou") and not _A_ALL_THE_SAME.match(low)


def lexicon_of(entries: Iterable[tuple[str, K]]) -> dict[str, list[tuple[list[str], K]]]:
    """Expressions by their first word, with what each means."""
    found: dict[str, list[tuple[list[str], K]]] = {}
    for written, meaning in entries:
        words = [match[0] for match in _TOKEN.finditer(written.lower())]
        found.setdefault(words[0], []).append((words, meaning))
    return found


def _agreeing(article: str, word: str) -> str:
    right = "an" if takes_an(word) else "a"
    if article.isupper() and len(article) > 1:
        return right.upper()
    return right[0].upper() + right[1:] if article[0].isupper() else right


def _possessive(text: str, old: str, new: str, end: int) -> tuple[str, int]:
    """The new word with its possessive ending, where the old one's would be none of it: "James'", "Mary's"."""
    mark = text[end : end + 1]
    if mark not in {"'", "\u2019"}:
        return new, end
    bare = not text[end + 1 : end + 2].isalnum()
    if bare and old[-1:] in "sS" and new[-1:] not in "sS":
        return new + mark + ("S" if new.isupper() else "s"), end + 1
    was_plural = old.lower().endswith(("people", "men")) and text[end + 1 : end + 2] in {"s", "S"}
    if was_plural and new[-1:] in "sS" and not text[end + 2 : end + 3].isalnum():
        return new + mark, end + 2
    return new, end
