"""Data that a task takes besides the samples it runs on, such as those that its model was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from typing import Annotated, Any, TypeAlias

import numpy as np

from harness.data.samples import Data, Sound, inputs_in, narrow, read_samples, require_sound
from harness.data.table import Table
from harness.engine.adapters import Connection
from harness.errors import UserError, listed
from harness.kinds.inputs import InputKind
from harness.suite.components import Component
from harness.suite.file import AsSpec, DataSpec
from harness.types import Array, Output, folded

DataSource: TypeAlias = Annotated[DataSpec, AsSpec]
"""The type of a task's parameter that names data: the name of a set of the suite, `use:value`, or a mapping."""


class Source:
    """Data under a key of a task, read when they are first asked for; what is wrong with them names that key.

    `set` is the name of the suite's set that they are, empty where they are none of its.
    """

    key: str
    set: str
    spec: DataSpec

    def __init__(self, key: str, spec: DataSpec, component: Component, of_suite: str = "") -> None:
        self.key, self.set, self.spec = key, of_suite, spec
        self._samples = spec
        self._component = component
        self._read: tuple[object, Data] | None = None

    @cached_property
    def rows(self) -> Table:
        """The rows that the filter keeps, with the columns that it needs; raises UserError where there are none."""
        with self._located():
            return narrow(self._component.call(), self.spec, labelled=False)

    def read(self, model: Connection) -> Data:
        """The samples, with what is true of them in terms of a model's labels; None where the rows have no label.

        Raises UserError for missing columns and labels that the model does not know.
        """
        known = (model.labels, model.output)
        if self._read is None or self._read[0] != known:
            with self._located():
                self._read = known, self._made(model)
            del self.rows  # they are in what was made of them now
        return self._read[1]

    def _made(self, model: Connection) -> Data:
        return read_samples(self.rows, self._samples, model.labels, 0, model.output)

    def require_like(
        self, kind: InputKind, columns: Sequence[str], labels: Sequence[str], output: Output | None
    ) -> None:
        """Raise UserError where these are not data of the same kind, and of the same columns if it has several."""
        found = self._read[1] if self._read else self._sound(labels, output)
        with self._located():
            if found.kind is not kind:
                raise UserError(
                    f"it has {found.kind.plural}, the samples are {kind.plural}: expected one kind of input"
                )
            if len(columns) > 1 and (other := set(columns) ^ set(found.columns)):
                raise UserError(
                    f"its inputs have the columns {listed(found.columns)}, those of the samples {listed(columns)}: "
                    f"expected the same, but {listed(sorted(other))} stand in one of the two only (name them with "
                    "`columns: {input: [..]}`)"
                )

    def _sound(self, labels: Sequence[str], output: Output | None) -> Sound:
        with self._located():
            return require_sound(self.rows, self._samples, labels, output)

    @contextmanager
    def _located(self) -> Iterator[None]:
        try:
            yield
        except UserError as error:
            if error.at[:1] != (self.key,):
                error.at, error.args = (self.key, *error.at), (f"{self.key}: {error}",)
            raise


class AnswerSource(Source):
    """Data with an answer to each input: their label columns are the probabilities of the model's classes.

    Such as those of models that were fitted without the row, from cross-validation.
    """

    def __init__(self, key: str, spec: DataSpec, component: Component, of_suite: str = "") -> None:
        super().__init__(key, spec, component, of_suite)
        self._samples = spec.model_copy(update={"columns": {**spec.columns, "label": None}})
        self._answers: tuple[Sequence[Any], Array] = ((), np.empty((0, 0)))

    def answers(self, model: Connection) -> tuple[Sequence[Any], Array]:
        """The inputs, and their probabilities `(n, classes)` in the order of the model's labels; raises UserError."""
        self.read(model)
        return self._answers

    def _made(self, model: Connection) -> Data:
        columns = self._columns(model.labels)
        given = [[row.get(name) for name in columns] for row in self.rows]
        try:
            rows = np.array(given, np.float64)
        except (TypeError, ValueError) as error:
            raise UserError(f"expected a probability in each of {listed(columns)}: {error}") from None
        if wrong := np.flatnonzero(~((rows >= 0) & (rows <= 1)).all(axis=1)).tolist():
            found = f"row {wrong[0] + 1} has {listed(map(str, given[wrong[0]]))} in {listed(columns)}"
            raise UserError(f"{found}: expected probabilities, in 0..1")
        self._answers = inputs_in(self.rows, self._samples)[1], rows
        made = super()._made(model)
        return replace(made, fingerprint=f"{made.fingerprint} {hash_of(rows)}")

    def _sound(self, labels: Sequence[str], output: Output | None) -> Sound:
        with self._located():
            if labels:
                self._columns(labels)
            return super()._sound(labels, output)

    def _columns(self, labels: Sequence[str]) -> list[str]:
        """The column of each label; raises UserError where one has none."""
        named = self.spec.columns.get("label")
        if not isinstance(named, list):
            raise UserError(f"expected a column of probabilities for each class ({listed(labels)}): {HOW}")
        names: Mapping[str, str] = {str(raw): name for raw, name in self.spec.labels.items()}
        known = {folded(names.get(column, column)): column for column in named}
        if missing := [label for label in labels if folded(label) not in known]:
            raise UserError(
                f"no column is called like the class {listed(map(repr, missing))}: its label columns are "
                f"{listed(named)}: expected one for each of {listed(labels)}, or `labels: {{COLUMN: CLASS}}` there"
            )
        return [known[folded(label)] for label in labels]


HOW = "name them, `columns: {label: [..]}`"


def hash_of(rows: Array) -> str:
    """A short hash of numbers."""
    return blake2b(rows.tobytes(), digest_size=16).hexdigest()
