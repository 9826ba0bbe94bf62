"""How many samples a part touched: where it left most as they were, its scores say nothing of the model."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from harness.scores.score import Score

LEAST_TOUCHED, LEAST_SHARE = 30, 0.1
"""The samples that a part has to touch before a gate on its scores is decided, and their share of all."""


def doubt(touched: int, n: int, least: int | None, did: str, known: object = "") -> str:
    """Why no gate is decided on scores of so few of `n` samples; empty where they are enough.

    `least` takes the place of 30 and of a tenth of all; `did` begins the sentence, such as `it changed`, and `known`
    says what it is made for, where it left most as they were.
    """
    needed = max(LEAST_TOUCHED, ceil(LEAST_SHARE * n)) if least is None else least
    why = f"; it is {known}" if str(known) and 2 * touched < n else ""
    return "" if touched >= needed else f"{did} {touched} of {n} samples, and a gate needs {needed}{why}"


def doubted(score: Score, why: str) -> Score:
    """The score with a doubt; of one without a value it is the reason, too."""
    return replace(score, doubt=why, note=score.note if score.value is not None else why) if why else score
