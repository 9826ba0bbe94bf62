"""Searches for an edited text that the model gets wrong: word after word by importance, or with a beam.

Greedy search by importance is that of Jin et al. 2020 (TextFooler), weighted saliency that of Ren et al. 2019 (PWWS),
both as Morris et al. 2020 (TextAttack) have them; candidates of all words are asked in one question where the reference
asks word by word, which changes no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np

from harness import Sample, Session
from harness_text.attacks.edited import Edited
from harness_text.attacks.moves import Moves
from harness_text.attacks.victim import Scored, Victim

UNKNOWN = "[UNK]"
"""What stands for an unknown word."""

Importance: TypeAlias = Callable[[Victim, Moves, Edited], "Session[list[int]]"]
"""The words that may be edited, the most important one first."""


def by_loss(how: Literal["delete", "unknown"]) -> Importance:
    """Importance is what the true class loses when a word is deleted, or becomes an unknown one."""
    instead = "" if how == "delete" else UNKNOWN

    def order(victim: Victim, moves: Moves, text: Edited) -> Session[list[int]]:
        places = moves.places(text)
        found = yield from victim.scored([text.replaced(at, instead) for at in places])
        return _ranked(places, [each.score for each in found])

    return order


def by_weighted_saliency(victim: Victim, moves: Moves, text: Edited) -> Session[list[int]]:
    """Importance is the softmax of what is lost when a word is unknown, times the best that its candidates take."""
    places, candidates = moves.places(text), list[list[Edited]]()
    for at in places:
        candidates += [(yield from moves.at(text, at, text))]
    unknown = [text.replaced(at, UNKNOWN) for at in places]
    found = yield from victim.scored([*unknown, *(each for some in candidates for each in some)])
    scores = [each.score for each in found]
    if len(scores) < len(places):
        return []
    saliency, rest = np.exp(np.array(scores[: len(places)])), scores[len(places) :]
    gains, at = [], 0
    for some in candidates:
        gains.append(max(rest[at : at + len(some)], default=0.0))
        at += len(some)
    return _ranked(places, list(saliency / saliency.sum() * np.array(gains)) if places else [])


def _ranked(places: Sequence[int], scores: Sequence[float]) -> list[int]:
    """Places by falling score; without the last ones where there is no score of them."""
    order = np.argsort(-np.array(scores, dtype=float), kind="stable")
    return [places[at] for at in order]


def greedy(sample: Sample[str], moves: Moves, importance: Importance, max_queries: int | None = None) -> Session[str]:
    """Edit the most important word first, each by the candidate that takes most, until the class is another one.

    Of candidates that reach it, the most similar one where an encoder was asked. Returns the best text found.
    """
    victim, original = Victim(sample, max_queries), Edited(sample.input)
    [current] = yield from victim.scored([original])
    order = yield from importance(victim, moves, original)
    for at in order:
        if victim.is_out:
            break
        candidates = yield from moves.at(current.text, at, original)
        ranked = sorted((yield from victim.scored(candidates)), key=lambda each: -each.score)
        if not ranked or ranked[0].score <= current.score:
            continue
        current = ranked[0]
        if current.reached:
            return _most_similar(ranked).text.text
    return current.text.text


def _most_similar(ranked: Sequence[Scored]) -> Scored:
    """Of the first ones that reach the goal that with the greatest similarity; the first one where none is known."""
    reached = ranked[: next((at for at, each in enumerate(ranked) if not each.reached), len(ranked))]
    return max(reached, key=lambda each: -1.0 if each.text.similarity is None else each.text.similarity)


def beam(sample: Sample[str], moves: Moves, width: int = 1, max_queries: int | None = None) -> Session[str]:
    """Edit one more word of the `width` best texts at a time, until one is wrong or none can be edited."""
    victim, original = Victim(sample, max_queries), Edited(sample.input)
    [best] = yield from victim.scored([original])
    kept = [original]
    while not best.reached and not victim.is_out:
        candidates: list[Edited] = []
        for text in kept:
            candidates += yield from moves.all(text, original)
        ranked = sorted((yield from victim.scored(candidates)), key=lambda each: -each.score)
        if not ranked:
            break
        best, kept = ranked[0], [each.text for each in ranked[:width]]
    return best.text.text
