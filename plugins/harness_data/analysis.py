"""What is known of a set of samples as a whole, each thing when it is first asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from harness import AnswerSource, Sample, Source
from harness.models import Connection
from harness_data.copies import Copies, Indexed
from harness_data.examined import UNKNOWN
from harness_data.properties import Array, properties, shares_below
from harness_data.shingles import Indices, Near
from harness_data.trivial import Words, bag_of_words, bag_of_words_crossed, folds_of, majority
from harness_data.written import BETWEEN_FIELDS, Equality, texts_of


@dataclass(frozen=True)
class Settings:
    """When two inputs are equal, and when nearly so."""

    equality: Equality
    near: float
    shingle: int

    def indexed(self, samples: Sequence[Sample[Any]]) -> Indexed:
        """Samples by their inputs."""
        return Indexed(samples, self.equality, self.near, self.shingle)


class Train:
    """The data that a model was trained on."""

    def __init__(self, source: Source, settings: Settings, model: Connection) -> None:
        self.set = source.set
        self._source, self._settings, self._model = source, settings, model

    @cached_property
    def indexed(self) -> Indexed:
        return self._settings.indexed(self._source.read(self._model).samples)

    @cached_property
    def labels(self) -> Indices:
        return labels_of(self.indexed.samples)

    @cached_property
    def words(self) -> Words:
        return Words([_text(sample.input) for sample in self.indexed.samples])

    @cached_property
    def shares(self) -> Mapping[int, float]:
        """The share of each class among the samples that have one."""
        counts = Counter(self.labels[self.labels >= 0].tolist())
        return {at: count / self.size for at, count in counts.items()}

    @cached_property
    def size(self) -> int:
        """How many samples have a class."""
        return int((self.labels >= 0).sum())

    @cached_property
    def properties(self) -> Mapping[str, Array]:
        """The values of each property, of the samples that have it."""
        return by_name([properties(sample.input) for sample in self.indexed.samples])


class Analysis:
    """A set of samples, with the data of the model's training beside it if they are known."""

    def __init__(self, samples: Sequence[Sample[Any]], settings: Settings, train: Train | None, classes: int) -> None:
        self.places = {sample.id: at for at, sample in enumerate(samples)}
        self.samples, self.train, self._settings, self._classes = samples, train, settings, classes

    @cached_property
    def indexed(self) -> Indexed:
        return self._settings.indexed(self.samples)

    @cached_property
    def copies(self) -> Copies:
        return self.indexed.copies()

    @cached_property
    def overlap(self) -> tuple[Indices, Near | None]:
        assert self.train
        return self.indexed.overlap(self.train.indexed)

    @cached_property
    def trivial(self) -> tuple[Indices, Indices]:
        """The answers of the commonest class and of a bag of words, `(n,)` each; -1 where there is none."""
        labels, folds = labels_of(self.samples), folds_of(self.indexed.keys)
        train = self.train if self.train and self.train.size else None
        common = np.repeat(majority(labels if train is None else train.labels, self._classes), len(labels))
        if not self.indexed.are_texts:
            return common, np.full(len(labels), UNKNOWN, np.int64)
        texts = [_text(sample.input) for sample in self.samples]
        if train is None:
            return common, bag_of_words_crossed(Words(texts), labels, self._classes, folds)
        return common, bag_of_words(train.words, train.labels, Words(texts, train.words.known), self._classes)

    @cached_property
    def properties(self) -> list[dict[str, float]]:
        """The properties of each input."""
        return [properties(sample.input) for sample in self.samples]

    @cached_property
    def in_train(self) -> Mapping[str, tuple[list[float], list[float], int]]:
        """Of each property that the train has too, where each sample's value lies among them, and how many they are.

        As shares of the train's values that are less, and not more; of a sample without a value they mean nothing.
        """
        found = {}
        for name, known in (self.train.properties if self.train else {}).items():
            own = np.array([each.get(name, np.nan) for each in self.properties])
            below, upto = shares_below(own, known)
            found[name] = (below.tolist(), upto.tolist(), len(known))
        return found


class Tokens:
    """What a model's tokenizer says of the samples of a set: unknown tokens and those past the model's limit."""

    def __init__(self, model: Connection, samples: Sequence[Sample[Any]]) -> None:
        self.cut: list[int] | None = None
        self.unknown: list[int] | None = None
        tokenizer = model.tokenizer() if model.tokenizer else None
        unknown = getattr(tokenizer, "unk_token_id", None)
        cuts, unknowns = list[int](), list[int]()
        for start in range(0, len(samples), AT_ONCE):
            inputs = [sample.input for sample in samples[start : start + AT_ONCE]]
            if model.cut is not None:
                cuts += map(int, model.cut(inputs))
            if callable(tokenizer) and unknown is not None:
                unknowns += _unknown(tokenizer, unknown, inputs)
        self.cut = cuts if model.cut is not None else None
        self.unknown = unknowns if len(unknowns) == len(samples) else None


AT_ONCE = 1000
"""Inputs that a tokenizer gets together."""


def _unknown(tokenizer: Any, number: int, inputs: Sequence[Any]) -> list[int]:
    texts = [list(texts_of(each).values()) for each in inputs]
    if not all(texts):
        return []
    encoded = tokenizer([each for some in texts for each in some], add_special_tokens=False, verbose=False)["input_ids"]
    counts = iter([list(row).count(number) for row in encoded])
    return [sum(next(counts) for _ in some) for some in texts]


def labels_of(samples: Sequence[Sample[Any]]) -> Indices:
    """The class of each sample, -1 of one that has none."""
    truths = (sample.truth for sample in samples)
    return np.fromiter((each if type(each) is int else UNKNOWN for each in truths), np.int64, len(samples))


def by_name(rows: Sequence[Mapping[str, float]]) -> dict[str, Array]:
    """The values of each property, of the rows that have it."""
    found: dict[str, list[float]] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name, []).append(value)
    return {name: np.array(values) for name, values in found.items()}


def answers_in(source: AnswerSource, model: Connection, equality: Equality) -> dict[str, list[float]]:
    """The answer that a source has for each input, in the order of the model's labels; of equal inputs the mean."""
    found: dict[str, list[Any]] = {}
    for value, row in zip(*source.answers(model), strict=True):
        found.setdefault(equality.key(value), []).append(row)
    return {key: np.mean(rows, axis=0).tolist() for key, rows in found.items()}


def _text(value: Any) -> str:
    return BETWEEN_FIELDS.join(texts_of(value).values())
