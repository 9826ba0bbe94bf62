"""Bad characters: changes that no reader sees, at the places where the model sees them most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Literal, TypeAlias

import numpy as np

from harness import Positive, Sample, Session, attack
from harness_text.attacks.edited import Edited
from harness_text.attacks.evolution import Array, evolved
from harness_text.attacks.victim import Victim
from harness_text.perturbations.lookalikes import HOMOGLYPHS

Kind: TypeAlias = Literal["homoglyphs", "invisible", "deletions", "reorderings"]

INVISIBLE = "\u200b\u200c\u200d"
"""Zero width: space, non-joiner and joiner."""

BACKSPACE = "\x08"
LRO, RLO, LRI, PDI, PDF = "\u202d\u202e\u2066\u2069\u202c"
"""Left-to-right and right-to-left override, left-to-right isolate, and the ends of isolate and override."""

Change: TypeAlias = Callable[[list[str], int, float], None]
"""Changes a text's characters in place: at an index, in a way that a number in 0..1 says."""


def _look_alike(letters: list[str], at: int, way: float) -> None:
    letters[at] = HOMOGLYPHS.get(letters[at], letters[at])


def _unseen(letters: list[str], at: int, way: float) -> None:
    letters[at] = INVISIBLE[min(int(way * 3), 2)] + letters[at]


def _undone(letters: list[str], at: int, way: float) -> None:
    letters[at] = chr(33 + min(int(way * 94), 93)) + BACKSPACE + letters[at]


def _turned(letters: list[str], at: int, way: float) -> None:
    """Two neighbours stored the other way round and shown as they were."""
    if at + 1 < len(letters):
        one, two = letters[at + 1], letters[at]
        letters[at] = f"{LRO}{LRI}{RLO}{LRI}{one}{PDI}{LRI}{two}{PDI}{PDF}{PDI}{PDF}"
        letters[at + 1] = ""


CHANGES: dict[str, Change] = {
    "homoglyphs": _look_alike,
    "invisible": _unseen,
    "deletions": _undone,
    "reorderings": _turned,
}


@attack()
def bad_characters(
    sample: Sample[str],
    rng: Random,
    *,
    kind: Kind = "homoglyphs",
    changes: Positive = 5,
    population: Positive = 32,
    generations: Positive = 10,
    max_queries: Positive | None = None,
) -> Session[str]:
    """Change up to `changes` characters so that a reader sees the same text, at places found by differential evolution.

    Boucher, Shumailov, Anderson & Papernot (2022), Bad characters: imperceptible NLP attacks: look-alike letters
    (confusables of Unicode TR39), characters of zero width, a character and the backspace that deletes it, or two
    neighbours stored the other way round. Differs from TextAttack's BadCharacters2021: it seeks any other class, ends
    when one is reached, takes its places from letters that have a look-alike, a generation is asked at once, and the
    result is not polished; `population` counts points for each change, as there.
    """
    places = _places(sample.input, kind)
    victim = Victim(sample, max_queries)
    [best] = yield from victim.scored([Edited(sample.input)])
    if not places:
        return sample.input

    def asked(points: Array) -> Session[tuple[Array, bool]]:
        nonlocal best
        found = yield from victim.scored([_changed(sample.input, places, point, CHANGES[kind]) for point in points])
        best = max([best, *found], key=lambda each: (each.reached, each.score))
        return np.array([-each.score for each in found]), best.reached or victim.is_out

    bounds = [(0.0, 1.0), (0.0, 1.0)] * changes
    draws = np.random.default_rng(rng.getrandbits(64))
    yield from evolved(asked, bounds, draws, size=max(1, population // 2), generations=generations)
    return best.text.text


def _places(text: str, kind: Kind) -> list[int]:
    if kind == "homoglyphs":
        return [at for at, letter in enumerate(text) if letter in HOMOGLYPHS]
    return list(range(len(text) - (kind == "reorderings")))


def _changed(text: str, places: Sequence[int], point: Array, change: Change) -> Edited:
    """The text with the changes of a point: of each a place and a way; the first step of a place changes nothing."""
    letters = list(text)
    for place, way in point.reshape(-1, 2):
        step = min(int(place * (len(places) + 1)), len(places))
        if step:
            change(letters, places[step - 1], float(way))
    return Edited("".join(letters))
