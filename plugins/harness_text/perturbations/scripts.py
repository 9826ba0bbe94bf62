"""Misspellings of other languages than English: German, French, Spanish, Hindi, Arabic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.lexicon import Lexicon, as_cased, groups_in, lower
from harness_text.perturbations.places import Span, checked, rewritten, some, spans

# What is confused by ear or by key, either way round where both sides are given.
GERMAN = {
    "\u00e4": "ae",
    "\u00f6": "oe",
    "\u00fc": "ue",
    "\u00df": "ss",
    "ss": "\u00df",
    "ie": "i",
    "ei": "ai",
    "eu": "\u00e4u",
    "\u00e4u": "eu",
    "ck": "k",
    "tz": "z",
    "ph": "f",
    "dt": "d",
    "hl": "l",
    "hr": "r",
    "ah": "a",
    "eh": "e",
    "th": "t",
}
FRENCH = {
    "\u00e9": "e",
    "\u00e8": "e",
    "\u00ea": "e",
    "\u00e0": "a",
    "\u00f9": "u",
    "\u00e7": "c",
    "\u00ee": "i",
    "\u00f4": "o",
    "\u00e2": "a",
    "er": "\u00e9",
    "ez": "er",
    "ph": "f",
    "eau": "au",
    "au": "o",
    "qu": "k",
    "ll": "l",
    "nn": "n",
    "mm": "m",
    "tt": "t",
}
SPANISH = {
    "\u00e1": "a",
    "\u00e9": "e",
    "\u00ed": "i",
    "\u00f3": "o",
    "\u00fa": "u",
    "\u00f1": "n",
    "b": "v",
    "v": "b",
    "ll": "y",
    "ce": "se",
    "ci": "si",
    "z": "s",
    "ge": "je",
    "gi": "ji",
    "qu": "k",
    "h": "",
    "x": "s",
}
HINDI = {
    # short and long i and u as signs and letters, e and ai, o and au
    "\u093f": "\u0940",
    "\u0940": "\u093f",
    "\u0941": "\u0942",
    "\u0942": "\u0941",
    "\u0907": "\u0908",
    "\u0908": "\u0907",
    "\u0909": "\u090a",
    "\u090a": "\u0909",
    "\u0947": "\u0948",
    "\u0948": "\u0947",
    "\u094b": "\u094c",
    "\u094c": "\u094b",
    # chandrabindu and anusvara, nukta lost, the three s
    "\u0901": "\u0902",
    "\u093c": "",
    "\u0936": "\u0938",
    "\u0937": "\u0936",
    "\u0923": "\u0928",
}
ARABIC = {
    # alef with hamza or madda and bare, ta marbuta and ha, alef maqsura and ya, seats of hamza
    "\u0623": "\u0627",
    "\u0625": "\u0627",
    "\u0622": "\u0627",
    "\u0629": "\u0647",
    "\u0649": "\u064a",
    "\u064a": "\u0649",
    "\u0624": "\u0648",
    "\u0626": "\u0649",
    "\u0638": "\u0636",
    "\u0636": "\u0638",
    "\u0630": "\u0632",
    "\u062b": "\u062a",
    **dict.fromkeys("\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652", ""),
}
_AT_END = "\u0629\u0649\u064a"


@perturbation(scripts=("latin",), languages=("de",))
def german_spelling(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Misspell German: "das" and "dass", "seid" and "seit", "ae" for the umlaut, nouns in lower case.

    Severity s changes s * 8 % of the places where one of these is possible. The confusions that Duden lists as
    frequent; the rate is ours. Keeps the label.
    """
    return _confused(text, rng, severity, GERMAN, "german", _NOUN)


@perturbation(scripts=("latin",), languages=("fr",))
def french_spelling(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Misspell French: "a" and "\u00e0", "ces" and "ses", "\u00e9" for "er", accents lost, double letters once.

    Severity s changes s * 8 % of the places where one of these is possible. The homophones that school grammars drill;
    the rate is ours. Keeps the label.
    """
    return _confused(text, rng, severity, FRENCH, "french")


@perturbation(scripts=("latin",), languages=("es",))
def spanish_spelling(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Misspell Spanish: b and v, ll and y, c, z and s, the mute h lost, accents lost.

    Severity s changes s * 8 % of the places where one of these is possible. The confusions that the RAE's
    Ortograf\u00eda warns of; the rate is ours. Keeps the label.
    """
    return _confused(text, rng, severity, SPANISH, "spanish")


@perturbation(scripts=("devanagari",), languages=("hi",))
def hindi_spelling(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Misspell Hindi: short and long i and u, e and ai, anusvara for chandrabindu, the nukta lost, one s for another.

    Severity s changes s * 8 % of these signs. What Hindi spell checkers are tested on; the rate is ours. Keeps the
    label.
    """
    places = some([m.span() for m in _keys("hindi").finditer(text)], 0.08 * checked(severity), rng)
    return rewritten(text, places, HINDI.__getitem__)


@perturbation(scripts=("arabic",), languages=("ar",))
def arabic_spelling(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Misspell Arabic: hamza and vowel signs lost, ha for ta marbuta, ya and alef maqsura, letters that sound alike.

    Severity s changes s * 8 % of these letters and signs. The errors that QALB (Zaghouani et al. 2014) counts most; the
    rate is ours. Keeps the label.
    """
    places = some([m.span() for m in _keys("arabic").finditer(text)], 0.08 * checked(severity), rng)
    return rewritten(text, places, ARABIC.__getitem__)


_NOUN = re.compile(r"(?<=[a-z\u00e4\u00f6\u00fc\u00df,] )[A-Z\u00c4\u00d6\u00dc](?=[a-z\u00e4\u00f6\u00fc\u00df]{2})")
_TABLES: Mapping[str, Mapping[str, str]] = {
    "german": GERMAN,
    "french": FRENCH,
    "spanish": SPANISH,
    "hindi": HINDI,
    "arabic": ARABIC,
}


@cache
def _keys(language: str) -> re.Pattern[str]:
    """Where the confusions of a language may stand: in Latin letters inside words only, the first one kept."""
    keys = "|".join(sorted(_TABLES[language], key=len, reverse=True))
    if language == "hindi":
        return re.compile(keys)
    if language == "arabic":
        ends = "|".join(_AT_END)
        others = "|".join(each for each in ARABIC if each not in _AT_END)
        return re.compile(rf"(?:{ends})(?!\w)|(?:{others})")
    return re.compile(rf"(?<=\w)(?:{keys})", re.IGNORECASE)


@cache
def _words(language: str) -> Lexicon:
    return Lexicon(groups_in(language))


def _confused(
    text: str, rng: Random, severity: int, table: Mapping[str, str], name: str, lowered: re.Pattern[str] | None = None
) -> str:
    lexicon = _words(name)
    words = dict.fromkeys(lexicon.places(text), lexicon.instead)
    inside = {start for span in words for start in range(*span)}
    letters = [span for span in spans(_keys(name), text) if span[0] not in inside]
    if lowered is not None:
        letters += [span for span in spans(lowered, text) if span[0] not in inside]
    places: list[Span] = some(sorted({*words, *letters}), 0.08 * checked(severity), rng)

    def other(found: str) -> str:
        key = lower(found)
        if key in lexicon.table:
            return lexicon.instead(found, rng)
        return as_cased(found, table[key]) if key in table else key

    return rewritten(text, places, other)
