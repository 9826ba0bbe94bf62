"""The temperature that would mend how sure a model is: logits divided by one number (Guo et al. 2017, section 4.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

EPSILON = float(np.finfo(np.float64).eps)
"""Probabilities are kept this far from 0, as in the log loss."""

MOST = 100.0
"""The largest temperature that is looked for, and one over the least."""

HALVINGS = 34
"""Of a range of 9.2 of the logarithm: to 1e-9."""


@dataclass(frozen=True)
class FittedTemperature:
    """A temperature and, by sample, numbers whose mean is its logarithm and varies as it does, `(n,)`."""

    temperature: float
    logarithms: Array


def fitted_temperature(probabilities: Array, labels: npt.NDArray[np.intp]) -> FittedTemperature | None:
    """The temperature of the least log loss on these probabilities `(n, classes)`; None where none in range has it.

    The log loss is convex in one over the temperature, so its slope has one zero, found by bisection.
    """
    logits = np.log(np.clip(probabilities, EPSILON, 1.0))
    low, high = -np.log(MOST), np.log(MOST)
    if not _slopes(logits, labels, low).mean() < 0 < _slopes(logits, labels, high).mean():
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _slopes(logits, labels, middle).mean() < 0 else (low, middle)
    return _linearised(logits, labels, (low + high) / 2)


def at_temperature(probabilities: Array, temperature: float) -> Array:
    """The same probabilities `(n, classes)` with their logits divided by the temperature."""
    return _softmax(np.log(np.clip(probabilities, EPSILON, 1.0)) / temperature)


def _slopes(logits: Array, labels: npt.NDArray[np.intp], log_inverse: float) -> Array:
    """The slope of each row's log loss in one over the temperature, given the logarithm of that, `(n,)`."""
    expected = (_softmax(logits * np.exp(log_inverse)) * logits).sum(axis=1)
    return np.asarray(expected - logits[np.arange(len(labels)), labels], np.float64)


def _linearised(logits: Array, labels: npt.NDArray[np.intp], log_inverse: float) -> FittedTemperature:
    """Its influence function: the slope of each row over the curvature of the mean (Huber 1967)."""
    inverse = float(np.exp(log_inverse))
    chances = _softmax(logits * inverse)
    mean = (chances * logits).sum(axis=1)
    curvature = float(((chances * logits**2).sum(axis=1) - mean**2).mean())
    slopes = _slopes(logits, labels, log_inverse)
    moved = slopes / (inverse * curvature) if curvature > 0 else np.zeros(len(slopes))
    return FittedTemperature(1 / inverse, np.asarray(moved - moved.mean() - log_inverse, np.float64))


def _softmax(logits: Array) -> Array:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float64)
