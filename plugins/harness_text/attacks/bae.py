"""BAE: words that a masked language model finds likely, for the words that matter most."""

from __future__ import annotations

from random import Random

from harness import Filling, Positive, Sample, Session, attack, fill
from harness_text.attacks.constraints import MaxChanged, at_most_share, no_stop_word, not_edited
from harness_text.attacks.edited import Edited, spans_of
from harness_text.attacks.meaning import Similar, same_part_of_speech
from harness_text.attacks.moves import Kept, Moves
from harness_text.attacks.search import by_loss, greedy
from harness_text.wordnet import tagger_resources

LEAST_SIMILARITY = 1 - 0.2 / 3.141592653589793
"""The published code's threshold: 0.8 less the missing division of an angle by pi."""


@attack(resources=tagger_resources, scripts=("latin",), languages=("en",), asks={"masked": "fill", "encoder": "embed"})
def bae(
    sample: Sample[str],
    rng: Random,
    *,
    masked: str = "mlm",
    encoder: str | None = None,
    candidates: Positive = 50,
    max_changed: MaxChanged | None = None,
    max_queries: Positive | None = None,
) -> Session[str]:
    """Replace words by likely ones of the same part of speech, the most important word first (BAE-R).

    Garg & Ramakrishnan (2020), BAE: BERT-based adversarial examples for text classification, as TextAttack's
    BAEGarg2019. `masked` is one of the suite's models with `task: fill`, `encoder` one with `task: embed` in place of
    the Universal Sentence Encoder; without one, similarity is not asked for. Differs: pieces of words are never
    candidates, where TextAttack takes them for words.
    """

    def swap(text: Edited, at: int) -> Session[list[str]]:
        if Filling.MASK in text.text:
            return []
        gap = text.replaced(at, Filling.MASK).text
        [filling] = yield from fill([gap], masked, candidates)
        return [
            word
            for word in filling.words
            if word.isascii() and any(map(str.isalpha, word)) and len(spans_of(word)) == 1
        ]

    similar: tuple[Kept, ...] = (Similar(encoder, LEAST_SIMILARITY),) if encoder else ()
    moves = Moves(swap, (not_edited, no_stop_word), (same_part_of_speech, *similar, *at_most_share(max_changed)))
    return (yield from greedy(sample, moves, by_loss("delete"), max_queries))
