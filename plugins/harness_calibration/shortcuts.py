"""Words that decide far beyond their relation to the label: found on one half of the samples, confirmed on the other.

A word is a shortcut to a class where samples with it that are not of the class are given it far more often than others
that are not of it, and the class is predicted of those with the word more often than it is true. That a word goes
together with a label makes none of it: among samples of another label it should decide nothing. The share among those
with the word is tested exactly (Clopper & Pearson 1934) against that among those without it. What is found with the
suite's confidence is tested again on the other half with Holm's correction (1979) for all that was found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harness_calibration.strangers import exact

Classes = npt.NDArray[np.intp]
Places = npt.NDArray[np.intp]

FEWEST = 8
"""Samples of a half that have a word, and are not of the class that it is a shortcut to."""

LEAST_EXCESS = 0.1
"""By how much the share that is wrongly given the class is above that of others, of what is far."""

MOST_TESTED = 200
"""Pairs of a word and a class that are tested again, those with the largest excess: of more none would be left."""


@dataclass(frozen=True)
class Shortcut:
    """A word and the class it decides for, on one half of the samples.

    `predicted` and `true` are the shares of that class among the `n` samples with the word. Of those `others` with it
    that are not of the class `wrongly` are given it; without the word `usual` is the share of such.
    """

    word: str
    label: int
    predicted: float
    true: float
    n: int
    wrongly: int
    others: int
    usual: float

    @property
    def excess(self) -> float:
        """By how much the share wrongly given the class is above the usual one; below zero of too few samples."""
        return self.wrongly / self.others - self.usual if self.others >= FEWEST else -1.0


@dataclass(frozen=True)
class Half:
    """One half of the samples: predicted and true class, `(n,)`, and where each word is."""

    predicted: Classes
    true: Classes
    places: Mapping[str, Places]

    @classmethod
    def of(cls, predicted: Classes, true: Classes, words: Sequence[Sequence[str]]) -> Half:
        """The samples with these words each."""
        found: dict[str, list[int]] = defaultdict(list)
        for at, some in enumerate(words):
            for word in some:
                found[word].append(at)
        often = {word: np.array(at, np.intp) for word, at in found.items() if FEWEST <= len(at) < len(words)}
        return cls(predicted, true, often)

    def seen(self, word: str, label: int) -> Shortcut:
        """What a word is to a class."""
        at = self.places[word]
        predicted, true = self.predicted == label, self.true == label
        wrongly, others = int((predicted & ~true)[at].sum()), int((~true)[at].sum())
        every, all_others = int((predicted & ~true).sum()), int((~true).sum())
        usual = (every - wrongly + 0.5) / (all_others - others + 1)
        return Shortcut(word, label, predicted[at].mean(), true[at].mean(), len(at), wrongly, others, usual)

    def holds(self, word: str, label: int, confidence: float) -> bool:
        """Whether the word is a shortcut to the class, at this confidence."""
        if word not in self.places:
            return False
        seen = self.seen(word, label)
        far = seen.excess >= LEAST_EXCESS and seen.predicted > seen.true
        return far and exact(seen.wrongly, seen.others, confidence)[0] > seen.usual


def confirmed(one: Half, other: Half, confidence: float) -> list[Shortcut]:
    """The shortcuts found on one half and confirmed on the other, as they are there; the largest excess first."""
    pairs = [(word, label) for word in one.places for label in np.unique(one.predicted[one.places[word]]).tolist()]
    found = [pair for pair in pairs if one.holds(*pair, confidence)]
    found.sort(key=lambda pair: -one.seen(*pair).excess)
    left = [pair for pair in found[:MOST_TESTED] if pair[0] in other.places]
    family, rejected = len(left), list[tuple[str, int]]()
    while left:
        level = 1 - (1 - confidence) / (family - len(rejected))
        more = [pair for pair in left if other.holds(*pair, level)]
        if not more:
            break
        rejected += more
        left = [pair for pair in left if pair not in more]
    return sorted((other.seen(*pair) for pair in rejected), key=lambda each: -each.excess)


def misled(half: Half, found: Sequence[Shortcut]) -> npt.NDArray[np.bool_]:
    """Whether each sample has a shortcut and is wrongly given its class, `(n,)`."""
    wrongly = np.zeros(len(half.true), np.bool_)
    for each in found:
        at = half.places[each.word]
        wrongly[at] |= (half.predicted[at] == each.label) & (half.true[at] != each.label)
    return wrongly
