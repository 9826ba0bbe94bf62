"""How far a property alone tells the label: found on one half of the samples, measured on the other."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Indices: TypeAlias = npt.NDArray[np.int64]

BINS = 10
"""Bins of a property, of as many samples each as ties allow."""

FEWEST = 30
"""Samples from which on halves say anything."""


class Informed(NamedTuple):
    """Informedness with its bounds, and the samples it rests on."""

    value: float
    low: float | None
    high: float | None
    n: int


def informedness(values: Array, labels: Indices, halves: Indices, confidence: float) -> Informed | None:
    """How much better than a guess a property tells the class: 0 for not at all, 1 for always; None of too few.

    The mean recall of the classes, from 1 / classes to 1 (Powers 2003, for two classes Youden's J). Each half is
    answered by what the other one says: the class of the largest share of a bin among its own. The bounds combine
    Wilson's of each recall (Zou & Donner 2008).
    """
    there = np.unique(labels)
    if len(labels) < FEWEST or len(there) < 2 or any(len(np.unique(labels[halves == half])) < 2 for half in (0, 1)):
        return None
    found = np.full(len(labels), -1, np.int64)
    for half in (0, 1):
        known = halves != half
        edges = np.unique(np.quantile(values[known], np.arange(1, BINS) / BINS))
        found[~known] = _answers(np.digitize(values, edges), labels, known)[~known]
    counts = np.array([(labels == at).sum() for at in there], np.float64)
    recalls = np.array([(found[labels == at] == at).mean() for at in there])
    mean, chance = float(recalls.mean()), 1 / len(there)
    scaled = (mean - chance) / (1 - chance)
    if math.isnan(confidence):
        return Informed(scaled, None, None, len(labels))
    low, high = _wilson(recalls, counts, NormalDist().inv_cdf(confidence))
    away = [math.sqrt(float((each**2).sum())) / len(there) / (1 - chance) for each in (recalls - low, high - recalls)]
    return Informed(scaled, max(-1.0, scaled - away[0]), min(1.0, scaled + away[1]), len(labels))


def _answers(bins: Indices, labels: Indices, known: npt.NDArray[np.bool_]) -> Indices:
    """For every sample the class whose share in its bin is largest, by the known ones."""
    classes = int(labels.max()) + 1
    counts = np.zeros((classes, BINS))
    np.add.at(counts, (labels[known], bins[known]), 1)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(shares.argmax(axis=0)[bins], np.int64)


def _wilson(shares: Array, n: Array, z: float) -> tuple[Array, Array]:
    centre = (shares + z * z / (2 * n)) / (1 + z * z / n)
    away = z / (1 + z * z / n) * np.sqrt(shares * (1 - shares) / n + z * z / (4 * n * n))
    return centre - away, centre + away
