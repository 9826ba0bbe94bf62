"""Misspellings: one edit of a letter in a share of the words.

Words of up to three letters, "no" and "not" among them, are left alone, and so is the first letter of every word
(but for `repeat_letters` the last one too): readers hold on to these, as Belinkov & Bisk (2018) do for their swaps.
That a misspelling is by chance another word ("form", "from") cannot be excluded without a dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Literal, TypeAlias

from harness import Severity, perturbation
from harness_text.perturbations.places import LETTER, checked, rewritten, some, spans

_LETTER = re.compile(LETTER)
_WORD = re.compile(LETTER + "{4,}")
_ROWS = {
    "qwerty": ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
    "qwertz": ("qwertzuiop\u00fc", "asdfghjkl\u00f6\u00e4", "yxcvbnm"),
    "azerty": ("azertyuiop", "qsdfghjklm", "wxcvbn"),
    "spanish": ("qwertyuiop", "asdfghjkl\u00f1", "zxcvbnm"),
    "italian": ("qwertyuiop\u00e8", "asdfghjkl\u00f2\u00e0", "zxcvbnm"),
}
Layout: TypeAlias = Literal["qwerty", "qwertz", "azerty", "spanish", "italian"]

_TYPED = {
    "qwerty": "da en es fi it nb nl no pl pt sv",
    "qwertz": "de",
    "azerty": "fr",
    "spanish": "es",
    "italian": "it",
}
"""The languages that are typed on each layout, as far as the keys here go."""


def _languages(layout: str = "qwerty", **_: object) -> list[str]:
    return _TYPED[layout].split()


@perturbation(scripts=("latin",), languages=_languages)
def keyboard_typos(text: str, rng: Random, *, severity: Severity = 3, layout: Layout = "qwerty") -> str:
    """Replace a letter inside words by one of the neighbouring keys of a `layout`.

    Severity s misspells s * 8 % of the words of four or more letters, one letter each. Belinkov & Bisk (2018, "key")
    and the QWERTY aspect of WildNLP (Rychalska et al. 2019); differs from the former in that not every word is
    misspelled, from NL-Augmenter's butter fingers in that the rate is of words, not of letters. Keeps the label.
    """
    keys = _NEIGHBOURS[layout]

    def slip(word: str, at: int) -> str:
        letter = rng.choice(keys[word[at].lower()])
        return word[:at] + (letter.upper() if word[at].isupper() else letter) + word[at + 1 :]

    return misspelled(text, rng, severity, lambda word: [at for at in inside(word) if word[at].lower() in keys], slip)


def swap_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Swap two neighbouring letters inside words.

    Severity s misspells s * 8 % of the words that have two different letters to swap. Belinkov & Bisk (2018, "swap"),
    who do it to every word; as theirs, a swap leaves the first and the last letter. Keeps the label.
    """

    def swap(word: str, at: int) -> str:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    return misspelled(
        text, rng, severity, lambda word: [at for at in range(1, len(word) - 2) if word[at] != word[at + 1]], swap
    )


def delete_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Drop a letter inside words.

    Severity s misspells s * 8 % of the words of four or more letters, one letter each. The RemoveChar aspect of
    WildNLP (Rychalska et al. 2019); differs in keeping the first and the last letter. Keeps the label.
    """
    return misspelled(text, rng, severity, inside, lambda word, at: word[:at] + word[at + 1 :])


def insert_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Put a letter of the word once more into it, at another place.

    Severity s misspells s * 8 % of the words of four or more letters, one letter each. nlpaug's RandomCharAug (insert)
    and WildNLP's InsertChar (Rychalska et al. 2019) take any letter of a to z; the word's own are of its script, and
    as likely as they are in the language. Keeps the label.
    """
    return misspelled(text, rng, severity, inside, lambda word, at: word[:at] + rng.choice(word).lower() + word[at:])


def replace_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Replace a letter inside words by another one that the text has.

    Severity s misspells s * 8 % of the words of four or more letters, one letter each. nlpaug's RandomCharAug
    (substitute) takes any letter of a to z; those of the text are of its script and as frequent as in its language.
    Keeps the label.
    """
    letters = [letter for letter in dict.fromkeys(text.lower()) if _LETTER.match(letter)]

    def replace(word: str, at: int) -> str:
        others = [letter for letter in letters if letter != word[at].lower()]
        letter = rng.choice(others) if others else word[at]
        return word[:at] + (letter.upper() if word[at].isupper() else letter) + word[at + 1 :]

    return misspelled(text, rng, severity, inside, replace)


def repeat_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write a vowel or the last letter of some words two to four times, as in "amaaazing".

    Severity s lengthens s * 8 % of the words of four or more letters. Brody & Diakopoulos (2011) describe such
    lengthening in microblogs, where it is a sign of strong feeling; the rate is ours. Keeps the label.
    """

    def places(word: str) -> list[int]:
        return [at for at in inside(word) if word[at].lower() in "aeiouy"] + [len(word) - 1]

    def lengthen(word: str, at: int) -> str:
        return word[:at] + word[at] * rng.randint(1, 3) + word[at:]

    return misspelled(text, rng, severity, places, lengthen)


def misspelled(
    text: str,
    rng: Random,
    severity: int,
    places: Callable[[str], Sequence[int]],
    edit: Callable[[str, int], str],
) -> str:
    """The text with a share of its words edited, each at one of the places that it offers."""
    words = spans(_WORD, text)
    if places is not inside:  # every word of four letters has an inside
        words = [(start, end) for start, end in words if places(text[start:end])]
    return rewritten(
        text, some(words, 0.08 * checked(severity), rng), lambda word: edit(word, rng.choice(places(word)))
    )


def inside(word: str) -> range:
    """The places of a word's letters but for the first and the last."""
    return range(1, len(word) - 1)


def _neighbours(rows: Iterable[str]) -> dict[str, list[str]]:
    """The keys that touch each key: a row stands half a key to the right of the one above it."""
    at = {(row, column): key for row, keys in enumerate(rows) for column, key in enumerate(keys)}
    touching = ((0, -1), (0, 1), (-1, 0), (-1, 1), (1, -1), (1, 0))
    return {
        key: [at[row + down, column + right] for down, right in touching if (row + down, column + right) in at]
        for (row, column), key in at.items()
    }


_NEIGHBOURS = {layout: _neighbours(rows) for layout, rows in _ROWS.items()}
