"""The kinds of inputs. Code that must tell a text from a pair, an image or a row asks the kind.

A kind is found by its entry point in `harness.inputs` and by the type of its values; every one stands on a shelf, texts
like images. Inputs are plain values (`str`, a dict of texts, an array, a dict of cells): a model is called with a list
of them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

from harness.errors import UserError, listed, nearest
from harness.kinds.views import View
from harness.types import Array

Columns: TypeAlias = Mapping[str, Sequence[object]]
"""The columns of the data that contain the input, by name."""

ENTRY_POINT_GROUP = "harness.inputs"

DEFAULT = "text"
"""The kind of input where neither the suite nor the data's types say another: most models of words need no more."""


@dataclass(frozen=True)
class Trial:
    """A few rows made by code, and a model of them, for `harness show NAME --try`: `model(inputs)` is `(n, labels)`."""

    rows: Sequence[Mapping[str, Any]]
    model: Callable[[Sequence[Any]], Any]
    labels: Sequence[str]


@runtime_checkable
class InputKind(Protocol):
    """One kind of input.

    `type` is what its values are instances of: no two kinds share one. `plural` is what messages call them. Where a
    value has fields of another kind, such as the texts of a pair, `fields_of` names that kind, and a component made for
    it is applied to each field.
    """

    name: str
    singular: str
    plural: str
    type: type
    fields_of: str
    column: str
    """The column of its data where the suite names none; empty where all columns but label and id are its."""

    def recognises(self, columns: Columns) -> bool:
        """Whether these columns contain this kind and no other, where the suite names none."""

    def read(self, columns: Columns) -> Sequence[Any]:
        """The inputs in the columns, row by row; may decode each when it is asked for. Raises UserError."""

    def holds(self, value: object) -> bool:
        """Whether a procedure may return this as an input of the kind."""

    def write(self, value: Any) -> str:
        """A value as a run keeps it; `parse` reads it back."""

    def parse(self, written: str) -> Any:
        """A value that was written; raises ValueError for what is none."""

    def key(self, value: Any) -> Hashable:
        """A key that is equal for equal values only; short, also for a large value."""

    def cost(self, value: Any) -> int:
        """About what it costs a model beside others, 1 or more; who pads puts inputs of about one cost together."""

    def fields(self, value: Any) -> dict[str, Any]:
        """Its fields by name; a value without any is its own, under an empty name."""

    def with_fields(self, value: Any, fields: Mapping[str, Any]) -> Any:
        """The value with these fields in place of its own."""

    def units(self, value: Any) -> list[str]:
        """The pieces an explanation weighs: words, tiles, columns."""

    def keep(self, value: Any, units: Sequence[str], kept: set[int]) -> Any:
        """The value with only these of its units, by number; raises ValueError for units that are not its own."""

    def shared(self, units: Sequence[str], weights: Sequence[float]) -> Array:
        """The weights over the pieces that every explanation of a value has, however it was cut: words, tiles."""

    def distance(self, before: Any, after: Any) -> tuple[float, str]:
        """The distance of two values, 0 for equal ones, and the same in words with its unit."""

    def words(self, value: Any) -> str:
        """A value in one line; may be long."""

    def change(self, before: Any, after: Any) -> str:
        """The change from one value to the other, in one line; may be long."""

    def view(self, value: Any, before: Any = None) -> View:
        """The blocks that reports and terminals show for a value, with the change from its original if given."""

    def view_units(self, value: Any, units: Sequence[str], weights: Sequence[float]) -> View:
        """The blocks that reports and terminals show for an explanation."""

    def trial(self) -> Trial | None:
        """The data and model for trials of components for this kind; None for the embedded reviews."""


@functools.cache
def input_kinds() -> Mapping[str, InputKind]:
    """Every installed kind of input, by name, in the order in which they are asked whether data are theirs.

    The default kind, which any column may be, is asked last, and before it those that have it in their fields.
    """
    found = {point.name: _loaded(point) for point in entry_points(group=ENTRY_POINT_GROUP)}
    return dict(sorted(found.items(), key=lambda each: (each[0] == DEFAULT, each[1].fields_of == DEFAULT, each[0])))


def _loaded(point: EntryPoint) -> InputKind:
    try:
        return cast("InputKind", point.load())
    except Exception as error:  # whatever a stranger's module raises
        title = f"the kind of input {point.name!r} ({point.value})"
        raise UserError(f"{title} could not be loaded: {type(error).__name__}: {error}") from error


def default_kind() -> InputKind:
    """The kind of input that nobody has to name."""
    return input_kind(DEFAULT)


def input_kind(name: str) -> InputKind:
    """The kind of input of a name; raises UserError with the nearest one."""
    known = input_kinds()
    if name not in known:
        raise UserError(f"there is no kind of input {name!r}: expected one of {listed(known)}{nearest(name, known)}")
    return known[name]


def kind_of(value: object) -> InputKind:
    """The kind of a value, by its type; raises TypeError for a value of no installed kind."""
    found = _kind_of_type(cast("Hashable", type(value)))
    if found is None:
        kinds = input_kinds().values()
        expected = listed(f"{each.type.__name__} ({each.name})" for each in kinds)
        raise TypeError(f"expected an input, one of {expected}, but got {value!r:.200}")
    return found


@functools.cache
def _kind_of_type(kind: Any) -> InputKind | None:
    by_type = {each.type: each for each in input_kinds().values()}
    return next((by_type[base] for base in kind.__mro__ if base in by_type), None)


def recognised(columns: Columns) -> InputKind:
    """The kind of the data in these columns; raises UserError where no installed kind fits."""
    for kind in input_kinds().values():
        if kind.recognises(columns):
            return kind
    raise UserError(
        f"the columns {listed(columns)} contain no installed kind of input: name one with `kind:` in `data`: "
        f"{listed(input_kinds())}"
    )
