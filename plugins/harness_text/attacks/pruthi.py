"""Pruthi et al.: the few typing mistakes inside words that hurt most."""

from __future__ import annotations

from functools import partial
from random import Random

from harness import Positive, Sample, Session, attack
from harness_text.attacks.constraints import at_least, at_most_words, no_stop_word, not_edited
from harness_text.attacks.edited import Edited
from harness_text.attacks.letters import deleted, everywhere, inserted, mistyped, swapped
from harness_text.attacks.moves import Moves
from harness_text.attacks.search import beam

EDITS = (swapped, deleted, inserted, mistyped)


@attack(scripts=("latin",))
def pruthi(
    sample: Sample[str], rng: Random, *, words: Positive = 1, max_queries: Positive | None = None
) -> Session[str]:
    """Mistype up to `words` words, one letter each: swapped, left out, put in, or a key beside.

    Pruthi, Dhingra & Lipton (2019), Combating adversarial misspellings with robust word recognition, as TextAttack's
    Pruthi2019: words of four or more letters that are no stop words, first and last letters stay, at each step the
    edit of all words that takes most. Letters that are put in are drawn, so texts differ from TextAttack's.
    """
    swap = partial(_typed, rng=rng)
    moves = Moves(swap, (not_edited, no_stop_word, at_least(4)), (at_most_words(words),))
    return (yield from beam(sample, moves, 1, max_queries))


def _typed(text: Edited, at: int, rng: Random) -> list[str]:
    return everywhere(text.words[at], EDITS, rng)
