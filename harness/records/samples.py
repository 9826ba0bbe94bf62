"""The samples of a run as it keeps them: `samples.parquet`, written in blocks and read by columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import UserError
from harness.records.record import encodable, written
from harness.types import Sample

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLES = "samples.parquet"
"""Its name in the run directory."""

SAMPLES_AT_ONCE = 10_000
"""Rows of a block of `samples.parquet`."""


def write_samples(path: Path, samples: Sequence[Sample[Any]], labels: Sequence[str]) -> None:
    """A row a sample; what UTF-8 cannot hold becomes U+FFFD."""
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(name, pa.string()) for name in ("id", "input", "label", "data")])
    with parquet.ParquetWriter(path, schema) as file:
        for begin in range(0, len(samples), SAMPLES_AT_ONCE):
            some = samples[begin : begin + SAMPLES_AT_ONCE]
            columns: list[list[str | None]] = [
                [sample.id for sample in some],
                [written(sample.input) for sample in some],
                [_truth(sample, labels) for sample in some],
                [sample.data for sample in some],
            ]
            file.write_table(pa.table([_texts(column) for column in columns], schema=schema))


def _texts(texts: Sequence[str | None]) -> pa.Array:
    """A column of texts, as UTF-8 can hold them."""
    import pyarrow as pa

    try:
        return pa.array(texts, pa.string())
    except UnicodeEncodeError:
        return pa.array([encodable(text) for text in texts], pa.string())


def _truth(sample: Sample[Any], labels: Sequence[str]) -> str | None:
    """A sample's label by name, its number, or the names of its labels as a JSON list."""
    if sample.label is not None:
        return labels[sample.label]
    if isinstance(sample.target, tuple):
        return json.dumps([labels[at] for at in sample.target], ensure_ascii=False)
    return None if sample.target is None else repr(sample.target)


def sample_table(path: Path, most: int | None = None) -> pa.Table:
    """Every sample, or the first so many, in equal parts of each set; raises UserError when there are none."""
    from pyarrow import ArrowException, parquet

    try:
        return parquet.read_table(path) if most is None else _first_of_each_set(path, most)
    except (OSError, ArrowException) as error:
        raise UserError(f"{path.parent}: its samples cannot be read: {error}; the run's files were changed") from None


def _first_of_each_set(path: Path, most: int) -> pa.Table:
    """Read block by block, as far as needed: all samples of a large run would not fit beside it."""
    import pyarrow as pa
    from pyarrow import compute, parquet

    with parquet.ParquetFile(path) as file:
        names = file.read(columns=["data"], use_threads=False)["data"].unique().to_pylist()
        left, found = dict.fromkeys(names, max(1, most // len(names))), []
        for batch in file.iter_batches(SAMPLES_AT_ONCE, use_threads=False):
            for name in [name for name, number in left.items() if number]:
                some = batch.filter(compute.equal(batch["data"], name)).slice(0, left[name])
                left[name] -= len(some)
                found.append(some)
            if not any(left.values()):
                break
        return pa.Table.from_batches(found, schema=file.schema_arrow)
