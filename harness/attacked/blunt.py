"""Blunt attacks: whether one breaks more than `random`, and whether the model's answers vary at all.

An attack whose search finds nothing measures nothing (Carlini et al. 2019, On evaluating adversarial robustness): a
high robust accuracy is then the attack's weakness, not the model's strength.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.scores.score import Score, undefined
from harness.statistics.intervals import paired_difference
from harness.suite.components import Component

FLOOR = "random"
"""The attack without a search."""

LEAST = 10
"""Samples that a statement about an attack needs."""


def over_random(
    outcomes: Mapping[str, Mapping[str, str]], parts: Mapping[str, Component], confidence: float
) -> list[Score]:
    """For each part beside one that is `random`: its success rate less that one's, on samples that both attacked.

    `outcomes` are those of each sample by part. The interval is Newcombe's for pairs; the note of a part whose lower
    bound is not above 0 says that it is blunt.
    """
    floor = next((part for part, each in parts.items() if each.name == FLOOR), None)
    others = [part for part in parts if part != floor] if floor else []
    return [_over(part, _pairs(outcomes, part, str(floor)), confidence) for part in others]


def _pairs(outcomes: Mapping[str, Mapping[str, str]], part: str, floor: str) -> list[tuple[bool, bool]]:
    both = [each for each in outcomes.values() if {part, floor} <= each.keys() and each[part] != "skipped"]
    return [(each[part] == "succeeded", each[floor] == "succeeded") for each in both]


def _over(part: str, pairs: Sequence[tuple[bool, bool]], confidence: float) -> Score:
    if not pairs:
        return undefined("over_random", "no sample was attacked by both", part=part)
    both, first, second, neither = (
        pairs.count(each) for each in ((True, True), (True, False), (False, True), (False, False))
    )
    low, high = paired_difference(both, first, second, neither, confidence)
    blunt = low <= 0 and len(pairs) >= LEAST
    note = (
        "it breaks no more than random edits do on the same samples: that speaks of the attack, not of the model"
        if blunt
        else ""
    )
    return Score("over_random", (first - second) / len(pairs), low, high, len(pairs), {"part": part}, note)


def unvarying(befores: Sequence[Sequence[float]]) -> str:
    """Why an attack on these answers says nothing: all of them are the same; empty where they vary."""
    alike = len(befores) >= LEAST and len({tuple(each) for each in befores}) == 1
    return "the model answers every sample alike, so no edit can change it" if alike else ""
