"""Findings by columns: what a task found in many records, with no object per record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice, starmap
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from harness.files import encodable
from harness.records.record import FINDING, Finding, texts
from harness.types import Array

if TYPE_CHECKING:
    import pyarrow as pa

LINES_AT_ONCE = 2**16
"""Lines that are Python objects at a time."""


@dataclass(frozen=True)
class Findings:
    """What `m` of many records hold against the model: the fields of `Finding`, each as a column of `m` rows.

    `at` are the places of their records, `(m,)`, each at most once. `word`, `line` and `decision` are columns of
    strings, or one string that all of them share.
    """

    at: npt.NDArray[np.intp]
    word: pa.Array | str
    weight: Array
    line: pa.Array | str
    decision: pa.Array | str = ""

    @classmethod
    def of(cls, found: Sequence[tuple[int, Finding]]) -> Findings:
        """Findings that were made one by one, with the places of their records."""
        at, columns = [place for place, _ in found], list(zip(*(each for _, each in found), strict=True))
        word, weight, line, decision = columns or [()] * len(FINDING)
        return cls(np.array(at, np.intp), texts(word), np.array(weight, np.float64), texts(line), texts(decision))

    def among(self, places: npt.NDArray[np.intp]) -> Findings:
        """The same findings where record `i` stands at `places[i]`."""
        return replace(self, at=places[self.at])

    def repeated(self, of: npt.NDArray[np.intp]) -> Findings:
        """What is found in as many records as `of` has, where record `i` is like record `of[i]` of these."""
        rows = by_rows([self], int(of.max(initial=-1)) + 1).take(of)
        at = np.flatnonzero(rows["finding"].is_valid().to_numpy())
        word, weight, line, decision = (rows[name].take(at) for name in FINDING)
        return Findings(at, word, weight.to_numpy(), line, decision)

    def table(self) -> pa.Table:
        """The columns as a run's file names them; raises ValueError or ArrowException for other lengths or types."""
        import pyarrow as pa

        count = len(self.at)
        given = zip(FINDING, (self.word, self.weight, self.line, self.decision), strict=True)
        found = {name: pa.repeat(encodable(each), count) if isinstance(each, str) else each for name, each in given}
        if lengths := {name: len(each) for name, each in found.items() if len(each) != count}:
            raise ValueError(f"expected {count} rows in every column of the findings, but got {lengths}")
        types = [(name, pa.float64() if name == "weight" else pa.string()) for name in FINDING]
        return pa.table(found, schema=pa.schema(types))


def by_rows(found: Iterable[Findings], count: int) -> pa.Table:
    """The columns of a finding for `count` records, null for those that nothing was found in."""
    import pyarrow as pa

    parts = [Findings.of([]), *found]
    table = pa.concat_tables([each.table() for each in parts])
    order = np.full(count, -1)
    order[np.concatenate([each.at for each in parts])] = np.arange(len(table))
    return table.take(pa.array(order, mask=order < 0))


def two_decimals(numbers: Array) -> pa.Array:
    """`format(number, ".2f")` of each number `(n,)`, without an object for one from 0 to 1."""
    import pyarrow as pa

    at = np.searchsorted(_least_written(), numbers, side="right")
    odd = np.flatnonzero(~(numbers >= 0) | np.signbit(numbers) | (numbers > 1))
    at[odd] = 101 + np.arange(len(odd))
    words = [f"{number:.2f}" for number in (*(each / 100 for each in range(101)), *numbers[odd].tolist())]
    return pa.array(words, pa.string()).take(pa.array(at))


@cache
def _least_written() -> Array:
    """The least numbers that are written as 0.01, 0.02, ... 1.00: what lies halfway may go up or down."""
    found = []
    for hundredths in range(1, 101):
        half = (2 * hundredths - 1) / 200
        near = (float(np.nextafter(half, 0)), half, float(np.nextafter(half, 1)))
        found.append(next(each for each in near if f"{each:.2f}" == f"{hundredths / 100:.2f}"))
    return np.array(found)


def lines(form: str, *columns: Iterable[Any]) -> pa.ChunkedArray:
    """`form.format(...)` of each row of some columns, a part of them as Python objects at a time."""
    import pyarrow as pa

    written = starmap(form.format, zip(*columns, strict=True))
    return pa.chunked_array(_parts(written), pa.string())


def _parts(written: Iterator[str]) -> Iterator[pa.Array]:
    while part := list(islice(written, LINES_AT_ONCE)):
        yield texts(part)
