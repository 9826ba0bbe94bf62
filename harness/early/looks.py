"""When a task that may end early is looked at: after so many samples of their order, in whatever batches they came."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

FEWEST = 32
"""Samples between two looks: fewer would leave batches empty."""

GROWTH = 8
"""The next look comes after an eighth more samples, which is what looking late costs at most."""

Spans: TypeAlias = Mapping[str, tuple[int, int | None]]
"""The places of the samples that each task of a wave runs on; a task that is not in it does not run."""


def next_look(at: int, planned: int) -> int:
    """How many samples the next look comes after."""
    return min(planned, at + max(FEWEST, at // GROWTH))


def waves(
    others: Iterable[str], planned: Mapping[str, int], is_decided: Callable[[str, int], bool], ends: dict[str, int]
) -> Iterator[Spans]:
    """What to run, wave by wave: all of the others at once, of the `planned` tasks as many samples as to the next look.

    `ends` receives how many samples each of these had when its gates were decided, or when there were no more.
    """
    at = dict.fromkeys(planned, 0)
    spans: dict[str, tuple[int, int | None]] = dict.fromkeys(others, (0, None))
    while at or spans:
        upto = {title: next_look(begun, planned[title]) for title, begun in at.items()}
        yield spans | {title: (begun, upto[title]) for title, begun in at.items()}
        spans = {}
        ends |= {title: end for title, end in upto.items() if end >= planned[title] or is_decided(title, end)}
        at = {title: end for title, end in upto.items() if title not in ends}
