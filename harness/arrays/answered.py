"""What a local model answers, as the harness reads it: the column of a value, of one of two classes, or of each."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.errors import AnswerError
from harness.types import Array, Output

TOLERANCE = 1e-3
"""The largest distance of a sum of probabilities from 1, in the half precision of some local files."""


def answers_of(answered: Any, rows: int, output: Output, *, logits: bool = False) -> Array:
    """The answers `(rows, columns)` in what a model gave for so many inputs, `(rows,)` or `(rows, columns)`.

    Of `logits` the softmax is taken, for labels and for one column the sigmoid. One column of probabilities is that of
    the second of two classes. Classes stay as they are. Raises AnswerError for another shape, and for what should be
    probabilities and is not.
    """
    found = np.asarray(answered)
    if found.ndim not in {1, 2} or len(found) != rows:
        raise AnswerError(f"expected an answer for each of {rows} inputs, but the model gave an array {found.shape}")
    if output == "classes":
        return found
    columns = found[:, np.newaxis] if found.ndim == 1 else found
    columns = columns if columns.dtype.kind == "f" else columns.astype(np.float64)
    if output == "value":
        return columns
    if output == "labels":
        return _sigmoid(columns) if logits else columns
    if columns.shape[1] == 1:
        second = _sigmoid(columns) if logits else columns
        columns = np.hstack([1 - second, second])
    elif logits:
        columns = _softmax(columns)
    return _probabilities(columns)


def _sigmoid(logits: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)))


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _probabilities(columns: Array) -> Array:
    """The same; an answer that is not finite is left to who checks answers one by one."""
    finite = columns[np.isfinite(columns).all(axis=1)]
    if len(finite) and (finite.min() < -TOLERANCE or np.abs(finite.sum(axis=1) - 1).max() > TOLERANCE):
        raise AnswerError(
            f"expected probabilities that sum to 1, but got {[round(float(each), 4) for each in finite[0]]}: "
            "where they are logits, set `logits: true`; where each label applies or does not, `output: labels`"
        )
    return columns
