"""The bound of the worst of several shares of the same samples, corrected for their number.

A gate on the worst passes where every part's own bound passes, which needs no correction (Berger 1982). It may fail
only by a bound that is right for all parts that may be the worst together: the maximum of correlated normals with the
parts' own correlation (Romano & Wolf 2005), over the parts that are not clearly better than the worst one seen (Hansen
2005).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.statistics.intervals import normal_cdf
from harness.statistics.ratios import as_correlation
from harness.types import Array

DRAWS = 4000
CLEARLY = 3.0
"""Standard errors of the paired difference from which on a part is no candidate for the worst."""


def corrected_confidence(outcomes: Array, confidence: float = 0.95, seed: int = 0) -> float:
    """The confidence of each part's bound at which the worst's is right.

    `outcomes` `(n, parts)` are what is averaged, NaN where a part has no outcome of a sample; the worst part is that of
    the least mean.
    """
    if np.isnan(confidence):
        return confidence
    means, covariance = _means(outcomes)
    kept = _candidates(means, covariance)
    if kept.sum() < 2:
        return confidence
    largest = _normals(as_correlation(covariance[np.ix_(kept, kept)]), seed).max(axis=1)
    return max(confidence, normal_cdf(float(np.quantile(largest, confidence))))


def _means(outcomes: Array) -> tuple[Array, Array]:
    """The mean of each part over its own samples, and the covariance of these means."""
    there = ~np.isnan(outcomes)
    counts = there.sum(axis=0)
    means = np.where(there, outcomes, 0.0).sum(axis=0) / counts
    scaled = np.where(there, outcomes - means, 0.0) / counts
    return means, scaled.T @ scaled


def _candidates(means: Array, covariance: Array) -> npt.NDArray[np.bool_]:
    worst, variance = int(means.argmin()), covariance.diagonal()
    error = np.sqrt(np.maximum(variance + variance[worst] - 2 * covariance[worst], 0.0))
    return np.asarray(means - means[worst] <= CLEARLY * error)


def _normals(correlation: Array, seed: int) -> Array:
    """Draws of normals `(draws, parts)` with this correlation."""
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    return np.asarray(np.random.default_rng(seed).normal(size=(DRAWS, len(root))) @ root.T)
