"""Which slice each sample of a set is in: by a column, by its text, or by a function of the user's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from harness.engine.strangers import caught, error_line
from harness.errors import UserError, listed, nearest
from harness.files import encodable
from harness.labels.written import plain
from harness.own.locate import locate
from harness.slices.atoms import phrases
from harness.slices.identification import language_of
from harness.slices.spec import NO, YES, SliceSpec
from harness.slices.texts import COUNTERS, count_rare_words, script_of

MAX_VALUES = 100
"""Slices of one name at most: nobody reads more, and each needs samples of its own."""

AND = " & "
"""What stands between the values of a crossing."""

Values: TypeAlias = Sequence[str]
"""The value of each sample; empty for one in no slice of the name."""


class ValuesOfSample(Mapping[str, str]):
    """The slices of one sample of many, by their names; those that it is in none of are left out."""

    __slots__ = ("_at", "_columns")

    def __init__(self, columns: Mapping[str, Values], at: int) -> None:
        self._columns, self._at = columns, at

    def __getitem__(self, name: str) -> str:
        value = self._columns[name][self._at]
        if not value:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name, values in self._columns.items() if values[self._at])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type[dict[str, str]], tuple[dict[str, str]]]:
        return dict, (dict(self),)


def columns_read(slices: Mapping[str, SliceSpec]) -> list[str]:
    """The columns of the data that slices need."""
    return list(dict.fromkeys(spec.column for spec in slices.values() if spec.column is not None))


def require_columns(slices: Mapping[str, SliceSpec], row: Mapping[str, object]) -> None:
    """Raise UserError, with the slice to blame, for a column that the data have not; `row` is one of them."""
    for error in _without_column(slices, row).values():
        raise error


def present(slices: Mapping[str, SliceSpec], row: Mapping[str, object]) -> dict[str, SliceSpec]:
    """The slices whose columns are there, and the crossings of these."""
    absent = _without_column(slices, row).keys()
    return {name: spec for name, spec in slices.items() if name not in absent and not absent & {*(spec.cross or ())}}


class Absent:
    """The columns that some sets of a suite have and others have not: `slices` are those of each set."""

    def __init__(self, slices: Sequence[Mapping[str, SliceSpec]]) -> None:
        self._left = Counter(name for each in slices for name in each)
        self._first: dict[str, UserError] = {}

    def require(self, slices: Mapping[str, SliceSpec], row: Mapping[str, object]) -> None:
        """Raise UserError at the last set for a column that none has; every set is asked once, by one of its rows."""
        for name, error in _without_column(slices, row).items():
            self._left[name] -= 1
            first = self._first.setdefault(name, error)
            if not self._left[name]:
                raise first


def _without_column(slices: Mapping[str, SliceSpec], row: Mapping[str, object]) -> dict[str, UserError]:
    """For each slice whose column is not there what to tell of it."""
    return {
        name: UserError(
            f"the data have no column {spec.column!r} for the slice {name!r}: their columns are {listed(row)}"
            f"{nearest(spec.column, map(str, row))}",
            *_place(name),
        )
        for name, spec in slices.items()
        if spec.column is not None and spec.column not in row
    }


def require_unseen(slices: Mapping[str, SliceSpec], inputs: Sequence[str]) -> None:
    """Raise UserError, with the slice to blame, for a protected column that is shown of each sample as its input."""
    for name, spec in slices.items():
        if spec.protected and spec.column in inputs:
            raise UserError(
                f"the slice {name!r} is protected, but its column {spec.column!r} is one of the input's, and shown: "
                "name the others with `columns: {input: [...]}` in `data`, or take `protected` away",
                *_place(name),
            )


def require_value(name: str, value: str | None, values: Values) -> None:
    """Raise UserError for the value of a gate's slice that no sample has; all of them are there, in any order."""
    known = sorted({*values} - {""})
    if value is not None and known and value not in known:
        raise UserError(f"no sample is in the slice {name}:{value}: it has {listed(known)}{nearest(value, known)}")


def read_values(
    slices: Mapping[str, SliceSpec], rows: Sequence[Mapping[str, object]], inputs: Sequence[Any], at: Sequence[int]
) -> dict[str, Values]:
    """The value of each row in each slice, of those rows that stand `at` these places; empty for all others.

    Slices by the model's confidence are not known yet and are left out. Rare words are those of the rows at these
    places, the most frequent values those of all. Raises UserError, with the slice to blame, for a column that is not
    there, and for what cannot be divided so.
    """
    if not slices:
        return {}
    require_columns(slices, rows[0])
    some = [inputs[place] for place in at]
    found: dict[str, Values] = {}
    for name, spec in slices.items():
        if spec.cross is None and spec.confidence is None:
            if spec.segments:
                found[name] = phrases(some)
                continue
            known = _of_column(name, spec, rows, at) if spec.column is not None else _of_inputs(name, spec, some, at)
            found[name] = _limited(name, spec, known)
    return {name: _in_place(values, at, len(rows)) for name, values in (found | crossed(slices, found)).items()}


def _in_place(values: Values, at: Sequence[int], n: int) -> Values:
    """The values where their rows stand, equal ones the same object."""
    found, kept = [""] * n, dict[str, str]()
    for place, value in zip(at, values, strict=True):
        found[place] = kept.setdefault(value, encodable(value))
    return found


def crossed(slices: Mapping[str, SliceSpec], known: Mapping[str, Values]) -> dict[str, Values]:
    """The crossings of slices whose values are known."""
    return {
        name: _limited(name, spec, [_joined(pair) for pair in zip(*(known[each] for each in spec.cross), strict=True)])
        for name, spec in slices.items()
        if spec.cross is not None and all(each in known for each in spec.cross)
    }


def _joined(pair: Sequence[str]) -> str:
    return AND.join(pair) if all(pair) else ""


def _of_column(name: str, spec: SliceSpec, rows: Sequence[Mapping[str, object]], at: Sequence[int]) -> Values:
    assert spec.column is not None
    values = _of_values(name, spec, [row.get(spec.column) for row in rows], range(len(rows)))
    if not any(values):
        of = f"none of {listed(map(repr, spec.values))} is" if spec.values else "no value is"
        raise UserError(f"the slice {name!r} has no sample: {of} in the column {spec.column!r}", *_place(name))
    return [values[place] for place in at]


def _of_inputs(name: str, spec: SliceSpec, inputs: Sequence[Any], at: Sequence[int]) -> Values:
    if spec.object is not None:
        return _of_values(name, spec, _answers(name, _function(name, spec.object), inputs, at), at)
    texts = [_text(name, spec, value) for value in inputs]
    if spec.script or spec.language:
        return _chosen(spec, [(script_of if spec.script else language_of)(text) for text in texts])
    counts = count_rare_words(texts) if spec.rare_words else map(COUNTERS[spec.kind], texts)
    assert spec.range is not None
    return [spec.range.value(count) for count in counts]


def _of_values(name: str, spec: SliceSpec, values: Sequence[object], at: Sequence[int]) -> Values:
    """Values as they stand, or the bins that their numbers are in."""
    if spec.range is None:
        return _chosen(spec, ["" if _is_missing(value) else _word(value) for value in values])
    return [_in_bin(name, spec, value, row + 1) for row, value in zip(at, values, strict=True)]


def _in_bin(name: str, spec: SliceSpec, value: object, row: int) -> str:
    assert spec.range is not None
    if _is_missing(value):
        return ""
    try:
        return spec.range.value(float(str(value)))
    except ValueError:
        raise UserError(
            f"row {row} of the data has {value!r:.80} for the slice {name!r}: expected a number, since it has bins",
            *_place(name),
        ) from None


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and value != value)  # noqa: PLR0124  # NaN


def _word(value: object) -> str:
    return (YES if value else NO) if isinstance(value, bool) else plain(value).strip()


def _chosen(spec: SliceSpec, values: Values) -> Values:
    """The values that count, as the suite says; a sample of another is in no slice."""
    if not spec.values and not spec.top:
        return values
    wanted = {_word(each) for each in spec.values or values}
    if spec.top:
        wanted &= {value for value, _ in Counter(filter(None, values)).most_common(spec.top)}
    return [value if value in wanted else "" for value in values]


def _limited(name: str, spec: SliceSpec, values: Values) -> Values:
    """The values; raises UserError where there are more than anybody reads."""
    known = {*values} - {""}
    if len(known) > MAX_VALUES:
        how = "name those that count with `values`, the most frequent with `top: 20`, or divide numbers with `bins`"
        how = "cross slices of fewer" if spec.cross else how
        raise UserError(
            f"the slice {name!r} has {len(known):,} values, expected at most {MAX_VALUES}: {how}", *_place(name)
        )
    return values


def _function(name: str, path: str) -> Callable[[Any], object]:
    try:
        found = locate(path, title=f"slice {name!r}", key="object")
    except UserError as error:
        error.at = (*_place(name), *error.at)
        raise
    if not callable(found):
        raise UserError(f"slice {name!r}: {path} is {found!r:.80}: expected a function of an input", *_place(name))
    return found  # type: ignore[no-any-return]  # a stranger's


def _answers(name: str, function: Callable[[Any], object], inputs: Sequence[Any], at: Sequence[int]) -> list[object]:
    found = []
    for row, value in zip(at, inputs, strict=True):
        try:
            found.append(function(value))
        except BaseException as error:  # whatever a stranger's function raises
            why = error_line(caught(error))
            raise UserError(f"slice {name!r}: its function failed on row {row + 1}: {why}", *_place(name)) from error
    return found


def _text(name: str, spec: SliceSpec, value: object) -> str:
    """A text, or the texts of a pair; raises UserError for what is none."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and all(isinstance(each, str) for each in value.values()):
        return "\n".join(value.values())
    raise UserError(f"the slice {name!r} goes by {spec.kind}, but an input is no text: {value!r:.80}", *_place(name))


def _place(name: str) -> tuple[str, str]:
    return "slices", name
