"""From rows of any source to samples: columns, filters, ids, and an order that a limit only cuts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import Any, overload

from harness.data.identity import fingerprint_of, order_of, row_ids
from harness.data.table import Row, Table
from harness.data.truth import Naming, read_truths
from harness.errors import UserError, listed, nearest
from harness.kinds.inputs import InputKind, default_kind, input_kind, input_kinds, recognised
from harness.kinds.outputs import output_kind
from harness.labels.written import plain
from harness.slices.values import Absent, Values, ValuesOfSample, columns_read, present, read_values, require_unseen
from harness.suite.file import DataSpec
from harness.suite.filters import Within
from harness.types import NO_SLICES, Sample

LABEL = "label"
"""The column of the label where the suite names none."""


@dataclass(frozen=True)
class Placed:
    """Where the samples of a set stand in its data: their ids, the row of each among those that the filter keeps.

    `count` is that of these rows. The ids are `own` where a column of the data contains them.
    """

    ids: Sequence[str] = ()
    rows: Sequence[int] = ()
    count: int = 0
    own: bool = False


@dataclass(frozen=True)
class Data:
    """A set: its samples in their order, what is in them as a hash, their kind of input, and its name if it has one.

    `columns` are those of the input, `slices` the names of those that samples are known to be in, `placed` their rows.
    """

    samples: Sequence[Sample[Any]]
    fingerprint: str
    name: str = ""
    kind: InputKind = field(default_factory=default_kind)
    columns: Sequence[str] = ()
    slices: Sequence[str] = ()
    placed: Placed = field(default_factory=Placed)


class DecodedSamples(Sequence[Sample[Any]]):
    """Samples whose inputs are decoded each time one is looked at: thousands of images need not fit in memory.

    `about` are the name of their set and the language of their texts; without `groups` each is its own. `slices` are
    the value of each by the slice's name.
    """

    def __init__(
        self,
        ids: Sequence[str],
        inputs: Sequence[Any],
        truths: Sequence[Any],
        at: Sequence[int],
        about: tuple[str, str] = ("", ""),
        groups: Sequence[str] = (),
        slices: Mapping[str, Values] | None = None,
    ) -> None:
        self._ids, self._inputs, self._truths, self._at, self._about = ids, inputs, truths, at, about
        self._groups, self._slices = groups, slices or {}

    def __len__(self) -> int:
        return len(self._at)

    @overload
    def __getitem__(self, index: int) -> Sample[Any]: ...
    @overload
    def __getitem__(self, index: slice) -> DecodedSamples: ...
    def __getitem__(self, index: int | slice) -> Sample[Any] | DecodedSamples:
        if isinstance(index, slice):
            some = self._at[index]
            return DecodedSamples(self._ids, self._inputs, self._truths, some, self._about, self._groups, self._slices)
        at = self._at[index]
        truth, group = self._truths[at] if self._truths else None, self._groups[at] if self._groups else ""
        slices = ValuesOfSample(self._slices, at) if self._slices else NO_SLICES
        return Sample(self._ids[at], self._inputs[at], truth, *self._about, group, slices)

    def __iter__(self) -> Iterator[Sample[Any]]:
        return map(self.__getitem__, range(len(self)))

    @property
    def truths(self) -> dict[str, Any]:
        """What is true of each, by id, with no input decoded."""
        return {self._ids[at]: self._truths[at] if self._truths else None for at in self._at}

    @property
    def groups(self) -> dict[str, str]:
        """The group of each, by id; of those that have one."""
        return {self._ids[at]: self._groups[at] for at in self._at if self._groups[at]} if self._groups else {}

    @property
    def slices(self) -> dict[str, dict[str, str]]:
        """The value of each, by the slice's name and by id; of those that are in one."""
        return {
            name: {self._ids[at]: values[at] for at in self._at if values[at]} for name, values in self._slices.items()
        }


def truths_of(samples: Sequence[Sample[Any]]) -> dict[str, Any]:
    """What is true of each sample, by id."""
    if isinstance(samples, DecodedSamples):
        return samples.truths
    if isinstance(samples, Joined):
        return {name: truth for each in samples.sets for name, truth in truths_of(each).items()}
    return {sample.id: sample.truth for sample in samples}


def groups_of(samples: Sequence[Sample[Any]]) -> dict[str, str]:
    """The group of each sample by id, of those that have one."""
    if isinstance(samples, DecodedSamples):
        return samples.groups
    return {sample.id: sample.group for sample in samples if sample.group}


def slices_of(samples: Sequence[Sample[Any]]) -> dict[str, dict[str, str]]:
    """The value of each sample in each slice, by the slice's name and by id; of those that are in one."""
    if isinstance(samples, DecodedSamples):
        return samples.slices
    found: dict[str, dict[str, str]] = {}
    for sample in samples:
        for name, value in sample.slices.items():
            found.setdefault(name, {})[sample.id] = value
    return found


class Inputs(Sequence[Any]):
    """The inputs of samples, each looked at when it is asked for."""

    def __init__(self, samples: Sequence[Sample[Any]]) -> None:
        self._samples = samples

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: Any) -> Any:
        found = self._samples[index]
        return [each.input for each in found] if isinstance(index, slice) else found.input


def ids_of(samples: Sequence[Sample[Any]]) -> list[str]:
    """The id of each sample."""
    return list(truths_of(samples))


class Joined(Sequence[Sample[Any]]):
    """The samples of several sets, set by set, none of them decoded before it is looked at."""

    def __init__(self, sets: Sequence[Sequence[Sample[Any]]]) -> None:
        self.sets = sets
        self._ends = list(accumulate(map(len, sets)))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Sample[Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample[Any]]: ...
    def __getitem__(self, index: int | slice) -> Sample[Any] | list[Sample[Any]]:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        at = range(len(self))[index]
        place = bisect_right(self._ends, at)
        return self.sets[place][at - (self._ends[place - 1] if place else 0)]

    def __iter__(self) -> Iterator[Sample[Any]]:
        return chain.from_iterable(self.sets)


def joined(sets: Sequence[Sequence[Sample[Any]]]) -> Sequence[Sample[Any]]:
    """The samples of some sets as one sequence."""
    return sets[0] if len(sets) == 1 else Joined(sets)


def read_samples(
    rows: Iterable[Row], spec: DataSpec, labels: Sequence[str], seed: int, output: str = "probabilities", name: str = ""
) -> Data:
    """The samples of a set, with what is true of each in terms of the model's `output` and `labels`.

    The order is by hash of (sample seed, id), so that a smaller limit is the beginning of a larger one. With a `name`
    ids begin with it. Raises UserError for missing columns, inputs or labels, ids that occur twice, and empty data.
    """
    table = filtered(rows if isinstance(rows, Sequence) else list(rows), spec)
    columns = columns_of(table, spec)
    kind, inputs = _inputs(table, columns, spec)
    truths = read_truths(output_kind(output), table, columns.label, Naming(spec.labels, labels))
    sources = getattr(inputs, "sources", inputs)
    ids = row_ids(table, sources, truths.words, columns.id)
    order = order_of(ids, seed)[: spec.limit].tolist()
    titles = [f"{name}/{each}" for each in ids] if name else ids
    groups = _groups(table, columns.group)
    columns_read = [titles, sources, truths.values, *([groups] if groups else [])]
    fingerprint = fingerprint_of([column[at] for column in columns_read] for at in order)
    require_unseen(spec.slices, columns.input)
    slices = read_values(present(spec.slices, table[0]) if name else spec.slices, table, inputs, order)
    decoded = DecodedSamples(titles, inputs, truths.values, order, (name, spec.language), groups, slices)
    samples = list(decoded) if isinstance(inputs, list) else decoded
    where = Placed([titles[at] for at in order], order, len(ids), columns.id is not None)
    return Data(samples, fingerprint, name, kind, columns.input, list(slices), where)


@dataclass(frozen=True)
class Sound:
    """What is known of a set without a model: kind and columns of its inputs, truths and slices in their order.

    `first` is the first input in that order.
    """

    kind: InputKind
    truths: Sequence[str]
    columns: Sequence[str] = ()
    slices: Mapping[str, Values] = field(default_factory=dict)
    placed: Placed = field(default_factory=Placed)
    first: Any = None


def kind_in(rows: Sequence[Row], spec: DataSpec) -> InputKind:
    """The kind of a set's inputs; raises UserError as `read_samples` does."""
    return inputs_in(rows, spec)[0]


def inputs_in(rows: Sequence[Row], spec: DataSpec) -> tuple[InputKind, Sequence[Any]]:
    """The kind of a set's inputs, and the input of each row; raises UserError as `read_samples` does."""
    return _inputs(rows, columns_of(rows, spec), spec)


def require_sound(
    rows: Sequence[Row], spec: DataSpec, labels: Sequence[str], output: str | None, seed: int = 0
) -> Sound:
    """The kind of the inputs and the truths in words; raises UserError as `read_samples` does without a model.

    Without labels, what rows are labelled is taken as it is; without an output, none of it is looked at, and the truths
    are empty.
    """
    columns = columns_of(rows, spec)
    kind, inputs = _inputs(rows, columns, spec)
    words: Sequence[str] = [""] * len(inputs)
    if output:
        words = read_truths(output_kind(output), rows, columns.label, Naming(spec.labels, labels)).words
    ids = row_ids(rows, getattr(inputs, "sources", inputs), words, columns.id)
    order = order_of(ids, seed)[: spec.limit].tolist()
    require_unseen(spec.slices, columns.input)
    slices = read_values(present(spec.slices, rows[0]), rows, inputs, order)
    known = {name: [values[at] for at in order] for name, values in slices.items()}
    where = Placed([ids[at] for at in order], order, len(ids), columns.id is not None)
    return Sound(kind, [words[at] for at in order], columns.input, known, where, inputs[order[0]] if order else None)


def narrow(rows: Iterable[Row], spec: DataSpec, *, labelled: bool = True, absent: Absent | None = None) -> Table:
    """The rows that the set's `filter` keeps, as far as samples need them; raises UserError as `read_samples` does.

    Without `labelled` they need no label. A column that some other set has may be missing: `absent` knows of all.
    """
    kept = filtered(rows if isinstance(rows, Table) else Table(rows), spec)
    columns = columns_of(kept, spec)
    (absent or Absent([spec.slices])).require(spec.slices, kept[0])
    if labelled and columns.label is None:
        _require_column(kept, LABEL, "label", spec.use)
    names = dict.fromkeys([*columns.all, *spec.filter, *columns_read(present(spec.slices, kept[0]))])
    return (kept if isinstance(kept, Table) else Table(kept)).only(names)


def filtered(rows: Sequence[Row], spec: DataSpec) -> Sequence[Row]:
    """The rows that the set's `filter` keeps; raises UserError for a column that is not there, or when none is left."""
    kept: Sequence[Row] = rows
    for column, wanted in spec.filter.items():
        _require_column(kept, column, "filter", spec.use)
        kept = [row for row in kept if _matches(row.get(column), wanted)]
        if rows and not kept:
            values = sorted({plain(row.get(column)) for row in rows})
            raise UserError(
                f"filter: {column} keeps none of {len(rows)} rows: expected one of its values, {listed(values[:20])}",
                "filter",
            )
    return kept


@dataclass(frozen=True)
class ColumnNames:
    """Where input, label, id and group stand; no id where ids are made from the content, no label where none is."""

    input: list[str]
    label: str | list[str] | None
    id: str | None
    group: str | None

    @property
    def all(self) -> list[str]:
        """Every column that is needed."""
        labels = [self.label] if isinstance(self.label, str) else self.label or ()
        return [*self.input, *labels, *(each for each in (self.id, self.group) if each)]


def columns_of(rows: Sequence[Row], spec: DataSpec) -> ColumnNames:
    """The columns of input, label, id and group; raises UserError when one is missing, or there are no rows.

    The label is not missing where the suite names no column and none is called so: then no row has one.
    """
    if not rows:
        raise UserError(f"data {spec.use!r} has no rows: expected at least one")
    own = LABEL if LABEL in rows[0] else None
    label, id_, group = spec.columns.get("label", own), spec.columns.get("id"), spec.columns.get("group")
    assert not isinstance(id_, list)
    assert not isinstance(group, list)
    others = {*([label] if isinstance(label, str) else label or ()), id_, group}
    given = spec.columns.get("input") or _default_input(rows, spec, others)
    found = ColumnNames([given] if isinstance(given, str) else given, label, id_, group)
    for meaning, names in (("input", given), ("label", label), ("id", id_), ("group", group)):
        for each in [names] if isinstance(names, str) else names or ():
            _require_column(rows, each, meaning, spec.use)
    return found


def _default_input(rows: Sequence[Row], spec: DataSpec, others: AbstractSet[str | None]) -> str | list[str]:
    """Where the input stands if the suite does not say: the column its kind is called after, or all that are left."""
    left = [str(name) for name in rows[0] if name not in {*others, *spec.filter}]
    if spec.kind is None:
        defaults = dict.fromkeys(kind.column for kind in reversed(list(input_kinds().values())) if kind.column)
        called = next((name for name in defaults if name in rows[0]), None)
        return called or _all_columns(rows, left) or default_kind().column
    return input_kind(spec.kind).column or left


def _all_columns(rows: Sequence[Row], names: list[str]) -> list[str]:
    """All columns that are left, where a kind whose input they are recognises them; none otherwise."""
    columns = {name: [row.get(name) for row in rows] for name in names}
    return names if any(not kind.column and kind.recognises(columns) for kind in input_kinds().values()) else []


def _inputs(table: Sequence[Row], columns: ColumnNames, spec: DataSpec) -> tuple[InputKind, Sequence[Any]]:
    """What kind the inputs are, and the inputs."""
    values = {name: [row.get(name) for row in table] for name in columns.input}
    kind = input_kind(spec.kind) if spec.kind else recognised(values)
    return kind, kind.read(values)


def _require_column(rows: Sequence[Row], column: str, meaning: str, use: str) -> None:
    if rows and column not in rows[0]:
        where = f"`columns={{'{meaning}': ...}}`" if use == "given" else f"`columns: {{{meaning}: ...}}` in `data`"
        how = "" if meaning == "filter" else f" (name it with {where})"
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


def _groups(table: Sequence[Row], column: str | None) -> list[str]:
    """The group of each row, empty where it has none of its own; no list without a column."""
    if column is None:
        return []
    return ["" if row.get(column) is None else plain(row[column]) for row in table]
