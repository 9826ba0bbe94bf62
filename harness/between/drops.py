"""How far a model's loss from the first set of data to another one changed: `SCORE_drop[data=NAME]` of two models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.scores.address import local_address, parse_local
from harness.statistics.intervals import difference_bounds

if TYPE_CHECKING:
    from harness.baselines.differences import Changed

SUFFIX = "_drop"


def needed(address: str) -> Iterator[str]:
    """The scores on both sets that a drop between them is computed from; none for any other address."""
    name, keys = parse_local(address)
    if "data" in keys and name.endswith(SUFFIX):
        base = name.removesuffix(SUFFIX)
        yield local_address(base, {key: value for key, value in keys.items() if key != "data"})
        yield local_address(base, keys)


def drops(first: Mapping[str, Changed], other: Mapping[str, Changed], data: str) -> dict[str, Changed]:
    """The changes of all drops to a set of data, by address, from those of the scores on the first set and on it."""
    both = (at for at in other if at in first and "class" not in parse_local(at)[1])
    found = (_drop(first[at], other[at], data) for at in both)
    return {each.score.local: each for each in found}


def _drop(first: Changed, other: Changed, data: str) -> Changed:
    """The sets are independent, so the two paired differences are, and their bounds join by square-and-add."""
    one, two = ((each.difference, each.low, each.high) for each in (first, other))
    low, high = difference_bounds(one, two) or (None, None)
    score = replace(other.score, name=f"{other.score.name}{SUFFIX}", keys={**other.score.keys, "data": data},
                    doubt=first.score.doubt or other.score.doubt)  # fmt: skip
    return replace(
        other,
        score=score,
        old=first.old - other.old,
        new=first.new - other.new,
        difference=first.difference - other.difference,
        low=low,
        high=high,
        n=min(first.n, other.n),
        only_old=first.only_old + other.only_old,
        only_new=first.only_new + other.only_new,
        p=None,
        paired=first.paired and other.paired,
        note=first.note or other.note,
    )
