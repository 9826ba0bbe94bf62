"""One attack on one sample: what it may change and ask, and what it is shown of the answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from harness.attacked.goals import HOLDS, Aim, Goal, WrongClass, shown
from harness.attacked.validity import Validity
from harness.engine.adapters import Cuts
from harness.errors import OutOfQueries
from harness.kinds.inputs import kind_of
from harness.parts.fields import attacked_in_turn, completed, in_place, of_columns
from harness.parts.unread import read_of
from harness.sessions.predict import predict, probabilities, relayed
from harness.suite.takes import Takes, how
from harness.types import Answers, Question, Sample, Session, SessionFunction


@dataclass(frozen=True)
class Terms:
    """What an attack seeks, the columns and rows it may use, what the model cuts of a text, and which finds count."""

    goal: Goal = field(default_factory=WrongClass)
    columns: Sequence[str] = ()
    max_queries: int | None = None
    cut: Cuts | None = None
    validity: Validity = field(default_factory=Validity)


@dataclass(frozen=True)
class Attempt:
    """What became of it: the input found, the rows asked, whether another input was asked, and what was left.

    `is_out`: a question of it would have exceeded the rows it may ask. `unread` counts units past the model's cut.
    """

    found: Any
    queries: int
    edited: bool
    is_out: bool
    unread: int


def attempt(
    session: SessionFunction[Any], sample: Sample[Any], rng: Random, taken: Takes, terms: Terms, aim: Aim
) -> Session[Attempt]:
    """Run an attack within its terms; one that is out of queries ends with the best input that it asked about."""
    part, rest, unread = read_of(of_columns(sample.input, terms.columns), terms.cut)
    put = in_place(sample.input, terms.columns)
    asking = _Asking(sample.input, terms, aim)

    def complete(found: Any) -> Any:
        return put(found + rest if rest else found)

    given = replace(sample, input=part, truth=HOLDS if terms.goal.translates else sample.truth)
    inner = completed(_whole_or_in_turn(session, given, rng, taken, asking), complete)
    try:
        found = yield from relayed(inner, asking.asks, asking.sees)
        _require_input(found, part)
        best = complete(found)
    except OutOfQueries:
        best = asking.best
    kind = kind_of(sample.input)
    edited = asking.other or kind.key(best) != kind.key(sample.input)
    return Attempt(best, asking.rows, edited, asking.is_out, unread)


def _whole_or_in_turn(
    session: SessionFunction[Any], sample: Sample[Any], rng: Random, taken: Takes, asking: _Asking
) -> Session[Any]:
    if how(taken, kind_of(sample.input)) != "fields":
        return session(sample, rng)

    def is_reached(found: Any) -> Session[bool]:
        with asking.aside():
            [row] = yield from predict([found])
        return row.label != sample.truth

    return attacked_in_turn(session, sample, rng, is_reached)


def _require_input(found: Any, part: Any) -> None:
    kind = kind_of(part)
    if not kind.holds(found):
        raise TypeError(f"expected the attack to return its best input, {kind.singular}, but got {found!r}")


class _Asking:
    """The questions of one attack on their way to the model: counted, limited, and the nearest miss kept."""

    def __init__(self, clean: Any, terms: Terms, aim: Aim) -> None:
        self.rows, self.other, self.is_out, self.best = 0, False, False, clean
        self._kind, self._terms, self._aim = kind_of(clean), terms, aim
        self._own, self._counts, self._least = self._kind.key(clean), True, float("inf")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Questions of the task's own meanwhile, which are not the attack's."""
        self._counts = False
        try:
            yield
        finally:
            self._counts = True

    def asks(self, question: Question) -> Question:
        """The question, counted; raises OutOfQueries for one that would exceed."""
        if not self._counts:
            return question
        most = self._terms.max_queries
        if most is not None and self.rows + len(question.inputs) > most:
            self.is_out = True
            raise OutOfQueries(f"max_queries is {most}, {self.rows} were asked, and {len(question.inputs)} more wanted")
        self.rows += len(question.inputs)
        if question.kind == "predict":
            self.other = self.other or any(self._kind.key(each) != self._own for each in question.inputs)
        return question

    def sees(self, question: Question, answers: Any) -> Any:
        """The answers as the attack is shown them."""
        if question.kind != "predict" or question.model:
            return answers
        if self._terms.max_queries is not None:
            self._keep_nearest(question, answers)
        return shown(self._aim, question, answers) if self._terms.goal.translates else answers

    def _keep_nearest(self, question: Question, answers: Any) -> None:
        given = answers if isinstance(answers, Answers) else Answers(answers, "model")
        for value, row in zip(question.inputs, probabilities(given, question.inputs), strict=True):
            holds = self._aim.holds(row)
            if holds < self._least and self._kind.holds(value) and not self._aim.reached(row):
                self.best, self._least = value, holds
