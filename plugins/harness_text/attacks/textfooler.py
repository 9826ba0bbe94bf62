"""TextFooler: neighbours in a word embedding for the words that matter most."""

from __future__ import annotations

from pathlib import Path
from random import Random

from harness import Positive, Sample, Session, attack
from harness_text.attacks.constraints import MaxChanged, at_most_share, no_word_of, not_edited
from harness_text.attacks.meaning import Similar, same_part_of_speech
from harness_text.attacks.moves import Kept, Moves
from harness_text.attacks.neighbours import nearest_of
from harness_text.attacks.search import by_loss, greedy
from harness_text.wordnet import tagger_resources

LEAST_SIMILARITY = 1 - 0.5 / 3.141592653589793
"""The published code's threshold: 0.5 less the missing division of an angle by pi."""


@attack(resources=tagger_resources, scripts=("latin",), languages=("en",), asks={"encoder": "embed"})
def textfooler(
    sample: Sample[str],
    rng: Random,
    *,
    neighbours: Path,
    encoder: str | None = None,
    max_changed: MaxChanged | None = None,
    max_queries: Positive | None = None,
) -> Session[str]:
    """Replace words by neighbours of the same part of speech, the most important word first.

    Jin, Jin, Zhou & Szolovits (2020), Is BERT really robust?, as TextAttack's TextFoolerJin2019: up to 50 neighbours,
    importance by deletion, TextFooler's stop words stay. `neighbours` is a file of words with their neighbours, nearest
    first, such as those of counter-fitted vectors (`.json`, `.json.gz` or lines `word: other, other`); that each is
    near enough (a cosine of 0.5) is up to the file. `encoder` is one of the suite's models with `task: embed`, in place
    of the Universal Sentence Encoder; without one, similarity of sentences is not asked for.
    """
    similar: tuple[Kept, ...] = (Similar(encoder, LEAST_SIMILARITY, "angular", to="current"),) if encoder else ()
    moves = Moves(
        nearest_of(neighbours, 50),
        (not_edited, no_word_of("stop_words_textfooler")),
        (same_part_of_speech, *similar, *at_most_share(max_changed)),
    )
    return (yield from greedy(sample, moves, by_loss("delete"), max_queries))
