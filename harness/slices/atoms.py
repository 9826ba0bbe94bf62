"""What may be stated of a sample in one phrase, `says 'refund'`, `words under 12`: what weak segments are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harness.slices.texts import COUNTERS, words

BETWEEN = "\n"
"""What stands between the phrases of a sample."""

MOST_WORDS = 200
"""Frequent words that are looked at."""

FREQUENT = 0.02, 0.5
"""The share of texts that have a frequent word: at least, for a segment of 30 samples, and at most."""

MOST_CATEGORIES = 30
QUARTILES = 0.25, 0.5, 0.75


def phrases(inputs: Sequence[Any]) -> list[str]:
    """The phrases that hold of each input, one a line: of texts, of pairs of texts, of rows; of others none."""
    if all(isinstance(value, str) for value in inputs):
        return _joined(_of_texts(list(inputs)))
    if not all(isinstance(value, Mapping) for value in inputs):
        return [""] * len(inputs)
    if all(isinstance(each, str) for value in inputs for each in value.values()):
        return _joined(_of_texts([BETWEEN.join(value.values()) for value in inputs]))
    found = [_of_column(str(name), [value.get(name) for value in inputs]) for name in inputs[0]]
    return _joined([[each for column in found for each in column[at]] for at in range(len(inputs))])


def _joined(every: Sequence[Sequence[str]]) -> list[str]:
    return [BETWEEN.join(each) for each in every]


def _of_texts(texts: list[str]) -> list[list[str]]:
    lengths = _of_numbers("words", [COUNTERS["words"](text) for text in texts])
    has = [
        [f"{'has' if COUNTERS[kind](text) else 'no'} {kind}" for kind in ("numbers", "entities", "negation")]
        for text in texts
    ]
    stated = [{word.lower() for word in words(text)} for text in texts]
    having = Counter(word for some in stated for word in some)
    least, most = (share * len(texts) for share in FREQUENT)
    known = {word for word, count in having.most_common(4 * MOST_WORDS) if least <= count <= most}
    known = set(sorted(known, key=lambda word: (-having[word], word))[:MOST_WORDS])
    says = [[f"says {word!r}" for word in sorted(some & known)] for some in stated]
    return [[*one, *other, *more] for one, other, more in zip(lengths, has, says, strict=True)]


def _of_column(name: str, values: Sequence[Any]) -> list[list[str]]:
    """Of numbers the quartiles, of few categories which it is."""
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return _of_numbers(name, values)
    return (
        [[f"{name} is {value}"] for value in values]
        if len({*map(str, values)}) <= MOST_CATEGORIES
        else [[]] * len(values)
    )


def _of_numbers(name: str, values: Sequence[float]) -> list[list[str]]:
    """Below and above each quartile: a tree's cuts."""
    numbers = np.array(values, dtype=np.float64)
    cuts = sorted({*np.quantile(numbers, QUARTILES).tolist()})
    return [
        [f"{name} {'under' if value < cut else 'from'} {cut:g}" for cut in cuts if numbers.min() < cut]
        for value in numbers.tolist()
    ]
