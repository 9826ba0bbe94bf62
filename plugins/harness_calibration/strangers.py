"""Samples that belong to no class of the model, apart from the others by how sure it is of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness import share

Array = npt.NDArray[np.float64]

KEPT = 0.95
"""The share of samples in scope that a threshold has to accept: 95 % (Hendrycks & Gimpel 2017; Liang et al. 2018)."""


@dataclass(frozen=True)
class Apart:
    """How sure the model is of samples in scope, `(m,)`, and of those out of it, `(k,)`."""

    inside: Array
    outside: Array

    def false_positive_rate(self, kept: float = KEPT) -> float:
        """The share out of scope that is accepted with so many of those in scope: FPR at 95 % TPR."""
        return self._accepted_with(np.ceil(kept * len(self.inside) - 1e-9))

    def bounds(self, confidence: float, kept: float = KEPT) -> tuple[float, float]:
        """One-sided bounds of it: exact ones of the share, and those of the threshold, by square-and-add.

        As of the accuracy at a coverage: the threshold is a quantile, known to so many ranks about its own.
        """
        value, m, k = self.false_positive_rate(kept), len(self.inside), len(self.outside)
        low, high = exact(round(value * k), k, confidence)
        fewer, more = (self._accepted_with(each * m) for each in exact(int(np.ceil(kept * m - 1e-9)), m, confidence))
        below, above = max(0.0, value - fewer), max(0.0, more - value)
        return value - float(np.hypot(value - low, below)), value + float(np.hypot(high - value, above))

    def _accepted_with(self, count: float) -> float:
        """The share out of scope that is as sure as the sample at this rank of those in scope, or surer."""
        if np.isnan(count):
            return float(count)
        least = np.sort(self.inside)[::-1][min(len(self.inside), max(1, int(np.ceil(count - 1e-9)))) - 1]
        return float((self.outside >= least).mean())


def exact(met: int, n: int, confidence: float) -> tuple[float, float]:
    """Clopper-Pearson's bounds of a share."""
    found = share("", met, n, confidence)
    assert found.low is not None
    assert found.high is not None
    return found.low, found.high
