"""Models that anybody has at once: the commonest class, and naive Bayes on the words of a text.

Fitted on the data a model was trained on, else the words on four fifths of a set for each fifth of it; the commonest
class is then that of the set itself.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Indices: TypeAlias = npt.NDArray[np.int64]
Array: TypeAlias = npt.NDArray[np.float64]

FOLDS = 5
"""Parts of a set that is its own train: each is answered by what was fitted on the others."""

SMOOTHING = 1.0
"""Laplace's: a word counts as seen once more in each class."""

_WORD = re.compile(r"\w\w+|[^\W\d_]")
_APART = str.maketrans({chr(code): " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")})
_NO_WORDS = frozenset("0123456789_")


class Words:
    """The words of some texts as numbers: `of` is the text and `word` the number of each, `count` how often."""

    def __init__(self, texts: Sequence[str], known: dict[str, int] | None = None) -> None:
        self.texts = len(texts)
        numbers = _Numbers() if known is None else known
        found, lengths = array("q"), array("q")
        for text in texts:
            words = _words(text)
            before = len(found)
            if known is None:
                found.extend(map(numbers.__getitem__, words))
            else:
                found.extend(at for at in map(known.get, words) if at is not None)
            lengths.append(len(found) - before)
        self.known = numbers
        self.word = np.array(found, np.int64)
        self.of = np.repeat(np.arange(self.texts), np.array(lengths, np.int64))


def _words(text: str) -> list[str]:
    """Runs of letters, digits and underscores of two or more, and single letters; of ASCII without the slow search."""
    if text.isascii():
        return [word for word in text.lower().translate(_APART).split() if word not in _NO_WORDS]
    return _WORD.findall(text.casefold())


class _Numbers(dict[str, int]):
    """A number for each word, the next one for a new word."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


def majority(labels: Indices, classes: int) -> int:
    """The commonest class, of a tie the first; -1 where no label is known."""
    counts = np.bincount(labels[labels >= 0], minlength=classes)
    return int(counts.argmax()) if counts.any() else -1


def bag_of_words(words: Words, labels: Indices, asked: Words, classes: int) -> Indices:
    """What multinomial naive Bayes, fitted on labelled texts, answers to others: `(n,)` classes, -1 without a label."""
    counts, prior = _counts(words, labels, classes)
    return _answers(counts, prior, asked)


def bag_of_words_crossed(words: Words, labels: Indices, classes: int, folds: Indices) -> Indices:
    """The same for each part of the texts, fitted on the others."""
    found = np.full(words.texts, -1, np.int64)
    for fold in range(FOLDS):
        here = folds == fold
        counts, prior = _counts(words, np.where(here, -1, labels), classes)
        asked = Words([])
        inside = here[words.of]
        asked.word, asked.of, asked.texts = words.word[inside], words.of[inside], words.texts
        found[here] = _answers(counts, prior, asked)[here]
    return found


def _counts(words: Words, labels: Indices, classes: int) -> tuple[Array, Array]:
    """How often each class has each word `(classes, words)`, and how many texts are of each."""
    known = labels[words.of] >= 0
    size = max(1, len(words.known))
    cells = labels[words.of[known]] * size + words.word[known]
    counts = np.bincount(cells, minlength=classes * size).reshape(classes, size).astype(np.float64)
    return counts, np.bincount(labels[labels >= 0], minlength=classes).astype(np.float64)


def _answers(counts: Array, prior: Array, asked: Words) -> Indices:
    if not prior.any():
        return np.full(asked.texts, -1, np.int64)
    best, found = np.full(asked.texts, -np.inf), np.zeros(asked.texts, np.int64)
    for at, row in enumerate(counts):
        if not prior[at]:
            continue
        weights = np.log((row + SMOOTHING) / (row.sum() + SMOOTHING * len(row)))
        sums = np.bincount(asked.of, weights[asked.word], minlength=asked.texts) + np.log(prior[at] / prior.sum())
        found[sums > best], best = at, np.maximum(sums, best)
    return found


def folds_of(keys: Sequence[str]) -> Indices:
    """The part of each sample, by the order in which inputs first occur: equal ones are in one part."""
    number: dict[str, int] = {}
    return np.array([number.setdefault(key, len(number)) % FOLDS for key in keys], np.int64)
