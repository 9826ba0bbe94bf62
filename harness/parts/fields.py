"""Inputs of several fields, such as premise and hypothesis: what works on one field, applied to each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from harness.kinds.inputs import kind_of
from harness.sessions.predict import relayed
from harness.types import Attribution, Question, Sample, Session, SessionFunction

T = TypeVar("T")


def on_field(session: Session[T], value: Any, field: str) -> Session[T]:
    """Run a session that asks about one field of the input: the others stay as they are in all its questions."""
    kind = kind_of(value)
    fields = kind.fields(value)

    def completed(question: Question) -> Question:
        return replace(question, inputs=tuple(kind.with_fields(value, {**fields, field: it}) for it in question.inputs))

    return relayed(session, completed)


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
    session: SessionFunction[Any],
    sample: Sample[Any],
    rng: Random,
    is_wrong: Callable[[Mapping[str, Any]], Session[bool]],
) -> Session[Any]:
    """Attack the last field, then the one before, the others as they are by then, until the model is wrong.

    The last comes first: it is the one (hypothesis, answer, second sentence) that published attacks change.
    """
    kind = kind_of(sample.input)
    value = sample.input
    for field in reversed(list(kind.fields(value))):
        part = kind.fields(value)[field]
        found = yield from on_field(session(replace(sample, input=part), rng), value, field)
        value = kind.with_fields(value, {**kind.fields(value), field: found})
        if (yield from is_wrong(value)):
            break
    return value
