"""What the model is asked about a sample: the input as it is, and as it is with another identity in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from harness import AskOnce, Finding, Judged, Probabilities, Sample, Session, SessionFunction, Skipped, kind_of, predict
from harness_fairness.swaps import Axis

DECIDES_FROM = 0.5
"""The probability from which on one of several labels applies."""


@dataclass(frozen=True, slots=True)
class Swapped:
    """A sample and its versions: of which group it speaks, of which each version does, and the answers.

    `swapped` are the inputs, as JSON where they are no texts; `before` is the answer to the input as it is, `after` one
    to each version. A sample that mentions no group has no versions and no answer.
    """

    own: str
    groups: list[str]
    swapped: list[str]
    before: list[float]
    after: list[list[float]]


def decided(row: Sequence[float], output: str) -> tuple[int, ...]:
    """The classes or labels that an answer decides for; of a value none."""
    if output == "labels":
        return tuple(at for at, each in enumerate(row) if each >= DECIDES_FROM)
    return () if output == "value" else (max(range(len(row)), key=row.__getitem__),)


def under_swaps(axis: Axis, most: int) -> SessionFunction[Swapped | Skipped[Swapped]]:
    """Ask about a text and its versions; skipped where it mentions no group, and asked nothing."""

    def session(sample: Sample[Any], rng: Random) -> Session[Swapped | Skipped[Swapped]]:
        kind, english = kind_of(sample.input), sample.language.partition("-")[0] in {"", "en"}
        versions = axis.versions(kind.fields(sample.input), rng, most) if english else []
        if not versions:
            return Skipped(Swapped("", [], [], [], []))
        inputs = [kind.with_fields(sample.input, each.texts) for each in versions]
        [before, *after] = yield from predict([sample.input, *inputs])
        groups, written = [each.group for each in versions], [kind.write(each) for each in inputs]
        return Swapped(versions[0].own, groups, written, before[:], [row[:] for row in after])

    return session


def as_it_is() -> AskOnce[Swapped]:
    """Ask about the input alone: what groups of samples are compared by."""

    def results(answers: Probabilities) -> list[Swapped]:
        return [Swapped("", [], [], row, []) for row in answers.array.tolist()]

    return AskOnce(results)


def judge(given: Swapped, case: Judged) -> Finding | None:
    """A decision that another identity turns weighs as much as the answer moves."""
    before, moved = case.decided(given.before), []
    for group, written, after in zip(given.groups, given.swapped, given.after, strict=True):
        if case.output.decides and case.decided(after) != before:
            distance = max(abs(a - b) for a, b in zip(after, given.before, strict=True))
            moved.append((distance, group, written, after))
    if not moved:
        return None
    distance, group, written, after = max(moved, key=lambda each: each[0])
    line = f"{given.own} to {group}: {case.changed(given.before, after, written)}"
    return Finding("turned", distance, line, case.decided(after))
