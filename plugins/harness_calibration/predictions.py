"""What a task of calibration reads of its records: true classes and probabilities, and two halves of the samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from harness import ClassPredictions, Record, RecordTable, ScoringContext

Array = npt.NDArray[np.float64]

P = TypeVar("P")

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
    def places(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The places of the half that something is fitted on, and of the other; a group is in one of them."""
        first = np.array([_is_first(each) for each in self.groups], dtype=np.bool_)
        return np.flatnonzero(first), np.flatnonzero(~first)

    @cached_property
    def halves(self) -> tuple[ClassPredictions, ClassPredictions]:
        """The predictions of the two halves."""
        one, other = (self.predictions.take(each) for each in self.places)
        return one, other


def table_of(records: Sequence[Record[P]], payload: type[P]) -> RecordTable[P]:
    """Records as a table."""
    return records if isinstance(records, RecordTable) else RecordTable.of(records, payload)


def answered(table: RecordTable[Any], scoring: ScoringContext) -> Answered:
    """The answers of records whose payloads have `probabilities`."""
    samples, classes = table.column("sample"), len(scoring.labels)
    labels = scoring.truths(samples, UNKNOWN) if len(table) else np.empty(0, np.intp)
    known = np.flatnonzero(labels != UNKNOWN)
    rows = probabilities_of(table).reshape(len(table), classes)
    ids: list[Any] = samples.take(known).to_pylist()
    found = ClassPredictions(labels.take(known).astype(np.intp), rows.take(known, axis=0))
    return Answered(ids, found, [scoring.groups.get(each, each) for each in ids])


def probabilities_of(table: RecordTable[Any]) -> Array:
    """The probabilities of all records, one after another."""
    if not len(table):
        return np.empty(0)
    found = table.column("payload.probabilities").combine_chunks().flatten()
    return np.asarray(found.to_numpy(zero_copy_only=False), np.float64)


def _is_first(name: str) -> bool:
    """Whether a sample is in the half that is fitted on: by the hash of its id, so that runs agree."""
    return blake2b(name.encode(), digest_size=1).digest()[0] < 128
