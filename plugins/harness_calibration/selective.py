"""What is right among the surest: risk by coverage, the area under it, and what a threshold of confidence reaches.

A sample is accepted where the model is sure enough of it. Coverage is the share of samples accepted, risk the share of
those that is wrong (El-Yaniv & Wiener 2010; Geifman & El-Yaniv 2017, Selective classification for deep neural
networks). Samples that are equally sure have no order: their risk is the mean over every order of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from harness_calibration.strangers import exact

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

GRID = 400
"""Coverages whose risk is bounded at most: each takes a fraction of a millisecond."""


@dataclass(frozen=True)
class Ranked:
    """Samples by confidence, the surest first: whether each is wrong, both `(n,)` in any order."""

    confidence: Array
    wrong: Flags

    def __len__(self) -> int:
        return len(self.wrong)

    @cached_property
    def order(self) -> npt.NDArray[np.intp]:
        """The places of the samples, the surest first, `(n,)`."""
        return np.argsort(-self.confidence, kind="stable")

    @cached_property
    def ends(self) -> npt.NDArray[np.intp]:
        """How many samples each distinct confidence accepts, rising, `(distinct,)`."""
        falling = self.confidence[self.order]
        return np.flatnonzero(np.append(falling[1:] != falling[:-1], True)[: len(falling)]) + 1

    @cached_property
    def errors(self) -> Array:
        """The expected errors among the k surest samples, k from 0, `(n + 1,)`."""
        ends = np.append(0, self.ends)
        reached = np.append(0.0, np.cumsum(self.wrong[self.order], dtype=np.float64))[ends]
        return np.asarray(np.interp(np.arange(len(self) + 1), ends, reached), np.float64)

    @cached_property
    def risks(self) -> Array:
        """The risk among the k surest, k from 1, `(n,)`."""
        return self.errors[1:] / np.arange(1, len(self) + 1)

    @property
    def aurc(self) -> float:
        """The area under risk by coverage, in 0..1: the mean risk over all coverages (Geifman et al. 2019, eq. 2)."""
        return float(self.risks.mean())

    @property
    def excess_aurc(self) -> float:
        """The area less that of a model as often right which is surest where it is (Geifman et al. 2019, eq. 4)."""
        return self.aurc - least_aurc(float(self.wrong.mean()))

    @cached_property
    def aurc_by_sample(self) -> Array:
        """Numbers whose mean is the area and varies as it does, `(n,)` in the samples' order: its influence function.

        The area is the mean over samples j of R(j), the risk among those at least as sure. A sample adds its own R,
        and to that of each less sure j the excess of its error over R(j), divided by the share that j accepts.
        """
        n, risks = len(self), self.risks
        counts = np.arange(1, n + 1)
        shares, weighted = (np.cumsum(each[::-1])[::-1] for each in (1 / counts, risks / counts))
        of_group = np.searchsorted(self.ends, counts)  # which confidence each rank has
        sizes = np.diff(np.append(0, self.ends))
        starts = self.ends - sizes
        alike = [np.add.reduceat(each, starts)[of_group] / sizes[of_group] for each in (risks, shares, weighted)]
        found = np.empty(n)
        found[self.order] = alike[0] + self.wrong[self.order] * alike[1] - alike[2]
        return np.asarray(found + (self.aurc - found.mean()), np.float64)

    @cached_property
    def excess_by_sample(self) -> Array:
        """The same of the excess: the least area moves by -ln(1 - risk) for each more of risk."""
        risk = min(float(self.wrong.mean()), 1 - 1 / (2 * len(self)))
        return np.asarray(self.aurc_by_sample - least_aurc(risk) + np.log1p(-risk) * (self.wrong - risk), np.float64)

    def accepted(self, coverage: float) -> int:
        """How many samples a coverage accepts: the fewest that are this share or more."""
        return max(1, int(np.ceil(coverage * len(self) - 1e-9)))

    def accuracy_at(self, coverage: float) -> float:
        """The share right among the surest samples that are `coverage` of all."""
        return 1 - float(self.risks[self.accepted(coverage) - 1])

    def accuracy_bounds(self, coverage: float, confidence: float) -> tuple[float, float]:
        """One-sided bounds of that share: its exact ones and those of the threshold, by square-and-add.

        The threshold is a quantile, known to so many ranks about its own (its exact bounds are those of the share
        accepted); the accuracy there says what that does (Zou & Donner 2008, as Newcombe 1998, method 10).
        """
        if np.isnan(confidence):
            return confidence, confidence
        count, value = self.accepted(coverage), self.accuracy_at(coverage)
        low, high = exact(round(value * count), count, confidence)
        fewer, more = (self.accuracy_at(max(each, 1 / len(self))) for each in exact(count, len(self), confidence))
        below, above = max(0.0, value - more, value - fewer), max(0.0, fewer - value, more - value)
        return value - float(np.hypot(value - low, below)), value + float(np.hypot(high - value, above))

    def coverage_at(self, risk: float) -> float:
        """The largest share of samples that a threshold accepts with at most this risk; 0 where none does."""
        met = self.ends[self.risks[self.ends - 1] <= risk]
        return float(met[-1] / len(self)) if len(met) else 0.0

    def coverage_bounds(self, risk: float, confidence: float) -> tuple[float, float]:
        """One-sided bounds of that coverage: the largest whose risk is surely met, and the largest that may meet it.

        The exact bounds of the risk at the true coverage hold; of at most `GRID` coverages the nearest outside is
        taken. Where samples are equally sure there, the share of them is no more than a share: its exact bounds.
        """
        if np.isnan(confidence):
            return confidence, confidence
        places = np.unique(np.linspace(0, len(self.ends) - 1, GRID).round().astype(int))
        low, high, beyond = 0, 0, len(self)
        for at in places[::-1]:
            count = int(self.ends[at])
            least, most = exact(round(self.errors[count]), count, confidence)
            high = high or (beyond if least <= risk else 0)
            beyond = count
            if most <= risk:
                low = count
                break
        return self._share_of(low, confidence)[0], self._share_of(high or beyond, confidence)[1]

    def _share_of(self, count: int, confidence: float) -> tuple[float, float]:
        """The share that so many samples are, where others are as sure as the last of them with its bounds."""
        at = int(np.searchsorted(self.ends, count))
        alone = not count or self.ends[at] - (self.ends[at - 1] if at else 0) == 1
        return (count / len(self),) * 2 if alone or count == len(self) else exact(count, len(self), confidence)


def least_aurc(risk: float) -> float:
    """The area of a model with this share of errors which is less sure of each of them than of all else."""
    return risk + (1 - risk) * float(np.log1p(-risk)) if risk < 1 else 1.0
