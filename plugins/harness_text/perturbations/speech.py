"""What a recogniser of speech writes: words that sound alike, no marks and no capitals."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

from harness import Severity, perturbation
from harness_text.perturbations.lexicon import Lexicon, exchanged, groups_in, of_file, only_ours
from harness_text.perturbations.places import checked, rewritten, some, spans

_MARKED = re.compile(
    r"[.,;:!?\"\u201c\u201d()\u2026]+(?=[\s.,;:!?\"\u201c\u201d()\u2026]|$)|(?<!\S)[\"\u201c(]|[^\W\d_]*[A-Z][^\W_]*"
)


@perturbation(scripts=only_ours("latin"), languages=only_ours("en"))
def homophones(text: str, rng: Random, *, severity: Severity = 3, words: Path | None = None) -> str:
    """Write words as others that sound alike: "there" and "their", "to" and "two", "by" and "buy".

    Severity s changes s * 20 % of the words that have a homophone, 5 all of them. langtest's add_speech_to_text_typo
    and NL-Augmenter's close_homophones, with a list of ours without those that deny ("no", "not"); `words` is one of
    your own. Keeps the label.
    """
    return exchanged(text, rng, 0.2 * checked(severity), of_file(words) if words else sounds())


@cache
def sounds() -> Lexicon:
    """Words that sound alike, each with the others of its group."""
    return Lexicon(groups_in("homophones"))


@perturbation(scripts=("latin", "greek", "cyrillic"))
def transcript(text: str, rng: Random, *, severity: Severity = 3) -> str:
    """Lose marks and capitals, as transcripts of speech do: "well is it good".

    Severity s does it to s * 20 % of the marks that end a word or enclose one and of the words with a capital, 5 all of
    them. langtest's strip_punctuation and lowercase in one. Keeps the label.
    """
    places = some(spans(_MARKED, text), 0.2 * checked(severity), rng)
    return rewritten(text, places, lambda found: found.lower() if found[0].isalnum() else "")
