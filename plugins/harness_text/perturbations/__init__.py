"""Perturbations of a text: `(text, rng, *, severity) -> text`, pure, and the generator alone decides what they do.

A perturbation touches a share of its places (words, letters, marks), at least one where there is any, and returns
the text unchanged where there is none. No line break is added or lost, and no combining mark is torn from its base.
One that may change what the right answer is is marked `@perturbation(keeps_label=False)`.
"""

from harness_text.perturbations.casing import mixed_case, title_case
from harness_text.perturbations.chinese import chinese_homophones, chinese_shapes, chinese_splitting, chinese_variants
from harness_text.perturbations.contractions import contractions
from harness_text.perturbations.figures import dates, number_style, number_words, units
from harness_text.perturbations.grammar import (
    agreement_errors,
    article_errors,
    british_american,
    dialect,
    drop_words,
    negation,
    preposition_errors,
    pronouns,
    tense,
)
from harness_text.perturbations.instructions import injections
from harness_text.perturbations.letters import (
    delete_letters,
    insert_letters,
    keyboard_typos,
    repeat_letters,
    replace_letters,
    swap_letters,
)
from harness_text.perturbations.lookalikes import homoglyphs, leetspeak, ocr
from harness_text.perturbations.names import organisation_names, person_names, place_names
from harness_text.perturbations.online import (
    abbreviations,
    emoji_words,
    emojis,
    emoticons,
    hashtags,
    html_remnants,
    markdown,
    mentions,
    slang,
    urls,
)
from harness_text.perturbations.scripts import (
    arabic_spelling,
    french_spelling,
    german_spelling,
    hindi_spelling,
    spanish_spelling,
)
from harness_text.perturbations.sentences import (
    irrelevant_sentence,
    politeness,
    repeat_words,
    sentence_order,
    truncation,
)
from harness_text.perturbations.signs import (
    add_diacritics,
    fullwidth,
    masked_letters,
    mojibake,
    quote_words,
    strip_diacritics,
    styled_letters,
    typography,
)
from harness_text.perturbations.spacing import join_words, line_wrap, spaced_letters, split_words, tokenized, zero_width
from harness_text.perturbations.speech import homophones, transcript
from harness_text.perturbations.spelling import double_letters, drop_vowels, misspellings, sound_spelling, stutter
from harness_text.perturbations.surface import change_case, punctuation, whitespace
from harness_text.perturbations.words import change_numbers, filler_words, shuffle_words

__all__ = [
    "abbreviations",
    "add_diacritics",
    "agreement_errors",
    "arabic_spelling",
    "article_errors",
    "british_american",
    "change_case",
    "change_numbers",
    "chinese_homophones",
    "chinese_shapes",
    "chinese_splitting",
    "chinese_variants",
    "contractions",
    "dates",
    "delete_letters",
    "dialect",
    "double_letters",
    "drop_vowels",
    "drop_words",
    "emoji_words",
    "emojis",
    "emoticons",
    "filler_words",
    "french_spelling",
    "fullwidth",
    "german_spelling",
    "hashtags",
    "hindi_spelling",
    "homoglyphs",
    "homophones",
    "html_remnants",
    "injections",
    "insert_letters",
    "irrelevant_sentence",
    "join_words",
    "keyboard_typos",
    "leetspeak",
    "line_wrap",
    "markdown",
    "masked_letters",
    "mentions",
    "misspellings",
    "mixed_case",
    "mojibake",
    "negation",
    "number_style",
    "number_words",
    "ocr",
    "organisation_names",
    "person_names",
    "place_names",
    "politeness",
    "preposition_errors",
    "pronouns",
    "punctuation",
    "quote_words",
    "repeat_letters",
    "repeat_words",
    "replace_letters",
    "sentence_order",
    "shuffle_words",
    "slang",
    "sound_spelling",
    "spaced_letters",
    "spanish_spelling",
    "split_words",
    "strip_diacritics",
    "stutter",
    "styled_letters",
    "swap_letters",
    "tense",
    "title_case",
    "tokenized",
    "transcript",
    "truncation",
    "typography",
    "units",
    "urls",
    "whitespace",
    "zero_width",
]
