"""The calibration error with its bias taken out: value, bounds and the test at a gate's bound are one thing.

The binned error is never below zero, so its expectation lies above the truth, and no resample of the rows sees that.
Here the truth is found by which errors would give what was seen: for a supposed error the gap of each bin is scaled
until they sum to it, labels are drawn anew, and the value is the error under which half of the draws exceed what was
seen. The lower bound is the error under which 5 % do, so a gate fails where its test at the bound rejects. The upper
bound is the percentile bootstrap's lower end, reflected at what was seen (Davison & Hinkley 1997, ch. 5.2).

Broecker & Smith (2007, Weather and Forecasting 22) draw labels for an error of 0 only; Kumar, Liang & Ma (2019)
take out the bias of the squared error.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from harness.statistics.draws import Indices
from harness.statistics.intervals import RESAMPLES, bootstrap_blocks
from harness.types import Array

DRAWS = 1000
"""Draws of labels for a supposed error."""

HALVINGS = 14
"""Halvings of the range that a supposed error lies in: to a ten-thousandth of it."""


def calibration_error(
    confidence: Array,
    right: Array,
    places: npt.NDArray[np.intp],
    level: float = 0.95,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> tuple[float, float, float]:
    """The error without its bias, and its bounds at `level`; of confidences, hits `(n,)` and the bin of each row."""
    gaps = right - confidence
    bins = Bins.of(confidence, gaps, places)
    value = bins.exceeded_by(0.5, seed)
    if np.isnan(level):
        return value, level, level
    low = bins.exceeded_by(1 - level, seed)

    def errors(rows: Indices) -> Array:
        return _errors(places.take(rows), gaps.take(rows))[:, np.newaxis]

    [found] = bootstrap_blocks(errors, len(right), confidence=level, seed=seed, resamples=resamples)
    high = max(0.0, 2 * bins.error - found[0]) if found else bins.error
    return min(value, high), min(low, value, high), high


def _errors(places: npt.NDArray[np.intp], gaps: Array) -> Array:
    """The binned error of each of some resamples `(some,)`, of the bins and gaps of their rows, `(some, rows)`."""
    some, bins = len(places), int(places.max()) + 1
    at = places + bins * np.arange(some)[:, np.newaxis]
    sums = np.bincount(at.ravel(), weights=gaps.ravel(), minlength=some * bins).reshape(some, bins)
    found = np.abs(sums).sum(axis=1)
    return np.asarray(found / places.shape[1])


@dataclass(frozen=True)
class Bins:
    """Rows, summed confidences and summed gaps (hit less confidence) of the bins that have rows, each `(bins,)`."""

    counts: npt.NDArray[np.intp]
    confidence: Array
    gaps: Array
    _known: dict[tuple[float, int], float] = field(default_factory=dict, init=False, compare=False)

    @classmethod
    def of(cls, confidence: Array, gaps: Array, places: npt.NDArray[np.intp]) -> Bins:
        """The bins of rows, each at its place."""
        counts = np.bincount(places)
        used = np.flatnonzero(counts)
        summed, gap = (_sums(places, each)[used] for each in (confidence, gaps))
        return cls(counts[used], summed, gap)

    @property
    def error(self) -> float:
        """The binned calibration error."""
        return float(np.abs(self.gaps).sum() / self.counts.sum())

    def exceeded_by(self, share: float, seed: int) -> float:
        """The least supposed error under which this share of drawn labels gives what was seen or more."""
        if self._exceeding(0.0, seed) >= share:
            return 0.0
        low, high = 0.0, self.error
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            low, high = (low, middle) if self._exceeding(middle, seed) >= share else (middle, high)
        return high

    def _exceeding(self, supposed: float, seed: int) -> float:
        if (supposed, seed) not in self._known:
            self._known[supposed, seed] = self._drawn_beyond(supposed, seed)
        return self._known[supposed, seed]

    def _drawn_beyond(self, supposed: float, seed: int) -> float:
        scale = supposed / self.error if self.error else 0.0
        chances = np.clip((self.confidence + self.gaps * scale) / self.counts, 0.0, 1.0)
        hits = np.random.default_rng(seed).binomial(self.counts, chances, (DRAWS, len(chances)))
        drawn = np.abs(hits - self.confidence).sum(axis=1) / self.counts.sum()
        return float((drawn >= self.error * (1 - 1e-12)).mean())


def _sums(places: npt.NDArray[np.intp], weights: Array) -> Array:
    return np.asarray(np.bincount(places, weights=weights), np.float64)
