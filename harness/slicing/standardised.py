"""Whether the mix of classes explains a gap between slices, as in Simpson's paradox (Simpson 1951, JRSS B 13).

By direct standardisation (Keiding & Clayton 2014, Statistical Science 29): the mean of each slice were its classes
mixed as in all slices together. Where that leaves little of a gap, or turns it, the slices differ in what they contain
and not in how well the model does on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from harness.types import Array

EXPLAINED = 0.5
"""The share of a gap that has to be left before nothing is remarked."""

SMALL = 0.01
"""A gap that nobody asks about."""

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Mixes:
    """Outcomes by score and by sample, and what is true of the samples: made ready once for the slices of all names."""

    outcomes: Mapping[str, Mapping[str, float]]
    truth: Mapping[str, object]

    def of(self, values: Mapping[str, str]) -> MixesOfSlices:
        """The same by slice: `values` are the samples' own."""
        names: dict[object, int] = {}
        return MixesOfSlices(self, _codes(self._places, values, names), names)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        places: dict[str, int] = {}
        for some in self.outcomes.values():
            for sample in some:
                places.setdefault(sample, len(places))
        return places

    @cached_property
    def classes(self) -> tuple[Codes, int]:
        """The class of each sample, by its code, and how many there are: the code of one that is not known."""
        known: dict[object, int] = {}
        codes = _codes(self._places, self.truth, known)
        return np.where(codes < 0, len(known), codes), len(known)

    @cached_property
    def rows(self) -> Mapping[str, tuple[Codes, Array]]:
        """For each score the places of its samples, and their outcomes."""
        return {
            at: (
                np.fromiter(map(self._places.__getitem__, some), np.intp, len(some)),
                np.fromiter(some.values(), np.float64, len(some)),
            )
            for at, some in self.outcomes.items()
        }


@dataclass(frozen=True)
class MixesOfSlices:
    """Outcomes by the slices of one name: the code of each sample's slice, -1 where it is in none."""

    mixes: Mixes
    codes: Codes
    names: Mapping[object, int]

    def explanation(self, at: str, slices: tuple[str, str]) -> str:
        """What to remark on a score's gap between two slices, the one of more first.

        Empty where the mix of classes explains little, or there are no outcomes.
        """
        counts, sums = self._cells(at, slices)
        if not counts.any(axis=1).all():
            return ""
        first, second = sums.sum(axis=1) / counts.sum(axis=1)
        found, raw = self.standardised(at, slices), float(first - second)
        if found is None or abs(raw) < SMALL or (left := found[0] - found[1]) >= EXPLAINED * raw:
            return ""
        how = "turns it round" if left < -SMALL else "explains it"
        return f"the mix of classes {how}: {left:.3g} is left of {raw:.3g} with the classes mixed alike"

    def standardised(self, at: str, slices: tuple[str, str]) -> tuple[float, float] | None:
        """The mean outcome of two slices, their classes mixed alike; None where a class is missing in one of them.

        The mix is that of both slices together.
        """
        counts, sums = (each[:, :-1] for each in self._cells(at, slices))
        there = counts.any(axis=0)
        counts, sums = counts[:, there], sums[:, there]
        if counts.shape[1] < 2 or not counts.all():
            return None
        one, other = (sums / counts) @ counts.sum(axis=0) / counts.sum()
        return float(one), float(other)

    def _cells(self, at: str, slices: tuple[str, str]) -> tuple[Array, Array]:
        """Samples and summed outcomes of two slices by class, `(2, classes + 1)`: the last are of no known class."""
        if at not in self.mixes.rows:
            return np.zeros((2, 1)), np.zeros((2, 1))
        (places, outcomes), (classes, known) = self.mixes.rows[at], self.mixes.classes
        found = []
        for each in slices:
            its = np.flatnonzero(self.codes[places] == self.names.get(each, len(self.names)))
            counted = classes[places[its]]
            found.append([np.bincount(counted, minlength=known + 1),
                          np.bincount(counted, weights=outcomes[its], minlength=known + 1)])  # fmt: skip
        counts, sums = np.array(found, np.float64).swapaxes(0, 1)
        return counts, sums


def _codes(places: Mapping[str, int], values: Mapping[str, object], known: dict[object, int]) -> Codes:
    """The code of each sample's value, in the order of the places; -1 without one. New values get the next codes."""
    none = object()
    found = (values.get(sample, none) for sample in places)
    return np.fromiter(
        (-1 if each is none else known.setdefault(each, len(known)) for each in found), np.intp, len(places)
    )
