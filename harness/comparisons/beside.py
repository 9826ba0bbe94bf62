"""Speed and size: what a release asks of a model besides how good it is, shown on a line of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from harness.baselines.units import UNITS
from harness.scores.address import parse_local

if TYPE_CHECKING:
    from harness.comparisons.comparison import Moved

SHOWN = {"latency_p95", "throughput", "startup", "peak_memory", "peak_gpu_memory", "size"}
NARROWED = {"data", "length"}
MOST_SHOWN = 6


def is_beside(local: str) -> bool:
    """Whether a score, by its address in the task, is of speed or size."""
    return local.partition("[")[0] in UNITS  # a class may be called anything


def apart(moved: Sequence[Moved]) -> tuple[list[Moved], list[Moved]]:
    """What says how good a model is, and what stands beside it; where there is nothing but that, it is the answer."""
    good, beside = ([each for each in moved if is_beside(each.local) is way] for way in (False, True))
    return (good, beside) if good else (beside, [])


def lines(moved: Sequence[Moved]) -> Iterator[str]:
    """`speed and size: latency_p95[batch=1] 12.1 to 14.5 ms (1.20x, worse), …`, and why times do not compare."""
    found = [each for each in moved if is_beside(each.local) and _is_whole(each.local)]
    if found:
        first = sorted(found, key=lambda each: each.outcome == "undecided")[:MOST_SHOWN]
        more = f", and {len(found) - len(first)} more" if len(found) > len(first) else ""
        yield f"speed and size: {', '.join(map(_in_words, first))}{more}"
    yield from dict.fromkeys(each.change.score.doubt for each in found if each.change.score.doubt)


def _is_whole(local: str) -> bool:
    name, keys = parse_local(local)
    return name in SHOWN and not keys.keys() & NARROWED


def _in_words(moved: Moved) -> str:
    old, new = moved.change.old, moved.change.new
    times = f"{new / old:.2f}x, " if old else ""
    return f"{moved.local} {old:.3g} to {new:.3g} {UNITS[parse_local(moved.local)[0]]} ({times}{moved.outcome})"
