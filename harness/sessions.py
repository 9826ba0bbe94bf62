"""The typed questions a session asks with `yield from`, and the checks of their answers."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence

import numpy as np

from harness.errors import AnswerError
from harness.types import Array, Probabilities, Question, Session

SUM_TOLERANCE = 1e-2
"""How far a row may sum from 1: bfloat16 has 8 bits of precision, so a softmax in it is off by up to 4e-3."""


class Answers(list[object]):
    """What the engine sends back: one answer a row, and the model's name and labels for the checks."""

    def __init__(self, rows: Sequence[object], model: str, labels: Sequence[str] = ()) -> None:
        super().__init__(rows)
        self.model = model
        self.labels = labels


def predict(inputs: Sequence[object], model: str = "") -> Session[Probabilities]:
    """Ask for the class probabilities of each input: `(n, classes)`, rows in 0..1 that sum to 1.

    Raises AnswerError when the model answers NaN, rows of different lengths or anything that is not a
    probability; the error names the model, the input and the value.
    """
    answers = yield Question("predict", tuple(inputs), model)
    if not isinstance(answers, Answers):
        answers = Answers(answers, model or "model")
    return Probabilities(_checked(answers, inputs))


def _checked(answers: Answers, inputs: Sequence[object]) -> Array:
    model, labels = answers.model, answers.labels
    if len(answers) != len(inputs):
        raise AnswerError(f"model {model!r} gave {len(answers)} answers to {len(inputs)} inputs: expected one each")
    array = _as_rows(answers, model)
    if labels and len(answers) and array.shape[1] != len(labels):
        raise AnswerError(
            f"model {model!r} answered {array.shape[1]} probabilities for {reprlib.repr(inputs[0])}: expected "
            f"{len(labels)}, one for each label ({', '.join(labels)})"
        )
    wrong = _not_probabilities(array)
    if wrong.any():
        _refuse(array, inputs, int(np.flatnonzero(wrong)[0]), model)
    return array


def _as_rows(answers: Sequence[object], model: str) -> Array:
    try:
        array = np.asarray(answers, dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise AnswerError(
            f"model {model!r} answered {reprlib.repr(list(answers))}: "
            f"expected rows of numbers of equal length ({error})"
        ) from error
    if not len(answers):
        return array.reshape(0, 0)
    if array.ndim != 2 or not array.shape[1]:
        raise AnswerError(f"model {model!r} answered with shape {array.shape}: expected (n, classes)")
    return array


def _not_probabilities(array: Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    with np.errstate(invalid="ignore"):
        fine = (array >= -SUM_TOLERANCE).all(axis=-1) & (abs(array.sum(axis=-1) - 1) <= SUM_TOLERANCE)
    return np.asarray(~fine)


def _refuse(array: Array, inputs: Sequence[object], row: int, model: str) -> None:
    hint = "" if np.isnan(array[row]).any() else " (if these are logits, give their softmax)"
    raise AnswerError(
        f"model {model!r} answered {array[row].tolist()} for {reprlib.repr(inputs[row])}: expected probabilities, "
        f"each in 0..1 and together 1{hint}"
    )
