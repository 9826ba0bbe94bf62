"""What a case of the task `health` found."""

from __future__ import annotations

from dataclasses import dataclass

ONCE, STEADY = "once", "steady"
"""The parts: every sample asked once, and a few in every way."""

WAYS = ("again", "in_batch", "in_order", "padded")
"""The ways of asking besides alone: once more, first of a batch, last of it the other way round, beside the longest."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer to a sample asked alone, and how far other answers to it were from that.

    `words` are those of its text, of a sample that is asked once. The others are of one that is asked in every way:
    each the largest difference of a probability; `turned` says whether any changed the decision, `invalid` whether any
    answer was no distribution.
    """

    predicted: str
    probabilities: list[float]
    words: list[str]
    again: float | None = None
    in_batch: float | None = None
    in_order: float | None = None
    padded: float | None = None
    turned: bool = False
    invalid: bool = False
