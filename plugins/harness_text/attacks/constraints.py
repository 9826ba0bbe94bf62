"""Which words an attack may edit, and how much of a text must remain: constraints of Morris et al. 2020."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from harness_text.attacks.edited import Edited
from harness_text.attacks.moves import Editable, Kept

MaxChanged: TypeAlias = Annotated[float, Field(gt=0, le=1)]
"""The greatest share of words that an attack may edit."""


def not_edited(text: Edited, at: int) -> bool:
    """A word is edited once."""
    return at not in text.edited


def no_word_of(name: str) -> Editable:
    """The words of a list of the package stay: in its letters, so that one with a capital may be edited."""
    return lambda text, at: text.words[at] not in _words(name)


no_stop_word = no_word_of("stop_words")
"""Stop words stay: 179 of English, as in TextAttack, where those with a capital may be edited too."""


def at_least(letters: int) -> Editable:
    """Words of so many characters or more."""
    return lambda text, at: len(text.words[at]) >= letters


def at_most_words(most: int) -> Kept:
    """Texts of which at most so many words differ from the original, place by place."""

    def kept(candidates: Sequence[Edited], current: Edited, original: Edited) -> Sequence[Edited]:
        return [each for each in candidates if _different(each, original) <= most]

    return kept


def at_most_share(share: float | None) -> tuple[Kept, ...]:
    """Texts of which at most this share of the original's words is edited, one word in any case; all without one."""
    if share is None:
        return ()

    def kept(candidates: Sequence[Edited], current: Edited, original: Edited) -> Sequence[Edited]:
        return [each for each in candidates if len(each.edited) <= max(1, share * len(original.words))]

    return (kept,)


def _different(text: Edited, original: Edited) -> int:
    return sum(one != other for one, other in zip(text.words, original.words, strict=False))


@cache
def _words(name: str) -> frozenset[str]:
    lines = (Path(__file__).parents[1] / f"lists/{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if line[0] != "#" for word in line.split())
