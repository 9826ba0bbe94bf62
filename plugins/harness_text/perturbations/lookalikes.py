"""Characters replaced by others that look like them: to a scanner, to the eye, or to a gamer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.places import checked, rewritten, some, spans

# Confusions of shape; those of letters were seen in the scans of NL-Augmenter's OCR lexicon (vv for w was not).
# b/h and u/n are left out: they make "had" of "bad".
OCR: Mapping[str, Sequence[str]] = {
    "rn": "m",
    "m": ["rn"],
    "cl": "d",
    "d": ["cl"],
    "l": "1I",
    "I": "l1",
    "i": "l1",
    "1": "lI",
    "o": "0",
    "O": "0",
    "0": "O",
    "e": "c",
    "c": "e",
    "f": "t",
    "g": "q9",
    "q": "g",
    "s": "5",
    "S": "5",
    "5": "S",
    "B": "8",
    "8": "B",
    "Z": "2",
    "2": "Z",
    "G": "6",
    "6": "G",
}

_LATIN = "acdehijopqswxyvABCEHIJKMOPSTXNYZ"
HOMOGLYPHS: Mapping[str, str] = dict(
    zip(
        _LATIN,
        # Cyrillic a, es, komi de, ie, shha, i, je, o, er, qa, dze, we, ha, u; Greek nu
        "\u0430\u0441\u0501\u0435\u04bb\u0456\u0458\u043e\u0440\u051b\u0455\u051d\u0445\u0443\u03bd"
        # Cyrillic A, VE, ES, IE, EN, I, JE, KA, EM, O, ER, DZE, TE, HA; Greek NU, UPSILON, ZETA
        "\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u0405\u0422\u0425\u039d\u03a5\u0396",
        strict=True,
    )
)

LEET: Mapping[str, str] = {"a": "4@", "b": "8", "e": "3", "g": "9", "i": "1", "l": "1", "o": "0", "s": "5$", "t": "7"}


@perturbation(scripts=("latin",))
def ocr(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Confuse characters as optical character recognition does: l and 1, O and 0, rn and m, e and c.

    Severity s changes s * 2 % of the characters and pairs that have such a look-alike. As nlpaug's OcrAug and
    TextFlint's Ocr a table of confusions; the table is ours, and NL-Augmenter's, which reads a rendered page with a
    real engine, makes other errors too. A digit may become a letter, never another digit. Keeps the label.
    """
    return _replaced(text, rng, 0.02 * checked(severity), OCR)


@perturbation(scripts=("latin",))
def homoglyphs(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Replace Latin letters by Cyrillic and Greek ones that look the same.

    Severity s replaces s * 10 % of the letters that have a twin. The pairs are confusables of Unicode TR39; Boucher
    et al. (2022, Bad characters) search for the replacements that harm most, here they are random. Keeps the label:
    a reader sees no difference.
    """
    return _replaced(text, rng, 0.1 * checked(severity), HOMOGLYPHS)


@perturbation(scripts=("latin",))
def leetspeak(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write letters as digits and signs: "gr347", "l0v3".

    Severity s replaces s * 10 % of the letters a, b, e, g, i, l, o, s and t. As NL-Augmenter's leet_letters, with a
    table of the common substitutions only. Keeps the label.
    """
    return _replaced(text, rng, 0.1 * checked(severity), _LEET)


_LEET = {**LEET, **{key.upper(): LEET[key] for key in LEET}}


def _keys(table: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, table), key=len, reverse=True)))


_KEYS = {id(table): _keys(table) for table in (OCR, HOMOGLYPHS, _LEET)}


def _replaced(text: str, rng: Random, share: float, table: Mapping[str, Sequence[str]]) -> str:
    """The text with a share of the table's keys replaced, the longer key where two begin at a place."""
    places = some(spans(_KEYS[id(table)], text), share, rng)
    return rewritten(text, places, lambda found: rng.choice(table[found]))
