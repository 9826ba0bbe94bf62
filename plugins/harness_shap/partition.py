"""SHAP's partition explainer on one text: its masker and explainer keep the text, so each sample has its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from harness import Ask, Attribution, Sample, UserError, predict
from harness.models import Connection

Split: TypeAlias = Any
"""The splitter of SHAP's text masker: `split(text, return_offsets_mapping=True)`, a tokenizer or like one."""

WORD_SEPARATOR = r"\W+"
"""The separator of units where the model has no tokenizer: SHAP's own default."""

MAX_UNITS = 4096
"""SHAP builds its tree of n units in n * n steps of Python: 44 s for these, measured on one core."""


LONE = re.compile("[\ud800-\udfff]")
"""Surrogates, which stand alone in a Python string: a fast tokenizer refuses them."""


class Shortened:
    """A model's tokenizer for any text: what the model never sees gets no value and costs no time.

    It stops at the model's limit, 0 for none; lone surrogates are U+FFFD to it, which leaves every place where it is.
    """

    def __init__(self, tokenizer: Any, limit: int) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.verbose = False  # SHAP looks for a separator token at every mask: no word about its absence
        self._options = {"truncation": True, "max_length": limit} if limit else {}

    def __call__(self, text: str, **options: Any) -> Any:
        return self._tokenizer(LONE.sub("\ufffd", text), **self._options, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tokenizer, name)


def splitter(model: Connection, masker: str) -> Split:
    """The splitter of texts into units, tried once, and SHAP's machine code with it (20 seconds).

    Raises UserError for a malformed regular expression and for a tokenizer without offsets.
    """
    if masker == "tokenizer" and model.tokenizer:
        split: Split = Shortened(model.tokenizer(), model.limit or 0)
    else:
        split = _regex(WORD_SEPARATOR if masker == "tokenizer" else masker)
    _rehearse(split)
    return split


def _regex(pattern: str) -> Split:
    from shap.maskers._text import SimpleTokenizer

    try:
        return SimpleTokenizer(pattern)
    except re.error as error:
        raise UserError(f"explainer 'shap': the masker {pattern!r} is no regular expression: {error}") from error


def _rehearse(split: Split) -> None:
    """Explain a sentence with a made-up model: what SHAP cannot split shows, and what it compiles is compiled."""
    sentence = "a short text"
    try:
        _spans(split, sentence)
        _values(lambda texts: np.array([[0.5, 0.5] for _ in texts]), split, sentence, max_evals=10)
    except (AssertionError, KeyError, NotImplementedError, TypeError) as error:
        raise UserError(
            f"explainer 'shap' cannot split with this model's tokenizer ({type(error).__name__}: {error}): "
            f"name what separates units instead, as in `shap:{WORD_SEPARATOR}`"
        ) from error


def procedure(split: Split, max_evals: int) -> Callable[..., Attribution]:
    """The procedure on one sample."""

    def run(ask: Ask, sample: Sample[Any], rng: Random) -> Attribution:
        text = sample.input
        if not isinstance(text, str):
            raise TypeError(f"SHAP's text masker explains texts, but got {text!r}")

        def probabilities(texts: Sequence[object]) -> npt.NDArray[np.float64]:
            return np.asarray(ask(predict([str(each) for each in texts])).array)

        label = ask(predict([text]))[0].label
        spans = _spans(split, text)
        values = _values(probabilities, split, text, max_evals)[:, label] if spans else np.empty(0)
        units, weights = _joined(text, spans, values.tolist())
        return Attribution(units, weights, label)

    return run


def _values(
    probabilities: Callable[[Sequence[object]], npt.NDArray[np.float64]], split: Split, text: str, max_evals: int
) -> npt.NDArray[np.float64]:
    """The values of every unit and class, `(units, classes)`."""
    from shap.explainers import PartitionExplainer
    from shap.maskers import Text

    masker = Text(split)
    [(units,)] = masker.mask_shapes(text)
    if units > MAX_UNITS:
        raise ValueError(f"SHAP's tree takes time quadratic in the units: expected at most {MAX_UNITS}, got {units}")
    if units == 1:  # no tree, over which SHAP stumbles: the one unit has all there is
        masked = [each for kept in (False, True) for each in masker(np.array([kept]), text)[0]]
        return np.diff(probabilities(masked), axis=0)
    explanation: Any = PartitionExplainer(probabilities, masker)([text], max_evals=max_evals, silent=True)
    return np.asarray(explanation.values[0], dtype=np.float64)


def _spans(split: Split, text: str) -> list[tuple[int, int]]:
    """The start and end of each unit: a token and what follows it up to the next, as SHAP's masker cuts.

    Unlike SHAP's, they never overlap where several tokens stand for one character.
    """
    offsets = [(0, 0) if each is None else each for each in split(text, return_offsets_mapping=True)["offset_mapping"]]
    spans, at = [], 0
    for (_, end), (following, _) in zip(offsets, [*offsets[1:], (0, 0)], strict=False):
        spans.append((at, max(at, end, following)))
        at = spans[-1][1]
    return spans


def _joined(text: str, spans: Sequence[tuple[int, int]], values: Sequence[float]) -> tuple[list[str], list[float]]:
    """Units that join to the text, and their weights.

    SHAP drops what follows its last token: white space joins the last unit, anything else (punctuation that a
    regular expression separates, tokens beyond the limit) is a unit of weight 0. Special tokens have no text:
    an empty unit stands for one that SHAP gave a value, so that the weights keep their sum.
    """
    found = [(text[start:end], value) for (start, end), value in zip(spans, values, strict=True)]
    found = [(unit, value) for unit, value in found if unit or value]
    rest = text[spans[-1][1] :] if spans else text
    last = max((at for at, (unit, _) in enumerate(found) if unit), default=None)
    if last is not None and rest.isspace():
        found[last] = (found[last][0] + rest, found[last][1])
    elif rest:
        found.append((rest, 0.0))
    return [unit for unit, _ in found], [value for _, value in found]
