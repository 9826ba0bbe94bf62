"""The slices that are clearly worse than all samples together, by their intervals: the few to know of first."""

from __future__ import annotations

from collections.abc import Mapping

from harness.baselines.direction import NO_WAYS, Ways, lower_is_better
from harness.scores.address import local_address
from harness.scores.score import Score
from harness.slices.spec import slice_named

Worse = tuple[Score, Score]
"""A score of a slice, and the same of all samples."""


def worse_slices(scores: Mapping[str, Score], most: int, ways: Ways = NO_WAYS) -> list[Worse]:
    """The slices of a task, at most so many, whose interval lies beyond that of all samples, the farthest first.

    `scores` are the task's by their address in it, `ways` what it says of which is better. One score of each
    slice, the first that shows it.
    """
    found: dict[str, Worse] = {}
    for score in scores.values():
        name, value = slice_named(score.keys.get("slice", ""))
        whole = scores.get(local_address(score.name, {key: at for key, at in score.keys.items() if key != "slice"}))
        if value is not None and whole is not None and _is_worse(score, whole, ways):
            found.setdefault(f"{name}:{value}", (score, whole))
    first = next((score.name for score, _ in found.values()), "")
    order = sorted(found.values(), key=lambda each: (each[0].name != first, -abs(each[0] - each[1])))
    return order[:most]


def _is_worse(score: Score, whole: Score, ways: Ways) -> bool:
    lower = lower_is_better(score.name, ways)
    if lower is None or score.doubt:
        return False
    one, other = (whole, score) if lower else (score, whole)
    return one.high is not None and other.low is not None and one.high < other.low
