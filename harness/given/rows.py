"""Data in memory: rows as mappings, pairs of inputs and labels, arrays, tensors and frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from harness.errors import UserError
from harness.labels.written import plain

if TYPE_CHECKING:
    import pyarrow as pa

Rows = list[Mapping[str, Any]]

EXPECTED = "rows as mappings, a pair (inputs, labels), pairs (input, label), a data frame, an Arrow table or a data set"


@dataclass(frozen=True)
class Given:
    """Rows, the columns that are not called as usual, and the kind of input where its shape says it."""

    rows: Rows
    columns: Mapping[str, str | list[str]] = field(default_factory=dict)
    kind: str | None = None


def given_data(data: object) -> Given:
    """What the data are, in any of the forms that `harness.evaluate` takes; raises UserError for another."""
    if isinstance(data, Given):
        return data
    if isinstance(data, tuple) and len(data) == 2 and not all(isinstance(each, Mapping) for each in data):
        return _of_pair(*data)
    if (records := _records(data)) is not None:
        return Given(records)
    rows = _listed(data)
    if rows is not None and all(isinstance(row, Mapping) for row in rows):
        return Given([_with_plain(row) for row in rows])
    if rows and not hasattr(data, "shape") and all(isinstance(row, (tuple, list)) and len(row) == 2 for row in rows):
        _require_single(rows)
        inputs, labels = zip(*rows, strict=True)
        return _of_pair(list(inputs), list(labels))
    raise UserError(f"expected {EXPECTED}, but got {_described(data, rows)}")


def classes_in(given: Given, columns: Mapping[str, Any]) -> list[str]:
    """The classes that the rows are labelled with, in order; none where labels stand in several columns."""
    column = columns.get("label") or given.columns.get("label") or "label"
    if not isinstance(column, str):
        return []
    found = {plain(row[column]) for row in given.rows if row.get(column) is not None}
    return sorted(found, key=lambda name: (not name.lstrip("-").isdigit(), int(name) if name.isdigit() else 0, name))


def _require_single(pairs: Sequence[Any]) -> None:
    """Raise UserError for pairs that are batches, as a loader gives them: as many inputs as labels in each."""
    if all(len(getattr(label, "shape", ())) == 1 and _length(given) == len(label) for given, label in pairs):
        raise UserError(
            f"expected pairs (input, label), but got batches, the first of {len(pairs[0][1])} inputs and labels: give "
            "what they are made from, like the `dataset` of a loader"
        )


def _length(given: Any) -> int:
    return -1 if isinstance(given, str) or not hasattr(given, "__len__") else len(given)


def _described(data: object, rows: Sequence[Any] | None) -> str:
    """What came instead: its type, and that of what is in it."""
    if rows:
        return f"{type(data).__name__} of {type(rows[0]).__name__}"
    return type(data).__name__ + (": call its `collect()` first" if hasattr(data, "collect") else "")


def _of_pair(inputs: object, labels: object) -> Given:
    """Inputs and the label of each; raises UserError for what is no series of them."""
    records, named = _records(inputs), _label_rows(labels)
    values = inputs if hasattr(inputs, "shape") and not _gives_rows(inputs) else _listed(inputs)
    if (records is None and values is None) or named is None:
        raise UserError(
            "expected a pair (inputs, labels) of two sequences, "
            f"but got ({type(inputs).__name__}, {type(labels).__name__}): "
            "put a single input and its label in lists, ([input], [label]), and rows in a list, [row, row]"
        )
    found = _of_rows(records) if records is not None else _of_inputs(values)
    if len(found.rows) != len(named):
        raise UserError(f"expected one label per input, but got {len(found.rows)} inputs and {len(named)} labels")
    return _labelled(found, named)


def _label_rows(labels: Any) -> list[Any] | None:
    """The label of each row; of a frame, or an array `(n, labels)`, a mapping with the column of each label."""
    records = _records(labels)
    if records is None and len(getattr(labels, "shape", ())) == 2:
        records = [{str(at): cell for at, cell in enumerate(row)} for row in _array(labels).tolist()]
    if records is None:
        found = _listed(labels)
        return None if found is None else [plain_value(each) for each in found]
    return [next(iter(row.values())) for row in records] if records and len(records[0]) == 1 else list(records)


def _labelled(found: Given, named: Sequence[Any]) -> Given:
    """The rows with the label of each in a column, or in a column for each label."""
    taken = set(found.rows[0]) if found.rows else set[str]()
    if named and all(isinstance(each, Mapping) for each in named):
        names = [str(name) for name in named[0]]
        if both := [name for name in names if name in taken]:
            raise UserError(
                f"the inputs and the labels both have a column {both[0]!r}: expected rows with all columns, and "
                "`columns={'label': [...]}` for those of labels"
            )
        rows: Rows = [{**row, **each} for row, each in zip(found.rows, named, strict=True)]
        return Given(rows, {**found.columns, "label": names}, found.kind)
    name = "label" if "label" not in taken else "label of the pair"
    rows = [{**row, name: label} for row, label in zip(found.rows, named, strict=True)]
    return Given(rows, {**found.columns, "label": name}, found.kind)


def _of_inputs(inputs: Any) -> Given:
    """Inputs by their shape: `(n, height, width)` and `(n, height, width, channels)` images, `(n, columns)` rows."""
    shape: tuple[int, ...] = tuple(getattr(inputs, "shape", ()))
    if len(shape) in {3, 4}:
        return Given([{"image": each} for each in _array(inputs)], {"input": "image"}, "image")
    if len(shape) == 2:
        names = [f"x{at}" for at in range(shape[1])]
        rows: Rows = [dict(zip(names, row, strict=True)) for row in _array(inputs).tolist()]
        return Given(rows, {"input": names}, "row")
    values = _listed(inputs) or []
    if values and all(isinstance(value, Mapping) for value in values):
        return _of_rows([_with_plain(value) for value in values])
    if values and all(len(getattr(value, "shape", ())) in {2, 3} for value in values):
        return Given([{"image": _array(each)} for each in values], {"input": "image"}, "image")
    return Given([{"text": plain_value(value)} for value in values], {"input": "text"})


def _of_rows(rows: Rows) -> Given:
    """Rows of which every column is the input's: a pair where all of them are texts, else a row of cells."""
    if not rows:
        return Given(rows)
    names = [str(name) for name in rows[0]]
    return Given(rows, {"input": names[0] if len(names) == 1 else names})


def _array(values: Any) -> Any:
    """A tensor as an array, from whatever device and graph it is part of."""
    for step in ("detach", "cpu"):
        values = getattr(values, step)() if hasattr(values, step) else values
    if hasattr(values, "toarray"):  # of a sparse matrix
        return values.toarray()
    return values if isinstance(values, np.ndarray) else np.asarray(values)


def plain_value(value: Any) -> Any:
    """A number of an array or a tensor as Python has it; anything else as it is."""
    return value.tolist() if getattr(value, "shape", None) == () and hasattr(value, "tolist") else value


def _with_plain(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: plain_value(value) for name, value in row.items()}


def _records(data: Any) -> Rows | None:
    """The rows of a data frame or an Arrow table; None for what is neither."""
    table = _table(data)
    if table is not None:
        return list(table.to_pylist())
    if hasattr(data, "to_dict") and hasattr(data, "columns") and not _gives_rows(data):
        return list(data.to_dict(orient="records"))
    return None


def _table(data: Any) -> pa.Table | None:
    """What speaks Arrow's PyCapsule protocol as a table, without an index beside its columns.

    None for a single column, and for a frame with cells that are no type of Arrow's.
    """
    if isinstance(data, type) or not hasattr(data, "__arrow_c_stream__"):
        return None
    import pyarrow as pa

    try:
        table = pa.table(data)
    except (pa.ArrowException, TypeError, ValueError):
        return None
    index = (table.schema.pandas_metadata or {}).get("index_columns", [])
    return table.drop_columns([name for name in index if isinstance(name, str) and name in table.column_names])


def _gives_rows(data: object) -> bool:
    """Whether it gives its rows one by one, as Hugging Face's data sets do, which have a `to_dict` of columns."""
    return hasattr(data, "column_names") and hasattr(data, "features")


def _listed(data: Any) -> list[Any] | None:
    """Its values where it gives one after another; a text gives letters and a mapping keys, which nobody means."""
    if hasattr(data, "to_pylist"):
        return list(data.to_pylist())
    if len(getattr(data, "shape", ())) > 0 and hasattr(data, "tolist"):
        found = data.tolist()
        return found if isinstance(found, list) else list(found)
    return list(data) if _is_series(data) else None


def _is_series(data: object) -> TypeGuard[Iterable[Any]]:
    """Whether it can be looped over, as what has a length and places can, too."""
    if isinstance(data, (str, bytes, Mapping, type)):
        return False
    return isinstance(data, Iterable) or (hasattr(data, "__getitem__") and hasattr(data, "__len__"))
