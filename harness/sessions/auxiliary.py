"""Typed questions to a suite's other models, its `models`: a sentence encoder, a masked language model."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from harness.errors import AnswerError
from harness.types import Answers, Array, Question, Session


@dataclass(frozen=True, slots=True)
class Filling:
    """Words for the mask of a text, the most probable first, and the natural logarithm of each one's probability.

    The probabilities are those among all that the model knows, so they sum to less than 1. `Filling.MASK` stands in
    the text for the word that is asked for, whatever the model's own mask is called.
    """

    MASK: ClassVar[str] = "[MASK]"

    words: list[str]
    log_probabilities: list[float]


def embed(texts: Sequence[str], model: str) -> Session[Array]:
    """Ask for the embedding of each text: `(n, d)`, finite, in the model's own scale.

    Raises AnswerError when the model answers anything else, TypeError for a single text.
    """
    answers = yield _question("embed", texts, model, {})
    return _rows(answers, texts, model, "finite numbers, (n, d)", dimensions=2)


def fill(texts: Sequence[str], model: str, top: int = 10) -> Session[list[Filling]]:
    """Ask for the `top` words that fit best where Filling.MASK stands in each text, given all of it.

    Pieces of words and special tokens are left out; a model that knows fewer words answers those. The adapter answers
    `(n, 2, top)`: the places of words among its labels, and their log probabilities. Raises ValueError where a text
    has not one mask, AnswerError when the model answers anything else, TypeError for a single text.
    """
    if top < 1:
        raise ValueError(f"fill expects to ask for one word or more, but got top={top}")
    question = _question("fill", texts, model, {"top": top})
    for text in texts:
        if (count := text.count(Filling.MASK)) != 1:
            raise ValueError(f"fill expects one {Filling.MASK} in each text, but got {count} in {reprlib.repr(text)}")
    answers = yield question
    expected = f"places of words and log probabilities, (n, 2, {top})"
    rows = _rows(answers, texts, model, expected, dimensions=3)
    words = answers.labels if isinstance(answers, Answers) else ()
    if rows.size and (rows.shape[1] != 2 or rows[:, 0].min() < 0 or rows[:, 0].max() >= len(words)):
        raise _refusal(answers, model, expected, f"shape {rows.shape}, the model has {len(words)} labels")
    return [Filling([words[int(at)] for at in places], scores.tolist()) for places, scores in rows]


def _question(kind: str, texts: Sequence[str], model: str, options: dict[str, object]) -> Question:
    if isinstance(texts, str):
        raise TypeError(f"{kind} expects a list of texts, but got {reprlib.repr(texts)}: write {kind}([text], ...)")
    return Question(kind, tuple(texts), model, options)


def _rows(answers: Sequence[object], texts: Sequence[str], model: str, expected: str, dimensions: int) -> Array:
    """The answers as an array with one row per text; raises AnswerError when they are none."""
    if not texts:
        return np.empty((0,) * dimensions)
    try:
        array = np.asarray(answers, dtype=np.float64)
    except (ValueError, TypeError, RuntimeError) as error:  # the last is a tensor that requires grad
        raise _refusal(answers, model, expected, str(error)) from None
    if array.ndim != dimensions or len(array) != len(texts):
        raise _refusal(answers, model, expected, f"shape {array.shape} for {len(texts)} texts")
    if not np.isfinite(array).all():
        raise _refusal(answers, model, expected, "not all of them are finite")
    return array


def _refusal(answers: Sequence[object], model: str, expected: str, why: str) -> AnswerError:
    name = answers.model if isinstance(answers, Answers) else model
    return AnswerError(f"model {name!r} answered {reprlib.repr(list(answers))}: expected {expected} ({why})")
