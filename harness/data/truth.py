"""The truth of every row, read from columns: a class by name, a number, or the labels that apply."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from harness.data.table import Row
from harness.errors import UserError, listed
from harness.kinds.outputs import OutputKind, Truths
from harness.labels.written import plain
from harness.suite.reading import scalar
from harness.types import folded

MAX_LABELS_BY_HAND = 50
"""Labels up to which a mapping can be written by hand."""


@dataclass(frozen=True)
class Naming:
    """How the data's labels become the model's: the mapping of the suite, and the model's labels, if they are known."""

    mapping: Mapping[str | int, str]
    labels: Sequence[str] = ()

    @property
    def renamed(self) -> dict[str, str]:
        """The mapping by the raw labels as words."""
        return {str(raw): name for raw, name in self.mapping.items()}

    def indices(self, names: Sequence[str]) -> dict[str, int]:
        """The index of every name among the labels, regardless of case and outer space; UserError for a stranger."""
        known = {folded(label): at for at, label in enumerate(self.labels)}
        distinct = sorted(set(names), key=lambda name: name.zfill(20) if name.isdigit() else name)
        if unknown := [name for name in distinct if folded(name) not in known]:
            raise UserError(_mismatch(unknown, distinct, self))
        return {name: known[folded(name)] for name in distinct}


@dataclass(frozen=True)
class TruthColumns:
    """The columns of a table that contain the truth, for the kind of output to read them; `answers` in messages."""

    table: Sequence[Row]
    columns: str | list[str]
    naming: Naming
    answers: str

    def classes(self) -> Truths:
        """Every row's class: its name after the suite's mapping, and its index among the model's labels."""
        column, mapping, names = self._only(), self.naming.renamed, list[str]()
        for number, row in enumerate(self.table, 1):
            raw = row.get(column)
            if raw is None:
                raise UserError(
                    f"row {number} of the data has no label in column {column!r}: expected one in every row"
                )
            names.append(mapping.get(plain(raw), plain(raw)))
        if not self.naming.labels:
            return Truths(names)
        index = self.naming.indices(names)
        return Truths(names, [index[name] for name in names])

    def numbers(self) -> Truths:
        """Every row's number."""
        column = self._only()
        values = [_number(row.get(column), column, number) for number, row in enumerate(self.table, 1)]
        return Truths([repr(value) for value in values], values)

    def label_sets(self) -> Truths:
        """Every row's labels: from a column that lists those that apply, or a column of 0 and 1 for each label."""
        mapping = self.naming.renamed
        named = [[mapping.get(each, each) for each in row] for row in self._listed()]
        words = [json.dumps(sorted(row)) for row in named]
        if not self.naming.labels:
            return Truths(words)
        index = self.naming.indices([each for row in named for each in row])
        return Truths(words, [tuple(sorted({index[each] for each in row})) for row in named])

    def _only(self) -> str:
        if isinstance(self.columns, list):
            raise UserError(
                f"the label has {len(self.columns)} columns ({listed(self.columns)}), but the model answers "
                f"{self.answers}: several label columns are for models with `output: labels`"
            )
        return self.columns

    def _listed(self) -> list[list[str]]:
        """The labels of every row as the data call them."""
        names, rows = self.columns, enumerate(self.table, 1)
        if isinstance(names, str):
            return [_listed_labels(row.get(names), names, number) for number, row in rows]
        mapping = self.naming.renamed
        _require_columns([mapping.get(each, each) for each in names], names, self.naming.labels)
        return [[name for name in names if _holds(row.get(name), name, number)] for number, row in rows]


def read_truths(output: OutputKind, table: Sequence[Row], columns: str | list[str] | None, naming: Naming) -> Truths:
    """What is true of every row, as the kind of output reads it, None without columns; UserError for what cannot be."""
    if columns is None:
        return Truths([""] * len(table), [None] * len(table))
    return output.read(TruthColumns(table, columns, naming, output.columns))


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


def _require_columns(names: Sequence[str], columns: Sequence[str], labels: Sequence[str]) -> None:
    """Raise UserError for a label of the model's that no column is named after: it would count as never true."""
    named = {folded(name) for name in names}
    if missing := [label for label in labels if folded(label) not in named]:
        raise UserError(
            f"no column of the data is the model's label {listed(map(repr, missing))}: the label columns are "
            f"{listed(columns)}; expected a column of 0 and 1 for each label of the model ({listed(labels)}), "
            "or a mapping of other names with `labels` in `data`"
        )


def _listed_labels(raw: object, column: str, number: int) -> list[str]:
    if isinstance(raw, Sequence) and not isinstance(raw, str):
        return [plain(each) for each in raw]
    raise UserError(
        f"row {number} of the data has {raw!r} in column {column!r}: expected a list of the labels that apply; "
        "where each label has a column of 0 and 1, list those: `columns: {label: [a, b]}`"
    )


def _holds(raw: object, column: str, number: int) -> bool:
    word = plain(raw).strip().casefold()
    if word not in {"0", "1", "true", "false"}:
        raise UserError(f"row {number} of the data has {raw!r} in column {column!r}: expected 0 or 1")
    return word in {"1", "true"}


def _mismatch(unknown: Sequence[str], names: Sequence[str], naming: Naming) -> str:
    """The difference, and a mapping to copy: the model's unused labels for those that it does not have."""
    labels = naming.labels
    if len(names) > MAX_LABELS_BY_HAND:
        return (
            f"the model does not know {len(unknown)} of the data's {len(names)} labels, beginning with "
            f"{listed(map(repr, unknown[:3]))}: expected some of {listed(labels[:MAX_LABELS_BY_HAND])}; "
            "does another column contain the labels? Name it with `columns: {label: ...}` in `data`"
        )
    mapping, used = naming.renamed, {folded(name) for name in names}
    free = iter([label for label in labels if folded(label) not in used])
    wrong = [raw for raw, name in mapping.items() if name in unknown]
    mapping |= {raw: next(free, "...") for raw in [*wrong, *(name for name in unknown if name not in mapping.values())]}
    in_python = f"; in Python, where they are places: labels={[*labels]!r}" if are_places(names, labels, 0) else ""
    return (
        f"the model does not know the label{'s' * (len(unknown) > 1)} {listed(map(repr, unknown))} of the data.\n"
        f"  the data's labels:  {listed(names)}\n  the model's labels: {listed(labels)}\n"
        f"Map them in `data` (and check the order):  labels: {in_yaml(mapping)}{in_python}\n"
        f"or on the command line:  --set {shlex.quote(f'data.labels={in_yaml(mapping)}')}"
    )


def are_places(names: Sequence[str], labels: Sequence[str], first: int) -> bool:
    """Whether the data's labels are numbers of the model's, counted from `first`."""
    return {*names} <= {str(at + first) for at in range(len(labels))}


def in_yaml(mapping: Mapping[str, str]) -> str:
    """A mapping of labels as a suite has it."""
    return f"{{{', '.join(f'{_scalar(raw)}: {_scalar(name)}' for raw, name in mapping.items())}}}"


def _scalar(word: str) -> str:
    """A word as YAML's scalar: plain where it is sure to be read as what it is."""
    sure = word.isdigit() or (word.isidentifier() and scalar(word) == word)
    return word if sure or word == "..." else json.dumps(word)
