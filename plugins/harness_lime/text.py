"""LIME on one text: the library's explainer, and its weights by word as weights of units that join to the text."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
from lime.lime_text import IndexedString, LimeTextExplainer

from harness import Ask, Attribution, Sample, UserError, predict


@dataclass(frozen=True, slots=True)
class LimeSettings:
    """The explainer's parameters, under the library's own names."""

    num_samples: int
    num_features: int | None
    kernel_width: float
    split_expression: str
    bow: bool
    mask_string: str | None

    def indexed(self, text: str) -> Any:
        """The text cut as LIME cuts it."""
        return IndexedString(text, self.split_expression, self.bow, self.mask_string)

    def explainer(self, seed: int) -> Any:
        """LIME's explainer: it keeps its random state, so each sample has its own."""
        return LimeTextExplainer(
            kernel_width=self.kernel_width,
            feature_selection="none" if self.num_features is None else "auto",
            split_expression=self.split_expression,
            bow=self.bow,
            mask_string=self.mask_string,
            random_state=seed,
        )


def check_expression(expression: str) -> None:
    """Raise UserError for what is no regular expression, or has a group, whose texts LIME would repeat."""
    title = f"explainer 'lime_library': the split_expression {expression!r}"
    try:
        groups = re.compile(f"({expression})|$").groups  # as LIME does
        re.compile(expression)
    except re.error as error:
        raise UserError(f"{title} is no regular expression: {error}") from error
    if groups > 1:
        raise UserError(
            f"{title} has a capturing group, which LIME would take for words: write (?:...) instead of (...)"
        )


def procedure(settings: LimeSettings) -> Callable[..., Attribution]:
    """The procedure on one sample."""

    def run(ask: Ask, sample: Sample[Any], rng: Random) -> Attribution:
        text = sample.input
        if not isinstance(text, str):
            raise TypeError(f"LIME's text explainer explains texts, but got {text!r}")
        label, seed = ask(predict([text]))[0].label, rng.getrandbits(32)
        indexed = settings.indexed(text) if text else None
        if indexed is None or not indexed.num_words():  # LIME draws from its words, and stumbles without
            return Attribution([text] if text else [], [0.0] if text else [], label)
        weights = _weights(settings, lambda texts: np.asarray(ask(predict(texts)).array), text, label, seed)
        return Attribution(*_joined(indexed.as_list, _by_place(indexed, weights)), label)

    return run


def _weights(
    settings: LimeSettings,
    predicted: Callable[[Sequence[str]], npt.NDArray[np.float64]],
    text: str,
    label: int,
    seed: int,
) -> dict[int, float]:
    """LIME's weight of every word that it kept, by the number LIME has for the word."""
    count = settings.indexed(text).num_words() if settings.num_features is None else settings.num_features
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fit over few samples is singular: LIME's feature selection lives with it
        found = settings.explainer(seed).explain_instance(
            text, predicted, labels=(label,), num_features=count, num_samples=settings.num_samples
        )
    return {int(word): float(weight) for word, weight in found.local_exp[label]}


def _by_place(indexed: Any, weights: dict[int, float]) -> dict[int, float]:
    """The weight at each place of a word among LIME's tokens; words that LIME dropped have 0."""
    shared: dict[int, float] = {}
    for word, places in enumerate(indexed.positions):
        each = np.atleast_1d(places).tolist()
        shared |= dict.fromkeys(each, weights.get(word, 0.0) / len(each))
    return shared


def _joined(tokens: Sequence[str], weights: dict[int, float]) -> tuple[list[str], list[float]]:
    """Units, each a word and the separators after it, and their weights; separators before the first have 0."""
    units: list[str] = []
    values: list[float] = []
    for at, token in enumerate(tokens):
        if at in weights or not units:
            units.append(token)
            values.append(weights.get(at, 0.0))
        else:
            units[-1] += token
    return units, values
