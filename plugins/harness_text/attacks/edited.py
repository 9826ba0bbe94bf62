"""A text as its words, and what an edit of one of them does to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from harness_text.words import unit_spans, units

_INNER = "'_*@-"
"""Signs that stay inside a word and are cut from its ends."""

_WORD = re.compile(r"[\w\u00d7`'\-_*@]+")
"""TextAttack's words: letters, digits, signs inside a word, and two look-alikes that are no letters."""


@dataclass(frozen=True)
class Edited:
    """A text and which of its words were edited, by place; `newly` in the last edit.

    Words are TextAttack's (Morris et al. 2020), so that its recipes can be compared place by place: runs of letters and
    digits with `'`, `-`, `_`, `*` and `@` inside. Of scripts that part no words they are characters. `similarity` is
    that with the text it is compared to, where an encoder was asked.
    """

    text: str
    edited: frozenset[int] = frozenset()
    newly: range = range(0)
    similarity: float | None = None

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The start and end of each word."""
        return spans_of(self.text)

    @cached_property
    def words(self) -> list[str]:
        """The words, in their order."""
        return [self.text[start:end] for start, end in self.spans]

    def replaced(self, at: int, word: str) -> Edited:
        """The text with the word at a place replaced: by none, by another one, or by several.

        Without a word in its place a blank goes too: that before it, of the first word that behind it.
        """
        start, end = self.spans[at]
        before, after, count = self.text[:start], self.text[end:], _count(word) or bool(word.strip())
        if not count and at:
            before = before.removesuffix(" ")
        elif not count:
            after = after.removeprefix(" ")
        moved = {each + count - 1 if each > at else each for each in self.edited if each != at or count == 1}
        newly = range(at, at + count) if word != self.text[start:end] else range(0)
        return Edited(before + word + after, frozenset(moved.union(newly)), newly)


def spans_of(text: str) -> list[tuple[int, int]]:
    """The start and end of each word of a text."""
    if len(units(text)) > len(text.split()):  # some unit is a character
        return unit_spans(text)
    found = []
    for match in _WORD.finditer(text):
        core = match[0].strip(_INNER)
        start = match.start() + match[0].find(core)
        found += [(start, start + len(core))] if core else []
    return found


@lru_cache(maxsize=100_000)
def _count(word: str) -> int:
    return len(spans_of(word))
