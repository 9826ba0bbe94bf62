"""Random: edits without a search, the floor that every attack should beat."""

from __future__ import annotations

from random import Random

from harness import Positive, Sample, Session, attack
from harness_text.attacks.edited import Edited
from harness_text.attacks.letters import deleted, inserted, somewhere, swapped
from harness_text.attacks.victim import Victim

EDITS = (swapped, deleted, inserted)


@attack(scripts=("latin",))
def random(
    sample: Sample[str],
    rng: Random,
    *,
    tries: Positive = 100,
    words: Positive = 5,
    max_queries: Positive | None = None,
) -> Session[str]:
    """Edit a letter each in one to `words` words drawn anew in each of `tries` texts; the most harmful text remains.

    No search and no importance: where another attack does no better on the same samples, its search finds nothing.
    Half of the floor is luck, so `tries` should be about what the others ask.
    """
    victim, original = Victim(sample, max_queries), Edited(sample.input)
    [best] = yield from victim.scored([original])
    places = [at for at, word in enumerate(original.words) if len(word) > 2]
    if not places:
        return sample.input
    texts = [_edited(original, rng.sample(places, min(len(places), rng.randint(1, words))), rng) for _ in range(tries)]
    found = yield from victim.scored(texts)
    return max([best, *found], key=lambda each: (each.reached, each.score)).text.text


def _edited(text: Edited, places: list[int], rng: Random) -> Edited:
    for at in places:
        made = somewhere(text.words[at], EDITS, rng)
        text = text.replaced(at, rng.choice(made)) if made else text
    return text
