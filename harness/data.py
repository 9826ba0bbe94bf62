"""From rows of any source to samples: columns, labels by name, stable ids, and an order that a limit only cuts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from harness.errors import UserError, listed, nearest
from harness.suite import DataSpec
from harness.types import Sample

DEFAULT_COLUMNS = {"input": "text", "label": "label"}


@dataclass(frozen=True)
class Data:
    """Samples in their order, and the fingerprint of all that is in them."""

    samples: Sequence[Sample[Any]]
    fingerprint: str


def read_samples(rows: Iterable[Mapping[str, Any]], spec: DataSpec, labels: Sequence[str], seed: int) -> Data:
    """The samples of a suite's data, labels as indices into the model's `labels`.

    The order is by hash of (seed, id), so that a smaller limit is the beginning of a larger one. Raises
    UserError for missing columns, inputs or labels, ids that occur twice, and empty data.
    """
    table = list(rows)
    columns = columns_of(table, spec)
    names = _label_names(table, columns["label"], spec)
    index = _label_indices(names, labels, spec)
    inputs = [_input(row, columns["input"], number) for number, row in enumerate(table, 1)]
    ids = _ids(table, inputs, names, columns.get("id"))
    samples = [Sample(*each) for each in zip(ids, inputs, (index[name] for name in names), strict=True)]
    samples.sort(key=lambda sample: (_digest(seed, sample.id), sample.id))
    samples = samples[: spec.limit]
    return Data(samples, _fingerprint(samples))


def columns_of(rows: Sequence[Mapping[str, Any]], spec: DataSpec) -> dict[str, str]:
    """The columns of input, label and id; raises UserError when one is missing, or there are no rows."""
    if not rows:
        raise UserError(f"data {spec.use!r} has no rows: expected at least one")
    columns: dict[str, str] = DEFAULT_COLUMNS | {str(meaning): column for meaning, column in spec.columns.items()}
    for meaning, column in columns.items():
        if column not in rows[0]:
            raise UserError(
                f"the data has no column {column!r} for the {meaning}: its columns are {listed(rows[0])} "
                f"(say which with `columns: {{{meaning}: ...}}` in `data`){nearest(column, map(str, rows[0]))}"
            )
    return columns


def folded(name: str) -> str:
    """A label as it is compared: regardless of case and outer space."""
    return name.strip().casefold()


def _input(row: Mapping[str, Any], column: str, number: int) -> Any:
    value = row.get(column)
    if value is None:
        raise UserError(f"row {number} of the data has no {column!r}: expected an input in every row")
    return value


def _label_names(table: Sequence[Mapping[str, Any]], column: str, spec: DataSpec) -> list[str]:
    """Every row's label by name, after the suite's mapping."""
    mapping = {str(raw): name for raw, name in spec.labels.items()}
    names = []
    for number, row in enumerate(table, 1):
        raw = row.get(column)
        if raw is None:
            raise UserError(f"row {number} of the data has no label in column {column!r}: expected one in every row")
        names.append(mapping.get(_plain(raw), _plain(raw)))
    return names


def _label_indices(names: Sequence[str], labels: Sequence[str], spec: DataSpec) -> dict[str, int]:
    """The index of every name among the model's labels, regardless of case and outer space."""
    known = {folded(label): at for at, label in enumerate(labels)}
    distinct = sorted(set(names), key=lambda name: name.zfill(20) if name.isdigit() else name)
    lacking = [name for name in distinct if folded(name) not in known]
    if lacking:
        raise UserError(_mismatch(lacking, distinct, labels, spec))
    return {name: known[folded(name)] for name in distinct}


def _mismatch(lacking: Sequence[str], names: Sequence[str], labels: Sequence[str], spec: DataSpec) -> str:
    """What differs, and a mapping to copy: the labels nobody has yet for those that the model lacks."""
    mapping = {str(raw): name for raw, name in spec.labels.items()}
    used = {folded(name) for name in names}
    free = iter([label for label in labels if folded(label) not in used])
    wrong = [raw for raw, name in mapping.items() if name in lacking]
    mapping |= {raw: next(free, "...") for raw in [*wrong, *(name for name in lacking if name not in mapping.values())]}
    written = ", ".join(f"{raw if raw.isalnum() else json.dumps(raw)}: {name}" for raw, name in mapping.items())
    return (
        f"the model lacks the label{'s' * (len(lacking) > 1)} {listed(map(repr, lacking))} of the data.\n"
        f"  the data's labels:  {listed(names)}\n  the model's labels: {listed(labels)}\n"
        f"Map them in `data` (and check the order):  labels: {{{written}}}"
    )


def _ids(
    table: Sequence[Mapping[str, Any]], inputs: Sequence[Any], names: Sequence[str], column: str | None
) -> list[str]:
    if column is None:
        return _content_ids(inputs, names)
    if without := [number for number, row in enumerate(table, 1) if row.get(column) is None]:
        raise UserError(f"row {without[0]} of the data has no id in column {column!r}: expected one in every row")
    ids = [_plain(row[column]) for row in table]
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        raise UserError(
            f"the data's id column {column!r} holds {twice[0]!r} {ids.count(twice[0])} times: expected distinct ids"
        )
    return ids


def _content_ids(inputs: Sequence[Any], names: Sequence[str]) -> list[str]:
    """A hash of input and label; equal rows are told apart by their occurrence."""
    seen: Counter[str] = Counter()
    ids = []
    for content in zip(inputs, names, strict=True):
        digest = _digest(*content)
        seen[digest] += 1
        ids.append(digest if seen[digest] == 1 else f"{digest}-{seen[digest]}")
    return ids


def _digest(*content: object) -> str:
    text = json.dumps(content, sort_keys=True, default=repr)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _fingerprint(samples: Sequence[Sample[Any]]) -> str:
    whole = blake2b(digest_size=16)
    for sample in samples:
        whole.update(_digest(sample.id, sample.input, sample.label).encode())
    return whole.hexdigest()


def _plain(value: object) -> str:
    """A raw label or id as a word: 1 and 1.0 are the same label."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)
