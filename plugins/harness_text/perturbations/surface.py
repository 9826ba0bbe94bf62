"""Perturbations of capitals, marks and white space, which carry no word."""

from __future__ import annotations

import re
from random import Random
from typing import Literal

from harness import Severity, perturbation
from harness_text.perturbations.places import LETTER, Span, checked, rewritten, some, spans

_TOKEN = re.compile(r"\S+")
# Marks before white space, a closing quotation mark or the end, so neither decimals, times, URLs nor smileys.
_MARKS = re.compile(r"(?<![.,;:!?])[.,;:!?]+(?=[\s\"\u201d]|$)")
# After a word of four letters: "the, film" is nobody's slip, and "no, good" would be another sentence.
_UNMARKED = re.compile(rf"(?<={LETTER}{{4}})(?<!never)(?<!cannot)(?= \w)", re.IGNORECASE)
# Not the space after "not": "not able" without it is "notable".
_GAP = re.compile(r"(?<=\S)(?<!\bno)(?<!\bnot) +(?=\S)", re.IGNORECASE)
# Nor are "nothing", "notable" and "without" cut.
_LONG = re.compile(rf"(?<!{LETTER})(?!no|without){LETTER}{{6,}}", re.IGNORECASE)

_CASED = (0.1, 0.25, 0.5, 0.75, 1.0)


def change_case(text: str, rng: Random, *, severity: Severity = 3, to: Literal["upper", "lower"] = "upper") -> str:
    """Write words in capitals, or with `to="lower"` without any.

    Severities 1..5 change 10, 25, 50, 75 and 100 % of the words that differ in that case, so 5 is the whole text.
    `lower` at severity 5 is HELM's lowercase perturbation; capitals are TextFlint's Case. A word whose letters do
    not survive a change of case, as the Turkish dotless i, stays. Keeps the label.
    """

    def cased(word: str) -> str:
        return word.upper() if to == "upper" else word.lower()

    words = [span for span in spans(_TOKEN, text) if _differs(text[slice(*span)], cased(text[slice(*span)]))]
    return rewritten(text, some(words, _CASED[checked(severity) - 1], rng), cased)


@perturbation(scripts=("latin", "greek", "cyrillic", "hebrew"))
def punctuation(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Drop or double marks, and put commas where none belong.

    Severity s changes s * 15 % of the marks . , ; : ! ? that end a word, and adds about as many commas after words of
    four or more letters. The Punctuation aspect of WildNLP (Rychalska et al. 2019) drops and adds; AEDA (Karimi et
    al. 2021) adds any mark anywhere. Apostrophes, decimals and smileys stay. Keeps the label.
    """
    marks, unmarked = spans(_MARKS, text), spans(_UNMARKED, text)
    places = marks + rng.sample(unmarked, min(len(unmarked), max(1, len(marks))))

    def marked(found: str) -> str:
        return rng.choice(["", "..." if found == "." else found * 2]) if found else ","

    return rewritten(text, some(places, 0.15 * checked(severity), rng), marked)


def whitespace(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Drop and multiply spaces between words, and put spaces into long words.

    Severity s changes s * 4 % of the gaps between words (half lost, half widened by one or two spaces) and of the
    words of six or more letters. NL-Augmenter's whitespace_perturbation (removes 10 %, adds 5 % anywhere), HELM's
    space perturbation (widens every gap). Other white space, line breaks first of all, stays; so does the space
    after "no" and "not". Keeps the label.
    """

    def spaced(found: str) -> str:
        if found.isspace():
            return rng.choice(["", found + " " * rng.randint(1, 2)])
        at = rng.randrange(2, len(found) - 1)
        return found[:at] + " " + found[at:]

    places: list[Span] = spans(_GAP, text) + spans(_LONG, text)
    return rewritten(text, some(places, 0.04 * checked(severity), rng), spaced)


def _differs(word: str, changed: str) -> bool:
    """Whether another case changed the word and nothing but its case."""
    return word != changed and word.casefold() == changed.casefold()
