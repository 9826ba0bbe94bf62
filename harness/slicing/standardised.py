"""Whether the mix of classes explains a gap between slices, as in Simpson's paradox (Simpson 1951, JRSS B 13).

By direct standardisation (Keiding & Clayton 2014, Statistical Science 29): the mean of each slice were its classes
mixed as in all slices together. Where that leaves little of a gap, or turns it, the slices differ in what they contain
and not in how well the model does on it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

EXPLAINED = 0.5
"""The share of a gap that has to be left before nothing is remarked."""

SMALL = 0.01
"""A gap that nobody asks about."""


def standardised(
    outcomes: Mapping[str, float], values: Mapping[str, str], truth: Mapping[str, object], slices: tuple[str, str]
) -> tuple[float, float] | None:
    """The mean outcome of two slices, their classes mixed alike; None where a class is missing in one of them.

    `outcomes`, `values` and `truth` are by sample. The mix is that of both slices together.
    """
    of_slice: dict[str, dict[object, list[float]]] = {value: defaultdict(list) for value in slices}
    for sample, outcome in outcomes.items():
        if (value := values.get(sample)) in of_slice and sample in truth:
            of_slice[value][truth[sample]].append(outcome)
    first, second = of_slice.values()
    if first.keys() != second.keys() or len(first) < 2:
        return None
    mix = Counter({each: len(first[each]) + len(second[each]) for each in first})
    one, other = (
        sum(mix[each] * sum(some[each]) / len(some[each]) for each in mix) / mix.total() for some in (first, second)
    )
    return one, other


def explanation(
    outcomes: Mapping[str, float], values: Mapping[str, str], truth: Mapping[str, object], slices: tuple[str, str]
) -> str:
    """What to remark on the gap between two slices, the one of more first; empty where its mix explains little."""
    rows = [[each for sample, each in outcomes.items() if values.get(sample) == value] for value in slices]
    if not all(rows):
        return ""
    raw = sum(rows[0]) / len(rows[0]) - sum(rows[1]) / len(rows[1])
    found = standardised(outcomes, values, truth, slices)
    if found is None or abs(raw) < SMALL or (left := found[0] - found[1]) >= EXPLAINED * raw:
        return ""
    how = "turns it round" if left < -SMALL else "explains it"
    return f"the mix of classes {how}: {left:.3g} is left of {raw:.3g} with the classes mixed alike"
