"""Behavioural tests as cases: inputs of the model, and what must hold of the answers (Ribeiro et al. 2020, CheckList).

Three kinds: what an answer must be (minimum functionality), that it must not change when the input changes in a way
that makes no difference (invariance), and which way it may move when the input changes (direction).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from harness import UserError, listed, nearest

Row: TypeAlias = Sequence[float]
Outcome: TypeAlias = Literal["holds", "fails", "unmet"]
"""Whether a case holds; `unmet` where the answer to its first input leaves nothing to be tested."""

Kind: TypeAlias = Literal["must", "same", "direction"]
"""Minimum functionality, invariance or direction."""

OWN = "own"
"""In place of a class: the one that the first input is given."""


@dataclass(frozen=True)
class Expectation:
    """What must hold of the answers to the inputs of a case, the first of which the others are changes of.

    `must`: every answer is one of `classes`, or none of them with `never`; with `changed_only` every answer but the
    first. `same`: no other class than the first input's, unless its probability moves by no more than `tolerance`.
    `direction`: the probability of the class does not fall (`up`), or rise, by more than `tolerance`; a case whose
    first probability leaves no room for that does not count. With `given` only cases count whose first input is decided
    for one of these.
    """

    kind: Kind
    classes: tuple[str, ...] = ()
    never: bool = False
    changed_only: bool = False
    up: bool = True
    tolerance: float = 0.0
    given: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """`must be positive`."""
        named = listed(self.classes) if len(self.classes) < 2 else f"one of {listed(self.classes)}"
        if self.kind == "must":
            return f"must {'not ' if self.never else ''}be {named}"
        if self.kind == "same":
            return "must stay as it is"
        of = "of its own class" if self.classes == (OWN,) else f"of {named}"
        return f"the probability {of} must not {'fall' if self.up else 'rise'}"


@dataclass(frozen=True)
class BehaviourCase:
    """A case: its capability, the name of its test, its inputs, and what must hold of their answers."""

    capability: str
    test: str
    inputs: tuple[Any, ...]
    expected: Expectation


@dataclass(frozen=True)
class Naming:
    """The model's labels, by the names that tests have for classes: as they are, or by a mapping of the suite's."""

    labels: Sequence[str]
    mapping: dict[str, str]

    def places(self, classes: Sequence[str]) -> list[int]:
        """The places of classes among the labels; those that the model has not are left out."""
        known = {label.strip().casefold(): at for at, label in enumerate(self.labels)}
        found = (known.get(self.mapping.get(name, name).strip().casefold()) for name in classes)
        return [at for at in found if at is not None]

    def require(self, classes: Sequence[str]) -> None:
        """Raise UserError where the model has none of the classes that tests speak of."""
        if classes and not self.places(classes):
            mapped = [self.mapping.get(name, name) for name in dict.fromkeys(classes)]
            raise UserError(
                f"labels: the tests speak of {listed(mapped)}, and the model answers {listed(self.labels)}: expected "
                f"`labels: {{{mapped[0]}: {self.labels[0] if self.labels else '...'}, ...}}` in the task"
                f"{nearest(mapped[0], self.labels)}"
            )

    def knows(self, expected: Expectation) -> bool:
        """Whether the model has the class that a case is about: nobody can answer one that it has not."""
        asked = [name for name in expected.classes if name != OWN]
        return expected.never or not asked or bool(self.places(asked))


def judged(expected: Expectation, rows: Sequence[Row], naming: Naming) -> tuple[Outcome, int]:
    """Whether a case holds, and the place of the input at which it fails most."""
    decisions = [max(range(len(row)), key=row.__getitem__) for row in rows]
    if expected.given and decisions[0] not in naming.places(expected.given):
        return "unmet", 0
    if expected.kind == "direction" and _cannot_fail(expected, rows[0][_followed(expected, decisions, naming)]):
        return "unmet", 0
    excess = _EXCESS[expected.kind](expected, rows, decisions, naming)
    worst = max(range(len(excess)), key=excess.__getitem__)
    return ("fails" if excess[worst] > 0 else "holds"), worst


def _of_must(expected: Expectation, rows: Sequence[Row], decisions: Sequence[int], naming: Naming) -> list[float]:
    """How sure the model is of each wrong answer, 0 of a right one."""
    places = naming.places(expected.classes)
    first = 1 if expected.changed_only and len(rows) > 1 else 0
    wrong = [at >= first and (decision in places) == expected.never for at, decision in enumerate(decisions)]
    return [row[decision] if bad else 0.0 for row, decision, bad in zip(rows, decisions, wrong, strict=True)]


def _of_same(expected: Expectation, rows: Sequence[Row], decisions: Sequence[int], _: Naming) -> list[float]:
    """How far the probability of the first decision moves where another takes its place."""
    own = decisions[0]
    moves = [abs(rows[0][own] - row[own]) for row in rows]
    turned = [decision != own and move > expected.tolerance for decision, move in zip(decisions, moves, strict=True)]
    return [move if bad else 0.0 for move, bad in zip(moves, turned, strict=True)]


def _of_direction(expected: Expectation, rows: Sequence[Row], decisions: Sequence[int], naming: Naming) -> list[float]:
    """How far the probability moves the wrong way beyond the tolerance."""
    at = _followed(expected, decisions, naming)
    sign = 1.0 if expected.up else -1.0
    return [max(0.0, sign * (rows[0][at] - row[at]) - expected.tolerance) for row in rows]


def _followed(expected: Expectation, decisions: Sequence[int], naming: Naming) -> int:
    """The place of the class whose probability may move one way only."""
    return decisions[0] if expected.classes == (OWN,) else naming.places(expected.classes)[0]


def _cannot_fail(expected: Expectation, base: float) -> bool:
    """Whether a probability is so low, or so high, that no fall or rise of it would exceed the tolerance."""
    return base <= expected.tolerance if expected.up else base >= 1 - expected.tolerance


_EXCESS: dict[Kind, Callable[[Expectation, Sequence[Row], Sequence[int], Naming], list[float]]] = {
    "must": _of_must,
    "same": _of_same,
    "direction": _of_direction,
}
