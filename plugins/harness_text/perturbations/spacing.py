"""Words joined, split, spread out, broken at the end of lines, or with what nobody sees inside."""

from __future__ import annotations

import re
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.places import LETTER, Span, checked, rewritten, some, spans

_GAP = re.compile(rf"(?<={LETTER})(?<!\bno)(?<!\bnot) (?={LETTER})", re.IGNORECASE)
_LONG = re.compile(rf"(?<!{LETTER})(?!no|without|never){LETTER}{{5,}}", re.IGNORECASE)
_WORD = re.compile(LETTER + "{3,}")
_PAIR = re.compile(rf"{LETTER}(?={LETTER})")
_SET_OFF = re.compile(r"(?<=\w) (?=[.,;:!?](?:\s|$))|(?<=\w)(?=[.,;:!?](?:\s|$))")

_SPACED = perturbation(scripts=("latin", "greek", "cyrillic", "hebrew", "armenian", "georgian"))
"""Scripts whose words are parted by spaces and whose letters stand apart."""

ZERO_WIDTH = "\u200b\u200c\u2060\ufeff"


@_SPACED
def join_words(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write neighbouring words together: "thefilm".

    Severity s loses s * 8 % of the spaces between words, none after "no" and "not". Half of NL-Augmenter's
    whitespace_perturbation and of TextFlint's SpaceError. Keeps the label.
    """
    return rewritten(text, some(spans(_GAP, text), 0.08 * checked(severity), rng), lambda _: "")


@_SPACED
def split_words(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Put a space into words: "won derful".

    Severity s splits s * 8 % of the words of five or more letters, none that begins with "no". nlpaug's SplitAug.
    Keeps the label.
    """
    return _parted(text, " ", rng, checked(severity))


@_SPACED
def spaced_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Spread the letters of words out: "g o o d".

    Severity s does it to s * 8 % of the words of three or more letters. HateCheck's F28 (Roettger et al. 2021), where
    people hide words from a filter so. Keeps the label.
    """
    return rewritten(text, some(spans(_WORD, text), 0.08 * checked(severity), rng), " ".join)


@_SPACED
def line_wrap(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Break long words with a hyphen at line ends, as text copied from a printed page has them.

    Severity s breaks s * 8 % of the words of five or more letters, none that begins with "no". As pdf and OCR tools
    leave it; the rate is ours. Keeps the label.
    """
    return _parted(text, "-\n", rng, checked(severity))


@_SPACED
def tokenized(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Set marks off by a space, or write those that are set off to their word: "good ." and "good.".

    Severity s changes s * 20 % of the marks . , ; : ! ? after words, 5 all of them. The Penn Treebank's tokens (Marcus
    et al. 1993), which many data sets keep. Keeps the label.
    """

    def other(found: str) -> str:
        return "" if found else " "

    return rewritten(text, some(spans(_SET_OFF, text), 0.2 * checked(severity), rng), other)


@_SPACED
def zero_width(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Put characters without width between letters: zero-width spaces, non-joiners, word joiners.

    Severity s puts one behind s * 4 % of the letters that another follows. Boucher et al. (2022, Bad characters,
    invisible characters) search for the places that harm most; here they are random. Keeps the label: a reader sees no
    difference.
    """
    places: list[Span] = some(spans(_PAIR, text), 0.04 * checked(severity), rng)
    return rewritten(text, places, lambda letter: letter + rng.choice(ZERO_WIDTH))


def _parted(text: str, between: str, rng: Random, severity: int) -> str:
    """Put something into some of the long words, two letters or more from either end."""

    def parted(word: str) -> str:
        at = rng.randrange(2, len(word) - 1)
        return f"{word[:at]}{between}{word[at:]}"

    return rewritten(text, some(spans(_LONG, text), 0.08 * severity, rng), parted)
