"""The samples of a run as it keeps them: `samples.parquet`, written in blocks and read by columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
Written: TypeAlias = tuple[str, str, str | None, str, str]
"""A sample as a run keeps it: id, input, truth, name of its set, group."""


def write_samples(
    path: Path,
    samples: Sequence[Sample[Any]],
    labels: Sequence[str],
    output: OutputKind = OUTPUTS["probabilities"],
    kind: InputKind | None = None,
) -> None:
    """One row per sample, as its kind of input and the model's output write it; U+FFFD for what UTF-8 cannot encode."""
    import pyarrow as pa
    from pyarrow import parquet

    written = (kind or default_kind()).write
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    with parquet.ParquetWriter(path, schema, write_page_checksum=True) as file:
        for rows in _blocks(samples, lambda truth: output.write(truth, labels), written):
            columns = list(zip(*rows, strict=True))
            file.write_table(pa.table([texts(column) for column in columns], schema=schema))


def _blocks(
    samples: Sequence[Sample[Any]], truth_of: Callable[[Any], str], write: Callable[[Any], str]
) -> Iterator[list[Written]]:
    """The rows of the samples, as many at a time as are small in memory."""
    rows: list[Written] = []
    size = 0
    for sample in samples:
        written = write(sample.input)
        truth = None if sample.truth is None else truth_of(sample.truth)
        rows.append((sample.id, written, truth, sample.data, sample.group))
        size += len(written)
        if len(rows) == ROWS_PER_BLOCK or size > CHARACTERS_PER_BLOCK:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


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
