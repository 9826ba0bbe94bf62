"""Data in memory: rows as mappings, pairs of inputs and labels, arrays and frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from harness.errors import UserError

Rows = list[Mapping[str, Any]]


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
    if _is_series(data):
        rows = list(data)
        if all(isinstance(row, Mapping) for row in rows):
            return Given(rows)
    raise UserError(
        f"expected rows as mappings, a pair (inputs, labels), a data frame or a data set, but got {type(data).__name__}"
    )


def _of_pair(inputs: object, labels: object) -> Given:
    """Inputs and the label of each; raises UserError for what is no series of them."""
    records = _records(inputs)
    if (records is None and not _is_series(inputs)) or not _is_series(labels):
        raise UserError(
            "expected a pair (inputs, labels) of two sequences, "
            f"but got ({type(inputs).__name__}, {type(labels).__name__}): "
            "put a single input and its label in lists, ([input], [label]), and rows in a list, [row, row]"
        )
    named = list(labels.tolist() if hasattr(labels, "tolist") else labels)
    found = _of_rows(records) if records is not None else _of_inputs(inputs)
    if len(found.rows) != len(named):
        raise UserError(f"expected one label per input, but got {len(found.rows)} inputs and {len(named)} labels")
    name = "label" if not found.rows or "label" not in found.rows[0] else "label of the pair"
    rows: Rows = [{**row, name: label} for row, label in zip(found.rows, named, strict=True)]
    return Given(rows, {**found.columns, "label": name}, found.kind)


def _of_inputs(inputs: Any) -> Given:
    """Inputs by their shape: `(n, height, width)` and `(n, height, width, channels)` images, `(n, columns)` rows."""
    shape: tuple[int, ...] = tuple(getattr(inputs, "shape", ()))
    if len(shape) in {3, 4}:
        return Given([{"image": each} for each in _array(inputs)], {"input": "image"}, "image")
    if len(shape) == 2:
        names = [f"x{at}" for at in range(shape[1])]
        rows: Rows = [dict(zip(names, row, strict=True)) for row in inputs.tolist()]
        return Given(rows, {"input": names}, "row")
    values = list(inputs)
    if values and all(isinstance(value, Mapping) for value in values):
        return _of_rows(values)
    return Given([{"text": value} for value in values], {"input": "text"})


def _of_rows(rows: Rows) -> Given:
    """Rows of which every column is the input's: a pair where all of them are texts, else a row of cells."""
    names = [str(name) for name in rows[0]] if rows else []
    return Given(rows, {"input": names[0] if len(names) == 1 else names})


def _array(inputs: Any) -> Sequence[Any]:
    """Tensors as arrays."""
    return inputs.numpy() if hasattr(inputs, "numpy") else inputs  # type: ignore[no-any-return]  # a tensor's own


def _records(data: Any) -> Rows | None:
    """The rows of an Arrow table or a data frame; None for what is neither."""
    if _gives_rows(data) or not hasattr(data, "columns" if hasattr(data, "to_dict") else "to_pylist"):
        return None
    if hasattr(data, "to_pylist"):
        return list(data.to_pylist())
    return list(data.to_dict(orient="records")) if hasattr(data, "to_dict") else None


def _gives_rows(data: object) -> bool:
    """Whether it gives its rows one by one, as Hugging Face's data sets do, which have a `to_dict` of columns."""
    return hasattr(data, "column_names") and not hasattr(data, "to_pylist") and hasattr(data, "features")


def _is_series(data: object) -> TypeGuard[Iterable[Any]]:
    """Whether it gives one thing after another; a text gives letters and a mapping keys, which nobody means."""
    return isinstance(data, Iterable) and not isinstance(data, (str, bytes, Mapping))
