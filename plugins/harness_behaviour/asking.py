"""What the model is asked about a case, and what a failed one says against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from harness import Finding, Judged, Sample, Session, SessionFunction, Skipped, kind_of, predict
from harness_behaviour.cases import BehaviourCase, Naming, judged


@dataclass(frozen=True, slots=True)
class Behaved:
    """A case and its answers: its test, what was expected in words, whether that holds, and at which input it fails.

    `inputs` are those of the case, as JSON where they are no texts, `answers` the model's, one to each. A case that the
    model cannot meet, since it has no such class or its first answer is another than the test begins from, is skipped.
    """

    test: str
    expected: str
    holds: bool
    worst: int
    inputs: list[str]
    answers: list[list[float]]


NO_CASE = Skipped(Behaved("", "", True, 0, [], []))
"""Of a sample that is no case of the suite."""


def under_test(cases: Mapping[str, BehaviourCase], naming: Naming) -> SessionFunction[Behaved | Skipped[Behaved]]:
    """Ask about every input of a case, which is found by the id of its sample."""

    def session(sample: Sample[Any], rng: Random) -> Session[Behaved | Skipped[Behaved]]:
        case = cases.get(sample.id.rpartition("/")[2])
        if case is None:
            return NO_CASE
        kind, words = kind_of(case.inputs[0]), case.expected.in_words
        written = [kind.write(each) for each in case.inputs]
        if not naming.knows(case.expected):
            return Skipped(Behaved(case.test, words, True, 0, written, []))
        answers = yield from predict(list(case.inputs))
        rows = answers.array.tolist()
        outcome, worst = judged(case.expected, rows, naming)
        found = Behaved(case.test, words, outcome != "fails", worst, written, rows)
        return Skipped(found) if outcome == "unmet" else found

    return session


def judge(given: Behaved, case: Judged) -> Finding | None:
    """A failed case weighs as much as the model is sure of what it answers."""
    if given.holds:
        return None
    row = given.answers[given.worst]
    decided, sure = case.output.words(row, case.labels)
    answer = f"{decided} ({sure or 0:.2f})"
    if given.worst:
        before = case.output.words(given.answers[0], case.labels)
        change = case.kind.change(case.kind.parse(given.inputs[0]), case.kind.parse(given.inputs[given.worst]))
        answer = f"{before[0]} ({before[1] or 0:.2f}) becomes {answer} by {change}"
    return Finding("failed", sure or 0.0, f"{given.test}: {given.expected}; {answer}", case.decided(row))
