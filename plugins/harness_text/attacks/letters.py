"""Edits of a word's letters, at one place drawn or at all places."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

LetterEdit: TypeAlias = Callable[[str, int, Random], Sequence[str]]
"""What a word may become by an edit at a place."""

KEYS = {
    "q": "was", "w": "qeasd", "e": "wsdfr", "r": "edfgt", "t": "rfghy", "y": "tghju", "u": "yhjki", "i": "ujklo",
    "o": "iklp", "p": "ol", "a": "qwszx", "s": "qweadzx", "d": "werfcxs", "f": "ertgvcd", "g": "rtyhbvd",
    "h": "tyugjbn", "j": "yuikmnh", "k": "uiolmj", "l": "iopk", "z": "asx", "x": "sdzc", "c": "xdfv", "v": "cfgb",
    "b": "vghn", "n": "bhjm", "m": "njk",
}  # fmt: skip
"""The keys beside a key, as Pruthi et al. 2019 and TextAttack have them."""

LOOK_ALIKES = dict(
    zip(
        "-987654321'abcdefghijklmnopqrstuvwxyz0",
        "\u02d7\u09ed\u0222\U0001d7d5\u0431\u01bc\u13ce\u01b7\u14bfl`\u0251\u042c\u03f2\u0501\u0435"
        "\U0001d68f\u0261\u0570\u0456\u03f3\U0001d48c\u217c\uff4d\u0578\u043e\u0440\u051b\u2c85\u0455"
        "\U0001d69d\u057d\u0475\u051d\u00d7\u0443\u1d22O",
        strict=True,
    )
)
"""A sign that looks like another, as TextAttack's TextBugger has them."""


def swapped(word: str, at: int, _: Random) -> Sequence[str]:
    """Two neighbours exchanged, the second of them at the next place."""
    return [word[:at] + word[at + 1] + word[at] + word[at + 2 :]]


def deleted(word: str, at: int, _: Random) -> Sequence[str]:
    """A letter left out."""
    return [word[:at] + word[at + 1 :]]


def inserted(word: str, at: int, rng: Random) -> Sequence[str]:
    """A letter of either case put in front of a place."""
    return [word[:at] + rng.choice(string.ascii_letters) + word[at:]]


def parted(word: str, at: int, _: Random) -> Sequence[str]:
    """A blank put in front of a place."""
    return [f"{word[:at]} {word[at:]}"]


def mistyped(word: str, at: int, _: Random) -> Sequence[str]:
    """Each key beside a letter's, in its case."""
    keys = KEYS.get(word[at].lower(), "")
    return [word[:at] + key + word[at + 1 :] for key in (keys.upper() if word[at].isupper() else keys)]


def disguised(word: str, at: int, _: Random) -> Sequence[str]:
    """A letter's look-alike."""
    return [word[:at] + LOOK_ALIKES[word[at]] + word[at + 1 :]] if word[at] in LOOK_ALIKES else []


EVERY: Sequence[LetterEdit] = (swapped, deleted, inserted, parted, mistyped, disguised)
"""All of them."""


def places(word: str, edit: LetterEdit) -> range:
    """The places of an edit inside a word, whose first and last letters stay."""
    return range(1, len(word) - (2 if edit is swapped else 1))


def everywhere(word: str, edits: Sequence[LetterEdit], rng: Random) -> list[str]:
    """The word after each edit at each place inside it."""
    return [made for edit in edits for at in places(word, edit) for made in edit(word, at, rng)]


def somewhere(word: str, edits: Sequence[LetterEdit], rng: Random) -> list[str]:
    """The word after each edit at one place inside it."""
    return [made for edit in edits if (inside := places(word, edit)) for made in edit(word, rng.choice(inside), rng)]
