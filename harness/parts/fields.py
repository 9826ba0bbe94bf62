"""Inputs of several fields, such as premise and hypothesis: what works on one field, applied to each, or to some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any, TypeVar

from harness.errors import UserError, listed, nearest
from harness.kinds.inputs import kind_of
from harness.sessions.predict import relayed
from harness.suite.takes import Takes
from harness.types import Attribution, Sample, Session, SessionFunction

T = TypeVar("T")
Complete = Callable[[Any], Any]
"""The whole input again, from what a procedure made of a part of it."""


def completed(session: Session[T], complete: Complete) -> Session[T]:
    """A session that asks about a part of the input: in all its questions the rest stays as it is."""
    return relayed(session, lambda each: replace(each, inputs=tuple(map(complete, each.inputs))))


def of_columns(value: Any, columns: Sequence[str]) -> Any:
    """An input with only these of its fields; whole without any, or where it has none."""
    kind, fields = kind_of(value), kind_of(value).fields(value) if columns else {"": value}
    if "" in fields:
        return value
    return kind.with_fields(value, {name: each for name, each in fields.items() if name in columns})


def in_place(value: Any, columns: Sequence[str]) -> Complete:
    """Puts what was made of only some fields into the input, in place of its own."""
    kind, fields = kind_of(value), kind_of(value).fields(value) if columns else {"": value}
    if "" in fields:
        return lambda part: part
    return lambda part: kind.with_fields(value, {**fields, **kind.fields(part)})


def require_columns(columns: Sequence[str], of_sets: Iterable[Sequence[str]], title: str) -> None:
    """Raise UserError for a column to be changed or explained that the inputs of a set of data have not."""
    for name, known in product(columns, of_sets):
        if name not in known:
            raise UserError(
                f"{title}: columns: the input has no column {name!r}: expected some of {listed(known)}"
                f"{nearest(name, known)}"
            )


def on_field(session: Session[T], value: Any, field: str) -> Session[T]:
    """Run a session that asks about one field of the input: the others stay as they are in all its questions."""
    kind = kind_of(value)
    fields = kind.fields(value)
    return completed(session, lambda found: kind.with_fields(value, {**fields, field: found}))


def explained_in_turn(session: SessionFunction[Attribution], sample: Sample[Any], rng: Random) -> Session[Attribution]:
    """Explain each field while the others stay; the units of all of them, in order, are the attribution."""
    units: list[str] = []
    weights: list[float] = []
    label = 0
    for field, part in kind_of(sample.input).fields(sample.input).items():
        found = yield from on_field(session(replace(sample, input=part), rng), sample.input, field)
        units, weights, label = [*units, *found.units], [*weights, *found.weights], found.label
    return Attribution(units, weights, label)


def attacked_in_turn(
    session: SessionFunction[Any], sample: Sample[Any], rng: Random, is_reached: Callable[[Any], Session[bool]]
) -> Session[Any]:
    """Attack the last field, then the one before, the others as they are by then, until the goal is reached.

    The last comes first: it is the one (hypothesis, answer, second sentence) that published attacks change.
    """
    kind = kind_of(sample.input)
    value = sample.input
    for field in reversed(list(kind.fields(value))):
        part = kind.fields(value)[field]
        found = yield from on_field(session(replace(sample, input=part), rng), value, field)
        value = kind.with_fields(value, {**kind.fields(value), field: found})
        if (yield from is_reached(value)):
            break
    return value


def taken_by_all(several: Sequence[Takes]) -> Takes:
    """The types that all of some components take; None where none of them says."""
    named = [each for each in several if each is not None]
    return frozenset.intersection(*map(frozenset, named)) if named else None
