"""Inputs of several texts, such as premise and hypothesis: what works on one text, applied to each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from random import Random
from typing import Any, TypeVar

from harness.sessions.predict import relayed
from harness.sessions.traits import traits_of
from harness.types import Attribution, Question, Sample, Session, SessionFunction

T = TypeVar("T")


def texts_of(value: object) -> dict[str, str]:
    """The texts of an input by column; a single one has no name. Raises TypeError for anything else."""
    if isinstance(value, str):
        return {"": value}
    if isinstance(value, Mapping) and value and all(isinstance(each, str) for each in value.values()):
        return dict(value)
    raise TypeError(f"expected a text or a mapping of columns to texts, but got {value!r}")


def with_texts(value: object, texts: Mapping[str, str]) -> Any:
    """The input with these texts in place of its own."""
    return texts[""] if isinstance(value, str) else dict(texts)


def takes_whole(session: SessionFunction[Any], sample: Sample[Any]) -> bool:
    """Whether the session is given the input as it is: a text, or a pair it says it can take."""
    return not isinstance(sample.input, Mapping) or traits_of(session).pairs


def on_text(session: Session[T], value: Mapping[str, str], column: str) -> Session[T]:
    """Run a session that asks about one text of the input: the others stay as they are in all its questions."""

    def completed(question: Question) -> Question:
        return replace(question, inputs=tuple({**value, column: each} for each in question.inputs))

    return relayed(session, completed)


def explained_in_turn(session: SessionFunction[Attribution], sample: Sample[Any], rng: Random) -> Session[Attribution]:
    """Explain each text while the others are held; the units of all of them, in order, are the attribution."""
    units: list[str] = []
    weights: list[float] = []
    label = 0
    for column, text in texts_of(sample.input).items():
        found = yield from on_text(session(replace(sample, input=text), rng), sample.input, column)
        units, weights, label = [*units, *found.units], [*weights, *found.weights], found.label
    return Attribution(units, weights, label)


def attacked_in_turn(
    session: SessionFunction[str],
    sample: Sample[Any],
    rng: Random,
    is_wrong: Callable[[Mapping[str, str]], Session[bool]],
) -> Session[Mapping[str, str]]:
    """Attack the last text, then the one before, the others as they are by then, until the model is wrong.

    The last comes first: it is the one (hypothesis, answer, second sentence) that published attacks change.
    """
    found = texts_of(sample.input)
    for column in reversed(list(found)):
        found[column] = yield from on_text(session(replace(sample, input=found[column]), rng), dict(found), column)
        if (yield from is_wrong(dict(found))):
            break
    return found


def kept_units(value: object, units: Sequence[str], kept: set[int]) -> Any:
    """The input with only these of its units, by number; they are cut at the ends of the texts."""
    texts = texts_of(value)
    numbered = iter(enumerate(units))
    return with_texts(value, {column: _take(text, numbered, kept) for column, text in texts.items()})


def are_units_of(value: object, units: Sequence[str]) -> bool:
    """Whether the units, joined, are the texts of the input one after the other, and each lies in one text."""
    texts = texts_of(value).values()
    ends = set(accumulate(map(len, units), initial=0))
    return "".join(units) == "".join(texts) and ends.issuperset(accumulate(map(len, texts)))


def _take(text: str, numbered: Iterator[tuple[int, str]], kept: set[int]) -> str:
    left, parts = len(text), []
    while left > 0:
        at, unit = next(numbered)
        left -= len(unit)
        parts.append(unit if at in kept else "")
    return "".join(parts)
