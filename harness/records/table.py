"""The records of a task as an Arrow table: rows are made as they are looked at, so a million of them stay small."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

import numpy as np
import numpy.typing as npt

from harness.errors import UserError
from harness.records.checksums import fits, require_seal
from harness.records.record import (
    ENVELOPE,
    FINDING,
    Finding,
    Record,
    from_mapping,
    read_lines,
    schema_of,
    table_of,
    texts,
)
from harness.types import Array

if TYPE_CHECKING:
    import pyarrow as pa

P = TypeVar("P")

ROWS_AS_OBJECTS = 4096
"""Rows that are Python objects at a time."""

BLOCK_BYTES = 2**22
"""Bytes of lines parsed at a time; a line has to fit."""


class RecordTable(Sequence[Record[P]]):
    """Records to iterate over and to index like a list, in the memory of their columns.

    Each time they are gone through they are made anew: `list(records)` where that happens often. `records.column(name)`
    has a field of all of them at once.
    """

    def __init__(self, table: pa.Table, payload: type[P]) -> None:
        self.table = table
        self.payload = payload

    @classmethod
    def of(cls, records: Iterable[Record[P]], payload: type[P]) -> RecordTable[P]:
        """Records that are there one by one, without what was found in them."""
        return cls(table_of(records, payload), payload)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __iter__(self) -> Iterator[Record[P]]:
        for batch in self.table.to_batches(max_chunksize=ROWS_AS_OBJECTS):
            yield from _objects(batch, self.payload)

    @overload
    def __getitem__(self, index: int) -> Record[P]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record[P]]: ...
    def __getitem__(self, index: int | slice) -> Record[P] | Sequence[Record[P]]:
        if isinstance(index, slice):
            return self.take(np.arange(*index.indices(len(self))))
        [row] = self.table.slice(range(len(self))[index], 1).to_pylist()
        return from_mapping(row, self.payload)

    def take(self, places: npt.NDArray[np.intp]) -> RecordTable[P]:
        """Those at these places."""
        return RecordTable(self.table.take(places), self.payload)

    def replaced(self, places: npt.NDArray[np.intp], others: RecordTable[P]) -> RecordTable[P]:
        """The same with others at these places."""
        order = np.arange(len(self))
        order[places] = len(self) + np.arange(len(others))
        return joined(self, others).take(order)

    def without_errors(self) -> RecordTable[P]:
        """Those of cases that went well."""
        from pyarrow import compute

        well = compute.not_equal(self.table["status"], "error")
        return self if compute.all(well).as_py() else RecordTable(self.table.filter(well), self.payload)

    def of_samples(self, ids: Iterable[str]) -> RecordTable[P]:
        """Those of some samples."""
        from pyarrow import compute

        chosen = compute.is_in(self.table["sample"], texts(list(ids)))
        return RecordTable(self.table.filter(chosen), self.payload)

    def in_order(self, parts: Iterable[str], samples: Sequence[str]) -> RecordTable[P]:
        """The last record of each case, by part, then by sample, as they stand in these lists; no others."""
        from pyarrow import compute

        places = [
            compute.index_in(self.table[name], texts(list(known))).to_numpy().astype(np.float64)
            for name, known in (("part", parts), ("sample", samples))
        ]
        case = places[0] * len(samples) + places[1]  # NaN for what the suite does not have, which is sorted last
        order = np.argsort(case, kind="stable")[: np.count_nonzero(~np.isnan(case))]
        is_last = np.append(case[order][1:] != case[order][:-1], True)[: len(order)]
        return self.take(order[is_last])

    def latest(self) -> RecordTable[P]:
        """The last record of each case, in the order of the first ones."""
        import pyarrow as pa

        numbered = self.table.select(["part", "sample"]).append_column("at", pa.array(np.arange(len(self))))
        cases = numbered.group_by(["part", "sample"], use_threads=False).aggregate([("at", "min"), ("at", "max")])
        if len(cases) == len(self):
            return self
        order = np.argsort(cases["at_min"].to_numpy())
        return self.take(cases["at_max"].to_numpy()[order])

    def column(self, name: str) -> pa.ChunkedArray:
        """A field of the records, or, behind `payload.`, of their payloads; None of a record without one."""
        outer, _, inner = name.partition(".")
        column = self.table[outer]
        if not inner:
            return column
        from pyarrow import compute

        return compute.struct_field(column, inner)

    def with_findings(self, found: pa.Table) -> RecordTable[P]:
        """The records with these columns of findings in place of those they had."""
        table = self.table.drop_columns([name for name in FINDING if name in self.table.column_names])
        for name in FINDING:
            table = table.append_column(name, found[name])
        return RecordTable(table, self.payload)


def _objects(batch: pa.RecordBatch, payload: type[P]) -> Iterator[Record[P]]:
    """The records of a batch, made column by column where that can be: several times as fast as row by row."""
    names = [] if batch["payload"].null_count else [field.name for field in batch.schema.field("payload").type]
    if batch["payload"].null_count or names != _fields_of(payload):
        return (from_mapping(row, payload) for row in batch.to_pylist())
    payloads = map(payload, *map(_values, batch["payload"].flatten())) if names else repeat(payload())
    findings = _findings(batch) if "finding" in batch.schema.names else repeat(None)
    return map(Record, *(_values(batch[name]) for name in ENVELOPE), payloads, findings)


def _fields_of(payload: type[Any]) -> list[str]:
    """The fields a dataclass can be made of in their order; none of a mapping."""
    fields = dataclasses.fields(payload) if dataclasses.is_dataclass(payload) else ()
    return [field.name for field in fields if field.init and not field.kw_only]


def _findings(batch: pa.RecordBatch) -> Iterator[Finding | None]:
    rows = zip(*(batch[name].to_pylist() for name in FINDING), strict=True)
    return (None if row[0] is None else Finding(*row) for row in rows)


def _values(column: pa.Array) -> list[Any]:
    """A column as Python has it; one of numbers, or of lists of them, goes through numpy, which is faster."""
    import pyarrow as pa

    if column.null_count:
        return list(column.to_pylist())
    if pa.types.is_float64(column.type) or pa.types.is_int64(column.type):
        return list(column.to_numpy(zero_copy_only=False).tolist())
    if not pa.types.is_list(column.type):
        return list(column.to_pylist())
    flat, ends = _values(column.flatten()), np.cumsum(column.value_lengths().to_numpy()).tolist()
    return [flat[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]


def lines_in(path: Path, payload: type[P]) -> RecordTable[P]:
    """The records of a file of lines; a last line that a killed process left torn is not one.

    Raises UserError, with the line where it is known, for anything else that is not a record of the task.
    """
    table = columns_in(path, payload)
    if table is not None:
        return RecordTable(table, payload)
    import pyarrow as pa

    try:
        return RecordTable.of(read_lines(path, payload), payload)
    except (pa.ArrowException, TypeError, OverflowError) as error:
        raise UserError(f"{path}: not the records of this task: {error}; the run's files were changed") from None


def columns_in(path: Path, payload: type[P]) -> pa.Table | None:
    """The records of a file of lines, read by columns; None where they have to be read line by line.

    That is where the last line is torn, a checksum does not fit, a text contains what UTF-8 cannot encode, or a line is
    no record of the task.
    """
    import pyarrow as pa
    from pyarrow import json

    reading = json.ReadOptions(block_size=BLOCK_BYTES, use_threads=False)  # threads keep many blocks at a time
    try:
        schema = schema_of(payload).append(pa.field("crc", pa.string()))
        parsing = json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
        table = json.read_json(path, read_options=reading, parse_options=parsing).drop_columns(["crc"])
    except (pa.ArrowException, TypeError):  # a TypeError where payloads are mappings: their types are not known
        return None
    complete = _all_fit(path) and not any(table[name].null_count for name in ("task", "part", "sample", "status"))
    return table if complete else None


def parquet_in(path: Path, payload: type[P], samples: Collection[str] | None = None) -> RecordTable[P]:
    """The records of a finished task, or those of some samples; raises UserError when the file contains none."""
    import pyarrow as pa
    from pyarrow import parquet

    only = None if samples is None else [("sample", "in", set(samples))]
    try:
        if path.is_dir():  # which pyarrow would take for a set of files
            raise IsADirectoryError("it is a folder")
        require_seal(path)
        how = {"use_threads": only is None, "pre_buffer": only is None, "page_checksum_verification": True}
        table = parquet.read_table(path, filters=only, **how)
        found = RecordTable(table, payload)
        list(found[:1])
    except (pa.ArrowException, OSError, TypeError, KeyError, ValueError) as error:
        raise UserError(
            f"{path}: not the records of this task: {error}; the run's files were changed: "
            "without this file --resume asks its cases again"
        ) from None
    return found


def joined(first: RecordTable[P], second: RecordTable[P]) -> RecordTable[P]:
    """The records of both, one after the other, without what was found in the first: it will be judged again."""
    import pyarrow as pa

    if not len(first):
        return second
    before = first.table.select(second.table.column_names)
    return RecordTable(pa.concat_tables([before, second.table.cast(before.schema)]), second.payload)


def field_values(records: Sequence[Record[Any]], name: str) -> tuple[pa.ChunkedArray, Array]:
    """The samples of the records that have a payload, and a field of it: `(n,)` numbers, or `(n, width)` of lists."""
    import pyarrow as pa

    if not isinstance(records, RecordTable):  # as a task's scores are tested
        found = [(record.sample, getattr(record.payload, name)) for record in records if record.payload is not None]
        samples = pa.chunked_array([texts([sample for sample, _ in found])])
        return samples, np.array([value for _, value in found], dtype=np.float64)

    table = pa.table({"sample": records.column("sample"), name: records.column(f"payload.{name}")})
    if records.column("payload").null_count:
        table = table.filter(records.column("payload").is_valid())
    values = table[name].combine_chunks()
    is_list = pa.types.is_list(values.type)
    numbers = (values.flatten() if is_list else values).to_numpy(zero_copy_only=False).astype(np.float64)
    return table["sample"], numbers.reshape(len(values), -1) if is_list and len(values) else numbers


def _all_fit(path: Path) -> bool:
    """Whether every line is whole and as it was written."""
    with path.open("rb") as lines:
        return all(line.endswith(b"\n") and fits(line) for line in lines)
