"""Perturbations of a text: `(text, rng, *, severity) -> text`, pure, and the generator alone decides what they do.

A perturbation touches a share of its places (words, letters, marks), at least one where there is any, and returns
the text unchanged where there is none. No line break is added or lost, and no combining mark is torn from its base.
One that may change what the right answer is is marked `@perturbation(keeps_label=False)`.
"""

from harness_text.perturbations.contractions import contractions
from harness_text.perturbations.letters import delete_letters, keyboard_typos, repeat_letters, swap_letters
from harness_text.perturbations.lookalikes import homoglyphs, leetspeak, ocr
from harness_text.perturbations.surface import change_case, punctuation, whitespace
from harness_text.perturbations.words import change_numbers, filler_words, shuffle_words

__all__ = [
    "change_case",
    "change_numbers",
    "contractions",
    "delete_letters",
    "filler_words",
    "homoglyphs",
    "keyboard_typos",
    "leetspeak",
    "ocr",
    "punctuation",
    "repeat_letters",
    "shuffle_words",
    "swap_letters",
    "whitespace",
]
