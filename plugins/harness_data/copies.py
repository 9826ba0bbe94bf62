"""Which rows of a set are copies of others in it or in the data a model was trained on."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np

from harness import Sample, kind_of
from harness_data.pictures import Bits, earlier_alike, hashes, other_alike
from harness_data.shingles import Indices, Near, Signatures, near_earlier, near_other, signatures
from harness_data.written import Equality, texts_of

IMAGE = "image"
"""The kind of input whose near ones are found by a hash."""


@dataclass(frozen=True)
class Copies:
    """For each row the place of another, -1 for none.

    An earlier one of equal input and label, one of equal input and another label, and an earlier one that is nearly but
    not quite equal.
    """

    duplicate: Indices
    conflict: Indices
    near: Near | None


class Indexed:
    """Samples by their inputs: which are equal, and the signature of each distinct text."""

    def __init__(self, samples: Sequence[Sample[Any]], equality: Equality, near: float, size: int) -> None:
        self.samples, self._near, self._size = samples, near, size
        self.truths: list[Any] = []
        self.keys: list[str] = []
        self.are_texts = self.are_images = bool(len(samples))
        for sample in samples:
            self.keys.append(equality.key(sample.input))
            self.truths.append(sample.truth)
            self.are_texts = self.are_texts and bool(texts_of(sample.input))
            self.are_images = self.are_images and kind_of(sample.input).name == IMAGE

    @cached_property
    def first(self) -> dict[str, int]:
        """The place of the first sample of each input."""
        found: dict[str, int] = {}
        for at, key in enumerate(self.keys):
            found.setdefault(key, at)
        return found

    @cached_property
    def signatures(self) -> Signatures | None:
        """Of the distinct texts, in the order of their first samples; None where the inputs are none."""
        return signatures(list(self.first), self._near, self._size) if self.are_texts else None

    @cached_property
    def bits(self) -> Bits | None:
        """The hashes of the distinct images, in the same order; None where the inputs are none."""
        if not self.are_images or not find_spec("PIL"):
            return None
        return hashes(self.samples[at].input for at in self.places.tolist())

    @property
    def places(self) -> Indices:
        """The place of the first sample of each distinct input."""
        return np.fromiter(self.first.values(), np.int64, len(self.first))

    def copies(self) -> Copies:
        """What is equal or nearly equal among these samples."""
        return Copies(self._duplicates(), self._conflicts(), self._nearly())

    def _duplicates(self) -> Indices:
        seen: dict[Hashable, int] = {}
        firsts = (seen.setdefault(pair, at) for at, pair in enumerate(zip(self.keys, self.truths, strict=True)))
        found = np.fromiter(firsts, np.int64, len(self.keys))
        return np.where(found == np.arange(len(found)), -1, found)

    def _conflicts(self) -> Indices:
        """The first sample of equal input and another truth, of those whose truth is known."""
        by_key: dict[str, dict[Any, int]] = {}
        for at, (key, truth) in enumerate(zip(self.keys, self.truths, strict=True)):
            if truth is not None:
                by_key.setdefault(key, {}).setdefault(truth, at)
        found = np.full(len(self.keys), -1, np.int64)
        for at, (key, truth) in enumerate(zip(self.keys, self.truths, strict=True)):
            others = by_key.get(key, {})
            if truth is not None and len(others) > 1:
                found[at] = next(place for other, place in others.items() if other != truth)
        return found

    def _nearly(self) -> Near | None:
        if self.signatures is not None:
            return self._of_firsts(near_earlier(self.signatures, self._near), self.places)
        return None if self.bits is None else self._of_firsts(earlier_alike(self.bits, self._near), self.places)

    def _of_firsts(self, near: Near, places: Indices) -> Near:
        """What is near each sample, from what is near each distinct text; nothing where it is a later equal one."""
        of, similarity = np.full(len(self.keys), -1, np.int64), np.zeros(len(self.keys))
        at = np.flatnonzero(near.of >= 0)
        of[self.places[at]], similarity[self.places[at]] = places[near.of[at]], near.similarity[at]
        return Near(of, similarity)

    def overlap(self, train: Indexed) -> tuple[Indices, Near | None]:
        """For each sample one of the train's of equal input, and one whose text is nearly equal, -1 for none."""
        equal = np.fromiter((train.first.get(key, -1) for key in self.keys), np.int64, len(self.keys))
        near = self._near_of(train)
        if near is None:
            return equal, None
        number = {key: at for at, key in enumerate(self.first)}
        distinct = np.fromiter((number[key] for key in self.keys), np.int64, len(self.keys))
        known = (equal < 0) & (near.of[distinct] >= 0)
        of = np.where(known, train.places[np.maximum(near.of[distinct], 0)] if len(train.first) else -1, -1)
        return equal, Near(of, np.where(known, near.similarity[distinct], 0.0))

    def _near_of(self, train: Indexed) -> Near | None:
        if self.signatures is not None and train.signatures is not None:
            return near_other(self.signatures, train.signatures, self._near)
        if self.bits is not None and train.bits is not None:
            return other_alike(self.bits, train.bits, self._near)
        return None


def written(sample: Sample[Any]) -> str:
    """An input as a run keeps it, for the page that shows it beside another; nothing where it is too long for that."""
    text = kind_of(sample.input).write(sample.input)
    return text if len(text) <= MOST_CHARACTERS else ""


MOST_CHARACTERS = 20_000
"""Characters of an input that is kept beside another one."""
