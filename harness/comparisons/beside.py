"""What stands beside how good a model is on all samples: speed and size, and slices, on lines of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from harness.baselines.units import UNITS
from harness.errors import UserError
from harness.scores.address import parse_local

if TYPE_CHECKING:
    from harness.comparisons.comparison import Moved

SHOWN = {"latency_p95", "throughput", "startup", "peak_memory", "peak_gpu_memory", "size"}
NARROWED = {"data", "length"}
MOST_SHOWN = 6
SLICES_SHOWN = 3
"""Scores of slices that the first lines name."""


def is_beside(local: str) -> bool:
    """Whether a score, by its address in the task, is of speed or size."""
    return local.partition("[")[0] in UNITS  # a class may be called anything


def is_of_slice(local: str) -> bool:
    """Whether a score, by its address in the task, is of a slice or between slices."""
    try:
        return "slice" in parse_local(local)[1]
    except UserError:  # a stranger's file may have any address
        return False


def apart(moved: Sequence[Moved]) -> tuple[list[Moved], list[Moved], list[Moved]]:
    """What says how good a model is, its speed and size, and what slices say, of which there may be hundreds.

    Each is a family of tests of its own. Where there is nothing but speed and size, they are the answer, or slices.
    """
    slices = [each for each in moved if is_of_slice(each.local)]
    whole = [each for each in moved if not is_of_slice(each.local)]
    good, beside = ([each for each in whole if is_beside(each.local) is way] for way in (False, True))
    first, *others = [*filter(None, (good, beside, slices))] or [good]
    return first, beside if beside in others else [], slices if slices in others else []


def lines(moved: Sequence[Moved]) -> Iterator[str]:
    """`speed and size: latency_p95[batch=1] 12.1 to 14.5 ms (1.20x, worse), …`, and why times do not compare."""
    found = [each for each in moved if is_beside(each.local) and _is_whole(each.local)]
    if found:
        first = sorted(found, key=lambda each: each.outcome == "undecided")[:MOST_SHOWN]
        more = f", and {len(found) - len(first)} more" if len(found) > len(first) else ""
        yield f"speed and size: {', '.join(map(_in_words, first))}{more}"
    yield from dict.fromkeys(each.change.score.doubt for each in found if each.change.score.doubt)


def of_slices(moved: Sequence[Moved], alpha: float) -> Iterator[str]:
    """`by slice: of 240 scores 2 worse, 1 better, by Holm's correction among them: accuracy[slice=r:zoo] -0.062`."""
    if not moved:
        return
    sure = [each for each in moved if each.p_holm is not None and each.p_holm <= alpha]
    counts = [f"{sum(each.outcome == word for each in sure)} {word}" for word in ("worse", "better")]
    first = sorted(sure, key=lambda each: (each.outcome != "worse", each.p_holm))[:SLICES_SHOWN]
    named = ", ".join(f"{each.address} {each.change.difference:+.3f}" for each in first)
    how = f"{', '.join(counts)}, by Holm's correction among them"
    yield f"by slice: of {len(moved)} scores {how}{': ' * bool(named)}{named}"


def _is_whole(local: str) -> bool:
    name, keys = parse_local(local)
    return name in SHOWN and not keys.keys() & NARROWED


def _in_words(moved: Moved) -> str:
    old, new = moved.change.old, moved.change.new
    times = f"{new / old:.2f}x, " if old else ""
    return f"{moved.local} {old:.3g} to {new:.3g} {UNITS[parse_local(moved.local)[0]]} ({times}{moved.outcome})"
