"""Word swaps: common words by others of their most frequent sense, from a table that ships with the harness."""

from __future__ import annotations

from pathlib import Path
from random import Random

from harness import Positive, Sample, Session, attack
from harness_text.attacks.constraints import MaxChanged, at_most_share, no_stop_word, not_edited
from harness_text.attacks.edited import Edited
from harness_text.attacks.moves import Moves
from harness_text.attacks.neighbours import as_written
from harness_text.attacks.search import by_loss, greedy
from harness_text.perturbations.lexicon import words_of


@attack(scripts=("latin",), languages=("en",))
def word_swaps(
    sample: Sample[str],
    rng: Random,
    *,
    words: Path | None = None,
    max_changed: MaxChanged | None = None,
    max_queries: Positive | None = None,
) -> Session[str]:
    """Replace words by synonyms of a small table, the most important word first.

    The search is TextFooler's (Jin et al. 2020), without its constraints. The table has 1,731 common words with those
    of their most frequent sense in WordNet 3.0; `words` is a file of your own, lines `word: other, other`. Weak beside
    `pwws`, which takes all senses of all words, and closer in meaning.
    """
    table = words_of(words, "synonyms").table

    def swap(text: Edited, at: int) -> list[str]:
        word = text.words[at]
        return [as_written(each, word) for each in table.get(word.lower(), ())]

    moves = Moves(swap, (not_edited, no_stop_word), at_most_share(max_changed))
    return (yield from greedy(sample, moves, by_loss("delete"), max_queries))
