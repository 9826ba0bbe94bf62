"""Rows kept by column: a million dictionaries weigh more than what is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias, overload

Row: TypeAlias = Mapping[str, Any]


class Table(Sequence[Row]):
    """Rows of any source, each a mapping of columns to values; every row has every column, None where it had none."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._columns: dict[str, list[Any]] = {}
        self._count = 0
        for row in rows:
            self._add(row)

    def _add(self, row: Row) -> None:
        for name, value in row.items():
            if name not in self._columns:
                self._columns[name] = [None] * self._count
            self._columns[name].append(value)
        self._count += 1
        if len(row) < len(self._columns):
            for column in self._columns.values():
                if len(column) < self._count:
                    column.append(None)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        names, columns = list(self._columns), self._columns.values()
        return (dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        return {name: column[index] for name, column in self._columns.items()}

    def only(self, names: Collection[str]) -> Table:
        """The same rows with some of their columns, in the order in which those first occurred."""
        made = Table()
        vars(made).update(
            _columns={name: column for name, column in self._columns.items() if name in names}, _count=self._count
        )
        return made
