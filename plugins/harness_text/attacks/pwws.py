"""PWWS: synonyms of WordNet for the words that matter most and change most."""

from __future__ import annotations

from random import Random

from harness import Positive, Sample, Session, attack
from harness_text.attacks.constraints import MaxChanged, at_most_share, no_stop_word, not_edited
from harness_text.attacks.edited import Edited, spans_of
from harness_text.attacks.moves import Moves
from harness_text.attacks.search import by_weighted_saliency, greedy
from harness_text.wordnet import all_synonyms, wordnet_resources


def _synonyms(text: Edited, at: int) -> list[str]:
    return [each for each in all_synonyms(text.words[at]) if len(spans_of(each)) == 1]


@attack(resources=wordnet_resources, scripts=("latin",), languages=("en",))
def pwws(
    sample: Sample[str], rng: Random, *, max_changed: MaxChanged | None = None, max_queries: Positive | None = None
) -> Session[str]:
    """Replace words by synonyms, in the order of word saliency times what the best synonym takes.

    Ren, Deng, He & Che (2019), Generating natural language adversarial examples through probability weighted word
    saliency, as TextAttack's PWWSRen2019, with which it agrees text by text: synonyms of all senses, written as WordNet
    lists them; stop words stay. As there, and unlike the paper, names are not exchanged.
    """
    moves = Moves(_synonyms, (not_edited, no_stop_word), at_most_share(max_changed))
    return (yield from greedy(sample, moves, by_weighted_saliency, max_queries))
