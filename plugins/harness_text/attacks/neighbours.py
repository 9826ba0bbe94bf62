"""Words in place of a word: a user's table of neighbours in an embedding, in the capitals of the word."""

from __future__ import annotations

from pathlib import Path

from harness_text.attacks.edited import Edited
from harness_text.attacks.moves import Swap
from harness_text.perturbations.lexicon import of_file


def nearest_of(path: Path, most: int) -> Swap:
    """The first `most` neighbours of a word in the table, nearest first; raises UserError for a file that is none."""
    table = of_file(path, "neighbours").table

    def swap(text: Edited, at: int) -> list[str]:
        word = text.words[at]
        return [as_written(each, word) for each in table.get(word.lower(), ())[:most]]

    return swap


def as_written(instead: str, word: str) -> str:
    """A word in the capitals of the one that it replaces, as TextAttack writes it."""
    if word.islower():
        return instead.lower()
    if word.isupper() and len(word) > 1:
        return instead.upper()
    return instead.capitalize() if word[0].isupper() and word[1:].islower() else instead
