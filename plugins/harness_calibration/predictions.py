"""What a task of calibration reads of its records: true classes and probabilities, and two halves of the samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import ClassPredictions, Record, RecordTable, ScoringContext
from harness.reports import Classified

Array = npt.NDArray[np.float64]

UNKNOWN = -1
"""The class of a sample whose class is not known."""


@dataclass(frozen=True)
class Answered:
    """The answers to samples whose class is known: their ids, classes and probabilities, as the records stand."""

    samples: list[str]
    predictions: ClassPredictions
    groups: list[str]

    def __len__(self) -> int:
        return len(self.samples)

    @cached_property
    def confidence(self) -> Array:
        """The probability of the predicted class, `(n,)`."""
        return np.asarray(self.predictions.probabilities.max(axis=1, initial=0.0), np.float64)

    @cached_property
    def wrong(self) -> npt.NDArray[np.bool_]:
        """Whether each prediction is wrong, `(n,)`."""
        return np.asarray(~self.predictions.right)

    @cached_property
    def halves(self) -> tuple[ClassPredictions, ClassPredictions]:
        """The half that something is fitted on, and the other; samples of one group are in the same."""
        first = np.array([_is_first(each) for each in self.groups], dtype=np.bool_)
        one, other = (self.predictions.take(np.flatnonzero(each)) for each in (first, ~first))
        return one, other


def answered(records: Sequence[Record[Classified]], scoring: ScoringContext) -> Answered:
    """The answers of a table of records."""
    table = records if isinstance(records, RecordTable) else RecordTable.of(records, Classified)
    samples, classes = table.column("sample"), len(scoring.labels)
    labels = scoring.truths(samples, UNKNOWN) if len(table) else np.empty(0, np.intp)
    known = np.flatnonzero(labels != UNKNOWN)
    rows = probabilities_of(table).reshape(len(table), classes)
    ids: list[Any] = samples.take(known).to_pylist()
    found = ClassPredictions(labels.take(known).astype(np.intp), rows.take(known, axis=0))
    return Answered(ids, found, [scoring.groups.get(each, each) for each in ids])


def probabilities_of(table: RecordTable[Classified]) -> Array:
    """The probabilities of all records, one after another."""
    if not len(table):
        return np.empty(0)
    found = table.column("payload.probabilities").combine_chunks().flatten()
    return np.asarray(found.to_numpy(zero_copy_only=False), np.float64)


def _is_first(name: str) -> bool:
    """Whether a sample is in the half that is fitted on: by the hash of its id, so that runs agree."""
    return blake2b(name.encode(), digest_size=1).digest()[0] < 128
