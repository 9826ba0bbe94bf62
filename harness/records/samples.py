"""The samples of a run as it keeps them: `samples.parquet`, written in blocks and read by columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.errors import UserError
from harness.kinds.inputs import InputKind, default_kind
from harness.kinds.outputs import OUTPUTS, OutputKind
from harness.records.record import texts
from harness.types import Sample

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLES_FILE = "samples.parquet"
"""The file's name in the run directory."""

ROWS_PER_BLOCK = 10_000
"""Rows of a block of `samples.parquet`."""

CHARACTERS_PER_BLOCK = 2**24
"""Characters of inputs in a block, from which on it is written."""

COLUMNS = ("id", "input", "label", "data", "group")
Written: TypeAlias = tuple[str | None, ...]
SLICE = "slice:"
"""How the name of a column begins that has the values of a slice."""


def write_samples(
    path: Path,
    samples: Sequence[Sample[Any]],
    labels: Sequence[str],
    output: OutputKind = OUTPUTS["probabilities"],
    kind: InputKind | None = None,
    slices: Sequence[str] = (),
) -> None:
    """A row per sample, its slices too, as its kind and the output write it; U+FFFD for what UTF-8 cannot encode."""
    import pyarrow as pa
    from pyarrow import parquet

    written, names = (kind or default_kind()).write, [*COLUMNS, *(f"{SLICE}{name}" for name in slices)]

    def row(sample: Sample[Any]) -> Written:
        truth = None if sample.truth is None else output.write(sample.truth, labels)
        values = map(sample.slices.get, slices)
        return (sample.id, written(sample.input), truth, sample.data, sample.group, *values)

    schema = pa.schema([(name, pa.string()) for name in names])
    with parquet.ParquetWriter(path, schema, write_page_checksum=True) as file:
        for rows in _blocks(map(row, samples)):
            columns = list(zip(*rows, strict=True))
            file.write_table(pa.table([texts(column) for column in columns], schema=schema))


def _blocks(every: Iterable[Written]) -> Iterator[list[Written]]:
    """Rows, as many at a time as are small in memory."""
    rows: list[Written] = []
    size = 0
    for row in every:
        rows.append(row)
        size += len(row[1] or "")
        if len(rows) == ROWS_PER_BLOCK or size > CHARACTERS_PER_BLOCK:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def slices_in(table: pa.Table) -> dict[str, list[str]]:
    """The value of each sample in each slice, by the slice's name; empty for one in none of it."""
    names = [name for name in table.column_names if name.startswith(SLICE)]
    return {name.removeprefix(SLICE): table[name].fill_null("").to_pylist() for name in names}


def sample_table(path: Path, most: int | None = None) -> pa.Table:
    """Every sample, or the first so many, in equal parts of each set; raises UserError when there are none."""
    from pyarrow import ArrowException, parquet

    try:
        return (
            parquet.read_table(path, page_checksum_verification=True)
            if most is None
            else _first_of_each_set(path, most)
        )
    except (OSError, ArrowException, ValueError) as error:
        raise UserError(f"{path.parent}: its samples cannot be read: {error}; the run's files were changed") from None


def _first_of_each_set(path: Path, most: int) -> pa.Table:
    """Read block by block, as far as needed: all samples of a large run would not fit beside it."""
    import pyarrow as pa
    from pyarrow import compute, parquet

    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        names = file.read(columns=["data"], use_threads=False)["data"].unique().to_pylist()
        left, found = dict.fromkeys(names, max(1, most // len(names))), []
        for batch in file.iter_batches(ROWS_PER_BLOCK, use_threads=False):
            for name in [name for name, number in left.items() if number]:
                some = batch.filter(compute.equal(batch["data"], name)).slice(0, left[name])
                left[name] -= len(some)
                found.append(some)
            if not any(left.values()):
                break
        return pa.Table.from_batches(found, schema=file.schema_arrow)
