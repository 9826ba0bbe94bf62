"""The places where a perturbation may touch a text, a choice of them, and the text rewritten there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from random import Random
from unicodedata import category

from harness import UserError

Span = tuple[int, int]

# Letters of the alphabets from Latin to Arabic (U+0041..U+06FF) and of Latin and Greek with accents (U+1E00..U+1FFF).
# In other scripts a letter may be a word or a part of a syllable: to drop one would be more than a misspelling.
LETTER = r"[^\W\d_\u0080-\u00bf\u0700-\u1dff\u2000-\U0010ffff]"


def checked(severity: int) -> int:
    """The severity; raises UserError unless it is one of 1..5."""
    if type(severity) is not int or not 1 <= severity <= 5:
        raise UserError(f"expected a severity of 1, 2, 3, 4 or 5, got {severity!r}", "severity")
    return severity


def spans(pattern: re.Pattern[str], text: str) -> list[Span]:
    """The matches of the pattern, but for those that a combining mark or a joiner ties to the next character."""
    found = [match.span() for match in pattern.finditer(text)]
    return found if text.isascii() else [span for span in found if not tied(text[span[1] : span[1] + 1])]


def some(places: list[Span], share: float, rng: Random) -> list[Span]:
    """A random share of the places, at least one if there is any.

    A fraction of a place is taken with that probability, so that a share is exact on average.
    """
    count = max(1, int(share * len(places) + rng.random()))
    return rng.sample(places, min(count, len(places)))


def rewritten(text: str, places: Iterable[Span], edit: Callable[[str], str]) -> str:
    """The text with what stands at each of the disjoint places edited."""
    pieces, done = [], 0
    for start, end in sorted(places):
        pieces += [text[done:start], edit(text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])


def written(text: str, pieces: Mapping[Span, str]) -> str:
    """The text with other words at some disjoint places."""
    coming = iter([pieces[span] for span in sorted(pieces)])
    return rewritten(text, pieces, lambda _: next(coming))


def tied(following: str) -> bool:
    """Whether a character, if there is one, belongs to the one before it."""
    return following == "\u200d" or (following != "" and category(following).startswith("M"))
