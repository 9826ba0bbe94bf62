"""LIME for texts: a linear model of what the words of one text do to the answer around it.

Ribeiro, Singh & Guestrin (2016), "Why Should I Trust You?": Explaining the predictions of any classifier, section 3.
As in the authors' library (lime 0.2.0.1): a number of words, evenly drawn, is missing from each text asked; texts weigh
by an exponential kernel on 100 times the cosine distance of what they keep; the model is a ridge regression with
penalty 1, where the paper has K-Lasso; few words are chosen one by one, more by their weights in a ridge regression
with penalty 0.01. The draws are the library's, number by number, so weights agree with it to rounding.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Annotated, TypeAlias

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, Field

from harness import Attribution, Positive, Sample, Session, predict

Array: TypeAlias = npt.NDArray[np.float64]
Masks: TypeAlias = npt.NDArray[np.bool_]

UNKNOWN_WORD = "UNKWORDZ"
CHOSEN_ONE_BY_ONE = 6
"""Words up to which each is the one that adds most to those before it; the library's rule `auto`."""


def _no_groups(expression: str) -> str:
    """The expression; raises ValueError for what is no regular expression, or has a group, which would repeat texts."""
    try:
        groups = _splitter(expression).groups
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"{expression!r} is no regular expression: {error}") from error
    if groups > 1:
        raise ValueError(f"{expression!r} has a capturing group: write (?:...) instead of (...)")
    return expression


def lime(
    sample: Sample[str],
    rng: Random,
    *,
    num_samples: Annotated[int, Field(ge=2)] = 1000,
    num_features: Positive | None = None,
    kernel_width: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 25,
    split_expression: Annotated[str, AfterValidator(_no_groups)] = r"\W+",
    bow: bool = True,
    mask_string: str | None = None,
) -> Session[Attribution]:
    r"""A linear model of the predicted class around the text (Ribeiro et al. 2016, "Why Should I Trust You?").

    A word weighs what its presence adds to the class's probability (to the number predicted, in regression)
    among `num_samples` texts in which random words are missing, near ones counting more (`kernel_width`, on a
    cosine distance of 0..100). The library asks 5000; here it is 1000, for each is a question to the model and
    nothing costs a suite more. `num_features` keeps only so many words, the others weighing 0; all by default where
    the library keeps 10, since weights of 0 rank no word (6 or fewer are chosen one by one).

    With `bow` a word has one weight wherever it stands, shared equally among its places; without, each place
    has its own and a missing word leaves `mask_string` (UNKWORDZ). A unit is a word with what follows it up to the
    next; `split_expression` is a regular expression of what separates words (`(?:...)` groups only). Parameters have
    the library's names, its answers are those of `lime_library`.
    """
    rng.getrandbits(32)  # what a library's own generators are seeded with: the next one is that of its masks
    seed, words = rng.getrandbits(32), _words(sample.input, split_expression, bow=bow)
    if not words.places:
        [row] = yield from predict([sample.input])
        return Attribution([sample.input] if sample.input else [], [0.0] if sample.input else [], row.label)
    kept = _masks(len(words.places), num_samples, np.random.RandomState(seed))
    left = "" if bow else UNKNOWN_WORD if mask_string is None else mask_string
    rows = yield from predict([words.keeping(mask, left) for mask in kept])
    label, near = rows[0].label, _nearness(kept, kernel_width)
    answers = np.asarray(rows.array, dtype=np.float64)[:, label]
    return Attribution(*words.units(_weights(kept, answers, near, num_features)), label)


def _splitter(expression: str) -> re.Pattern[str]:
    return re.compile(f"({expression})|$")


@dataclass(frozen=True)
class _Words:
    """A text cut into words and what separates them, and the places of each word among these tokens."""

    tokens: list[str]
    places: list[list[int]]

    def keeping(self, mask: Masks, left: str) -> str:
        """The text without the words that a mask `(words,)` does not keep, `left` in their places."""
        gone = {place for word in np.flatnonzero(~mask) for place in self.places[word]}
        return "".join(left if at in gone else token for at, token in enumerate(self.tokens)) if gone else self.text

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.tokens)

    def units(self, weights: Sequence[float]) -> tuple[list[str], list[float]]:
        """Units, each a word and the separators after it, with its share of the word's weight; any before have 0."""
        shares = {
            place: weight / len(places) for places, weight in zip(self.places, weights, strict=True) for place in places
        }
        begins = sorted({0, *shares})
        ends = [*begins[1:], len(self.tokens)]
        units = ["".join(self.tokens[begin:end]) for begin, end in zip(begins, ends, strict=True)]
        return units, [shares.get(begin, 0.0) for begin in begins]


def _words(text: str, expression: str, *, bow: bool) -> _Words:
    splitter = _splitter(expression)
    tokens = [token for token in splitter.split(text) if token]
    places: dict[object, list[int]] = {}
    for at, token in enumerate(tokens):
        if not splitter.match(token):
            places.setdefault(token if bow else at, []).append(at)
    return _Words(tokens, list(places.values()))


def _masks(words: int, count: int, state: np.random.RandomState) -> Masks:
    """Which words each text keeps, `(count, words)`; the first keeps all, each other loses one at least."""
    kept = np.ones((count, words), np.bool_)
    for mask, missing in zip(kept[1:], state.randint(1, words + 1, count - 1), strict=True):
        mask[state.choice(words, missing, replace=False)] = False
    return kept


def _nearness(kept: Masks, kernel_width: float) -> Array:
    """How much each text counts, in 0..1, `(count,)`."""
    distances = 100 * (1 - np.sqrt(kept.mean(axis=1)))
    return np.asarray(np.exp(-((distances / kernel_width) ** 2) / 2))


def _weights(kept: Masks, answers: Array, near: Array, most: int | None) -> list[float]:
    """The weight of each word `(words,)`, of `most` words only."""
    columns = (kept - np.average(kept, axis=0, weights=near)) * np.sqrt(near)[:, np.newaxis]
    target = (answers - np.average(answers, weights=near)) * np.sqrt(near)
    if most is None:
        chosen = np.arange(kept.shape[1])
    elif most <= CHOSEN_ONE_BY_ONE:
        chosen = _one_by_one(columns, target, most)
    else:
        chosen = np.argsort(-np.abs(_ridge(columns, target, 0.01)), kind="stable")[:most]
    weights = np.zeros(kept.shape[1])
    weights[chosen] = _ridge(columns[:, chosen], target, 1.0)
    return [float(weight) for weight in weights]


def _ridge(columns: Array, target: Array, penalty: float) -> Array:
    """The coefficients of a ridge regression (Hoerl & Kennard 1970) of centred data, by whichever system is smaller."""
    rows, count = columns.shape
    if count > rows:
        return np.asarray(columns.T @ np.linalg.solve(columns @ columns.T + penalty * np.eye(rows), target))
    return np.asarray(np.linalg.solve(columns.T @ columns + penalty * np.eye(count), columns.T @ target))


def _one_by_one(columns: Array, target: Array, most: int) -> npt.NDArray[np.intp]:
    """Forward selection: the column that explains most of what the ones before it leave, so many times."""
    others, left, chosen = columns.copy(), target.copy(), np.zeros(0, np.intp)
    scale = np.square(columns).sum(axis=0)
    for _ in range(min(most, columns.shape[1])):
        lengths = np.square(others).sum(axis=0)
        free = lengths > 1e-12 * scale
        gains = np.divide(np.square(left @ others), lengths, out=np.zeros(len(lengths)), where=free)
        gains[chosen] = -1
        best = int(gains.argmax())
        chosen = np.append(chosen, best)
        if free[best]:
            axis = others[:, best] / lengths[best] ** 0.5
            left = left - axis * (axis @ left)
            others = others - np.outer(axis, axis @ others)
    return chosen
