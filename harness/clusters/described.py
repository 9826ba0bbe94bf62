"""A cluster of texts in words: those that its texts have and others have not, or else a property of most of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from harness.clusters.kmeans import Indices, clusters
from harness.slices.atoms import BETWEEN
from harness.slices.texts import words
from harness.types import Array

GRAINS = 8, 16, 32
"""Clusters that texts are divided into: coarse and fine ones, since nobody knows how large a segment is."""

MOST_NAMED = 3
"""Words or properties that describe a cluster."""

APART = 0.1
"""How much larger the share of a cluster's texts that have a word has to be than that of all others."""


def alike(texts: Sequence[str], stated: Sequence[str], embeddings: Array, least: int) -> list[str]:
    """The clusters that each text is in, a phrase a line, no two clusters by the same words.

    `stated` are other phrases of each text, a line each, by which a cluster is described that has no words of its own;
    `embeddings` `(n, d)` are compared at length 1. Each clustering has at most as many clusters as have `least` texts
    in either half in the mean.
    """
    points = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True).clip(min=np.finfo(float).tiny)
    of_texts = _Features([[word.lower() for word in words(text)] for text in texts])
    of_phrases = _Features([list(filter(None, each.split(BETWEEN))) for each in stated])
    found: list[list[str]] = [[] for _ in texts]
    taken: dict[str, int] = {}
    for k in sorted({min(grain, len(texts) // (2 * least)) for grain in GRAINS} - {0, 1}):
        own = clusters(points, k)
        names = [_called(of_texts.apart(own == at), of_phrases.apart(own == at)) for at in range(k)]
        for at, name in enumerate(names):
            taken[name] = taken.get(name, 0) + 1
            names[at] = f"{name} ({taken[name]})" if taken[name] > 1 else name
        for phrases, at in zip(found, own.tolist(), strict=True):
            phrases.append(names[at])
    return [BETWEEN.join(each) for each in found]


def _called(own: Sequence[str], stated: Sequence[str]) -> str:
    if own:
        return f"texts like {' '.join(map(repr, own))}"
    return f"texts alike, most {' and '.join(stated)}" if stated else "texts alike"


class _Features:
    """What each text has, and in how many texts it is."""

    def __init__(self, of_each: Sequence[Sequence[str]]) -> None:
        places: dict[str, int] = {}
        rows = [[places.setdefault(each, len(places)) for each in dict.fromkeys(some)] for some in of_each]
        self._names = list(places)
        self._what = np.fromiter((each for row in rows for each in row), np.int64)
        self._text = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        self._all = np.bincount(self._what, minlength=len(places))

    def apart(self, inside: npt.NDArray[np.bool_]) -> list[str]:
        """What sets some texts apart from all others, the largest difference of shares first."""
        n, others = max(1, int(inside.sum())), max(1, int((~inside).sum()))
        have: Indices = np.bincount(self._what[inside[self._text]], minlength=len(self._names))
        more = have / n - (self._all - have) / others
        best = np.argsort(-more, kind="stable")[:MOST_NAMED]
        return [self._names[at] for at in best.tolist() if more[at] >= APART]
