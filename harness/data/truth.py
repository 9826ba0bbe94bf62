"""What is true of every row: a class of the model's by name, a number, or the labels that hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from harness.data.table import Row
from harness.errors import UserError, listed
from harness.suite.file import DataSpec
from harness.types import folded

MANY = 50
"""Labels up to which a mapping can be written by hand."""


@dataclass(frozen=True)
class Truth:
    """One entry a row: the truth in words, and what samples hold of it."""

    words: Sequence[str]
    labels: Sequence[int] = ()
    targets: Sequence[float | tuple[int, ...]] = ()

    def label(self, at: int) -> int | None:
        """The index of a row's class, where there are classes."""
        return self.labels[at] if self.labels else None

    def target(self, at: int) -> float | tuple[int, ...] | None:
        """A row's number, or the indices of its labels."""
        return self.targets[at] if self.targets else None


def truths(table: Sequence[Row], column: str | list[str], spec: DataSpec, labels: Sequence[str], output: str) -> Truth:
    """The truth of every row, in terms of the model's output and labels; raises UserError for what cannot be."""
    if output == "labels":
        return _label_sets(table, column, spec, labels)
    if isinstance(column, list):
        raise UserError(
            f"the label stands in {len(column)} columns ({listed(column)}), but the model answers {output}: "
            "several label columns are for models with `output: labels`"
        )
    if output == "value":
        values = [_number(row.get(column), column, number) for number, row in enumerate(table, 1)]
        return Truth([repr(value) for value in values], targets=values)
    names = label_names(table, column, spec)
    index = _label_indices(names, labels, spec)
    return Truth(names, labels=[index[name] for name in names])


def plain(value: object) -> str:
    """A raw label or id as a word: 1 and 1.0 are the same label."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def _number(raw: object, column: str, number: int) -> float:
    try:
        value = float(str(raw))
    except ValueError:
        value = float("nan")
    if not isfinite(value) or isinstance(raw, bool):
        raise UserError(
            f"row {number} of the data has {raw!r} in column {column!r}: expected a finite number, "
            "which is what the model answers"
        )
    return value


def _label_sets(table: Sequence[Row], column: str | list[str], spec: DataSpec, labels: Sequence[str]) -> Truth:
    """A column that lists the labels that hold, or a column of 0 and 1 for each label."""
    mapping = {str(raw): name for raw, name in spec.labels.items()}
    if isinstance(column, list):
        _require_columns([mapping.get(each, each) for each in column], column, labels)
        rows = [[name for name in column if _holds(row.get(name), name, at)] for at, row in enumerate(table, 1)]
    else:
        rows = [_listed_labels(row.get(column), column, number) for number, row in enumerate(table, 1)]
    named = [[mapping.get(each, each) for each in row] for row in rows]
    index = _label_indices([each for row in named for each in row], labels, spec)
    sets = [tuple(sorted({index[each] for each in row})) for row in named]
    return Truth([json.dumps(sorted(row)) for row in named], targets=sets)


def _require_columns(names: Sequence[str], columns: Sequence[str], labels: Sequence[str]) -> None:
    """Raise UserError for a label of the model's that no column is named after: it would count as never true."""
    named = {folded(name) for name in names}
    if lacking := [label for label in labels if folded(label) not in named]:
        raise UserError(
            f"no column of the data is the model's label {listed(map(repr, lacking))}: the labels stand in "
            f"{listed(columns)}; expected a column of 0 and 1 for each label of the model ({listed(labels)}), "
            "or a mapping of other names with `labels` in `data`"
        )


def _listed_labels(raw: object, column: str, number: int) -> list[str]:
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return [plain(each) for each in raw]
    raise UserError(
        f"row {number} of the data has {raw!r} in column {column!r}: expected a list of the labels that hold; "
        "where each label has a column of 0 and 1, list those: `columns: {label: [a, b]}`"
    )


def _holds(raw: object, column: str, number: int) -> bool:
    word = plain(raw).strip().casefold()
    if word not in {"0", "1", "true", "false"}:
        raise UserError(f"row {number} of the data has {raw!r} in column {column!r}: expected 0 or 1")
    return word in {"1", "true"}


def label_names(table: Sequence[Row], column: str, spec: DataSpec) -> list[str]:
    """Every row's label by name, after the suite's mapping."""
    mapping = {str(raw): name for raw, name in spec.labels.items()}
    names = []
    for number, row in enumerate(table, 1):
        raw = row.get(column)
        if raw is None:
            raise UserError(f"row {number} of the data has no label in column {column!r}: expected one in every row")
        names.append(mapping.get(plain(raw), plain(raw)))
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
    if len(names) > MANY:
        return (
            f"the model lacks {len(lacking)} of the data's {len(names)} labels, beginning with "
            f"{listed(map(repr, lacking[:3]))}: expected some of {listed(labels[:MANY])}; does another column hold the "
            "labels? Say which with `columns: {label: ...}` in `data`"
        )
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
