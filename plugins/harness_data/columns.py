"""The records of a task by columns: those of one part, and what is flagged in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Record, RecordTable, ScoringContext
from harness_data.examined import CONTENT, COPIES, LABELS, TRAIN, UNKNOWN, Examined
from harness_data.labels import label_errors
from harness_data.properties import Array, outlying
from harness_data.shingles import Indices

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Flag:
    """What a share counts: of the records at these places those that hold, each with a weight.

    `about` says of those what the record alone does not.
    """

    name: str
    at: Indices
    holds: Mask
    weight: Array
    about: Mapping[int, str] = field(default_factory=dict)


class Columns:
    """Records without errors, of any sets and parts."""

    def __init__(self, records: Sequence[Record[Examined]], scoring: ScoringContext) -> None:
        self.table = records if isinstance(records, RecordTable) else RecordTable.of(records, Examined)
        self.scoring = scoring

    @cached_property
    def sets(self) -> list[str]:
        """The names of the sets, in their order."""
        return list(dict.fromkeys(self.table.column("payload.set").to_pylist()))

    @cached_property
    def _set(self) -> npt.NDArray[Any]:
        return np.array(self.table.column("payload.set").to_pylist(), dtype=object)

    @cached_property
    def _part(self) -> npt.NDArray[Any]:
        return np.array(self.table.column("part").to_pylist(), dtype=object)

    def part(self, name: str, of_set: str | None = None) -> View:
        """The records of a part, of one set or all."""
        here = self._part == name
        if of_set is not None:
            here &= self._set == of_set
        return View(self.table, np.flatnonzero(here), self.scoring)

    def flags(self) -> Iterator[Flag]:
        """Everything that is counted in shares, set by set; what is not measured is left out."""
        for name in self.sets:
            yield from self.part(COPIES, name).copies("duplicates", "near_duplicates")
            yield from self.part(TRAIN, name).copies("train_overlap", "near_train_overlap")
            yield from self.part(LABELS, name).labels()
            yield from self.part(CONTENT, name).content()


class View:
    """The records of one part at some places."""

    def __init__(self, table: RecordTable[Examined], at: Indices, scoring: ScoringContext) -> None:
        self.at, self._scoring = at, scoring
        self.records = table if len(at) == len(table) else table.take(at)

    def __len__(self) -> int:
        return len(self.at)

    def values(self, name: str) -> list[Any]:
        """A field of the payloads."""
        found: list[Any] = self.records.column(f"payload.{name}").to_pylist()
        return found

    def numbers(self, name: str) -> Array:
        """A field of numbers, NaN for None."""
        return np.array(self.records.column(f"payload.{name}").to_numpy(), np.float64)

    @cached_property
    def samples(self) -> list[str]:
        """The ids of the samples."""
        found: list[str] = self.records.column("sample").to_pylist()
        return found

    @cached_property
    def truth(self) -> Indices:
        """The class of each sample, -1 where it is not known."""
        truths = (self._scoring.truth.get(name) for name in self.samples)
        return np.fromiter((each if type(each) is int else UNKNOWN for each in truths), np.int64, len(self))

    @cached_property
    def own(self) -> Mask:
        """Whether each is of the train itself."""
        return np.array(self.values("own"), bool)

    def copies(self, equal: str, near: str) -> Iterator[Flag]:
        """Of copies and of the train: which are equal to another, and which nearly."""
        if not len(self) or self.own.all():
            return
        similar = self.numbers("similarity")
        yield Flag(equal, self.at, similar == 1, np.full(len(self), 2.0 if equal == "train_overlap" else 1.0))
        if not np.isnan(similar[similar != 1]).any():
            yield Flag(near, self.at, (similar > 0) & (similar < 1), np.nan_to_num(similar))

    def labels(self) -> Iterator[Flag]:
        """Conflicting labels, and those that are probably wrong."""
        truths = (self._scoring.truth.get(name) for name in self.samples)
        labelled = np.flatnonzero(np.fromiter((each is not None for each in truths), bool, len(self)))
        if len(labelled):
            conflict = np.array([bool(each) for each in self.values("like")])[labelled]
            yield Flag("label_conflicts", self.at[labelled], conflict, np.ones(len(labelled)))
        answered = self.answered
        if len(answered) and len(np.unique(self.truth[answered])) > 1:
            rows = self.answers
            wrong = label_errors(self.truth[answered], rows)
            own = rows[np.arange(len(answered)), self.truth[answered]]
            yield Flag("label_errors", self.at[answered], wrong, 1 - own)

    @cached_property
    def answered(self) -> Indices:
        """The places of the samples with a class and an answer of probabilities."""
        lengths = np.array([len(each) for each in self.values("probabilities")], np.int64)
        return np.flatnonzero((self.truth >= 0) & (lengths == len(self._scoring.labels)))

    @property
    def answers(self) -> Array:
        """The probabilities of these, `(n, classes)`."""
        rows = self.values("probabilities")
        return np.array([rows[at] for at in self.answered], np.float64)

    def content(self) -> Iterator[Flag]:
        """Unknown tokens, truncation, and values that are far out."""
        for name, column in (("unknown_tokens", "unknown"), ("truncated", "cut")):
            counts = self.numbers(column) if len(self) else np.empty(0)
            if len(counts) and not np.isnan(counts).any():
                yield Flag(name, self.at, counts > 0, counts / (1 + counts))
        if self.properties:
            far = self.far_out
            count = np.array([len(far.get(at, ())) for at in range(len(self))], np.float64)
            about = {int(self.at[at]): ", ".join(words) for at, words in far.items()}
            yield Flag("outliers", self.at, count > 0, count / (1 + count), about)

    @cached_property
    def properties(self) -> dict[str, tuple[Indices, Array]]:
        """Of each property the places of the records that have it, and their values."""
        return self._by_property("values")

    @property
    def far_out(self) -> dict[int, list[str]]:
        """The properties in which a record is far out, with their values, of those that are in some."""
        found: dict[int, list[str]] = {}
        for name, (at, values) in self.properties.items():
            for place in np.flatnonzero(outlying(values)):
                found.setdefault(int(at[place]), []).append(f"{name} {values[place]:.3g}")
        return found

    def _by_property(self, field: str) -> dict[str, tuple[Indices, Array]]:
        import pyarrow as pa

        names = self.records.column("payload.names").combine_chunks()
        if not len(names):
            return {}
        names = names if isinstance(names, pa.Array) else pa.concat_arrays(names.chunks)
        rows = np.repeat(np.arange(len(self)), names.value_lengths().to_numpy(zero_copy_only=False))
        words = names.flatten().dictionary_encode()
        numbers = self.records.column(f"payload.{field}").combine_chunks()
        numbers = numbers if isinstance(numbers, pa.Array) else pa.concat_arrays(numbers.chunks)
        values = numbers.flatten().to_numpy(zero_copy_only=False)
        if len(values) != len(rows):  # of a field that these records have not
            return {}
        codes = words.indices.to_numpy()
        return {
            name: (rows[codes == at], values[codes == at].astype(np.float64))
            for at, name in enumerate(words.dictionary.to_pylist())
        }

    def against_train(self, name: str) -> tuple[Array, Array, int]:
        """Where the values of a property lie among the train's, and how many those are; none where it has none."""
        below, upto, counts = (self._by_property(field).get(name) for field in ("below", "upto", "counts"))
        if below is None or upto is None or counts is None or not len(counts[1]):
            return np.empty(0), np.empty(0), 0
        return below[1], upto[1], int(counts[1][0])
