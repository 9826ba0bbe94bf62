"""From rows of any source to samples: columns, filters, ids, and an order that a limit only cuts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.data.table import Row, Table
from harness.data.truth import Truth, label_names, plain, truths
from harness.errors import UserError, listed, nearest
from harness.suite.file import DataSpec, Within
from harness.types import Sample

DEFAULT_COLUMNS = {"input": "text", "label": "label"}
_in_json = json.JSONEncoder(sort_keys=True, default=repr).encode


@dataclass(frozen=True)
class Data:
    """A set: its name, empty where there is only one, its samples in their order, and what is in them as a hash."""

    samples: Sequence[Sample[Any]]
    fingerprint: str
    name: str = ""


def read_samples(
    rows: Iterable[Row], spec: DataSpec, labels: Sequence[str], seed: int, output: str = "probabilities", name: str = ""
) -> Data:
    """The samples of a set, with what is true of each in terms of the model's `output` and `labels`.

    The order is by hash of (seed, id), so that a smaller limit is the beginning of a larger one. With a `name`
    ids begin with it. Raises UserError for missing columns, inputs or labels, ids that occur twice, and empty data.
    """
    table = filtered(rows if isinstance(rows, Sequence) else list(rows), spec)
    columns = columns_of(table, spec)
    inputs = [_input(row, columns["input"], number) for number, row in enumerate(table, 1)]
    found = truths(table, columns["label"], spec, labels, output)
    ids = _ids(table, inputs, found.words, columns.get("id"))
    order = _order(ids, seed)[: spec.limit].tolist()
    samples = [_sample(ids[at], inputs[at], found, at, name) for at in order]
    return Data(samples, _fingerprint(samples), name)


def require_sound(rows: Sequence[Row], spec: DataSpec, labels: Sequence[str], output: str | None) -> None:
    """Raise UserError as `read_samples` does, as far as it can be told without a model.

    Without labels, what rows are labelled is taken as it is; without an output, none of it is looked at.
    """
    columns = columns_of(rows, spec)
    inputs = [_input(row, columns["input"], number) for number, row in enumerate(rows, 1)]
    if output == "value" or (output and labels):
        truths(rows, columns["label"], spec, labels, output)
    elif output == "probabilities" and isinstance(columns["label"], str):
        label_names(rows, columns["label"], spec)
    _ids(rows, inputs, [""] * len(inputs), columns.get("id"))


def narrow(rows: Iterable[Row], spec: DataSpec) -> Table:
    """The rows that the set's `filter` keeps, as far as samples need them; raises UserError as `read_samples` does."""
    kept = filtered(rows if isinstance(rows, Table) else Table(rows), spec)
    columns = [[each] if isinstance(each, str) else each for each in columns_of(kept, spec).values()]
    names = dict.fromkeys([*(name for each in columns for name in each), *spec.filter])
    return (kept if isinstance(kept, Table) else Table(kept)).only(names)


def filtered(rows: Sequence[Row], spec: DataSpec) -> Sequence[Row]:
    """The rows that the set's `filter` keeps; raises UserError for a column that is not there, or when none is left."""
    kept: Sequence[Row] = rows
    for column, wanted in spec.filter.items():
        _require_column(kept, column, "filter")
        kept = [row for row in kept if _matches(row.get(column), wanted)]
        if rows and not kept:
            values = sorted({plain(row.get(column)) for row in rows})
            raise UserError(
                f"filter: {column} keeps none of {len(rows)} rows: expected one of its values, {listed(values[:20])}",
                "filter",
            )
    return kept


def columns_of(rows: Sequence[Row], spec: DataSpec) -> dict[str, str | list[str]]:
    """The columns of input, label and id; raises UserError when one is missing, or there are no rows."""
    if not rows:
        raise UserError(f"data {spec.use!r} has no rows: expected at least one")
    columns: dict[str, str | list[str]] = dict(DEFAULT_COLUMNS)
    columns.update({str(meaning): column for meaning, column in spec.columns.items()})
    for meaning, column in columns.items():
        for each in [column] if isinstance(column, str) else column:
            _require_column(rows, each, meaning)
    return columns


def _require_column(rows: Sequence[Row], column: str, meaning: str) -> None:
    if rows and column not in rows[0]:
        how = "" if meaning == "filter" else f" (say which with `columns: {{{meaning}: ...}}` in `data`)"
        raise UserError(
            f"the data has no column {column!r} for the {meaning}: its columns are {listed(rows[0])}"
            f"{how}{nearest(column, map(str, rows[0]))}"
        )


def _matches(value: object, wanted: object) -> bool:
    if isinstance(wanted, Within):
        return _is_number(value) and wanted.min <= float(str(value)) <= wanted.max
    options = wanted if isinstance(wanted, list) else [wanted]
    return plain(value) in map(plain, options)


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return not isinstance(value, bool)


def _input(row: Row, column: str | list[str], number: int) -> Any:
    """A column's value, or a mapping of several columns to theirs."""
    if isinstance(column, list):
        return {each: _input(row, each, number) for each in column}
    value = row.get(column)
    if value is None:
        raise UserError(f"row {number} of the data has no {column!r}: expected an input in every row")
    return value


def _sample(id_: str, value: Any, found: Truth, at: int, name: str) -> Sample[Any]:
    return Sample(f"{name}/{id_}" if name else id_, value, found.label(at), found.target(at), name)


def _ids(
    table: Sequence[Row], inputs: Sequence[Any], words: Sequence[str], column: str | list[str] | None
) -> list[str]:
    if not isinstance(column, str):
        return _content_ids(inputs, words)
    if without := [number for number, row in enumerate(table, 1) if row.get(column) is None]:
        raise UserError(f"row {without[0]} of the data has no id in column {column!r}: expected one in every row")
    ids = [plain(row[column]) for row in table]
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        raise UserError(
            f"the data's id column {column!r} holds {twice[0]!r} {ids.count(twice[0])} times: expected distinct ids"
        )
    return ids


def _order(ids: Sequence[str], seed: int) -> npt.NDArray[np.intp]:
    """The places of the ids by hash; those of one hash, which is next to never, by id."""
    hashes = np.fromiter((int(_digest(seed, name), 16) for name in ids), np.uint64, len(ids))
    order = np.argsort(hashes, kind="stable")
    if (hashes[order][1:] == hashes[order][:-1]).any():
        return np.array(sorted(range(len(ids)), key=lambda at: (hashes[at], ids[at])), dtype=np.intp)
    return order


def _content_ids(inputs: Sequence[Any], words: Sequence[str]) -> list[str]:
    """A hash of input and label; equal rows are told apart by their occurrence."""
    seen: dict[str, int] = {}
    ids = []
    for content in zip(inputs, words, strict=True):
        digest = _digest(*content)
        before = seen.get(digest, 0)
        seen[digest] = before + 1
        ids.append(f"{digest}-{before + 1}" if before else digest)
    return ids


def _digest(*content: object) -> str:
    return blake2b(_in_json(content).encode(), digest_size=8).hexdigest()


def _fingerprint(samples: Sequence[Sample[Any]]) -> str:
    whole = blake2b(digest_size=16)
    for sample in samples:
        whole.update(_digest(sample.id, sample.input, sample.truth).encode())
    return whole.hexdigest()
