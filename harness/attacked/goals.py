"""Goals of attacks (the goal functions of Morris et al. 2020): what of an answer is sought, and how far it is.

An attack lowers the probability of a class until the answer is another one. Of a model that answers a number or labels,
it is shown a model of two classes in place of the answers: is the goal reached, or does the answer hold? So the same
attack, written for classes, seeks any goal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

from harness.kinds.outputs import LABEL_THRESHOLD
from harness.sessions.predict import probabilities
from harness.types import Answers, Array, Output, Question

Change: TypeAlias = Literal["drop", "add", "change"]
"""What becomes of a set of labels: a true one is lost, a wrong one is claimed, or either."""

REACHED, HOLDS = 0, 1
"""The two classes that an attack is shown."""

APART = 1e-6
"""How far from one half the answer is shown at least: single precision must not blur what is decided."""


class Aim(Protocol):
    """The goal of an attack on one sample, whose clean answer and truth it knows."""

    @property
    def is_right(self) -> bool:
        """Whether the clean answer is one to attack: with nothing right there is nothing to lose."""

    @property
    def is_open(self) -> bool:
        """Whether anything could be reached: where no label is true, none can be dropped."""

    def reached(self, row: Sequence[float]) -> bool:
        """Whether an answer is what the attack seeks."""

    def holds(self, row: Sequence[float]) -> float:
        """How well an answer holds, in 0..1: less is nearer to the goal."""


class Goal(Protocol):
    """What an attack seeks. `translates` says that it is shown two classes in place of the model's answers."""

    @property
    def outputs(self) -> frozenset[Output]:
        """The kinds of answers that it is about."""

    @property
    def translates(self) -> bool: ...

    def on(self, before: Sequence[float], truth: Any) -> Aim:
        """The goal on one sample."""


@dataclass(frozen=True)
class WrongClass:
    """Any class but the true one: the untargeted goal of most attacks."""

    outputs: frozenset[Output] = frozenset({"probabilities", "classes"})
    translates: bool = False

    def on(self, before: Sequence[float], truth: Any) -> Aim:
        return _WrongClass(before, truth)


@dataclass(frozen=True)
class _WrongClass:
    before: Sequence[float]
    truth: Any
    is_open: bool = True

    @property
    def is_right(self) -> bool:
        return not self.reached(self.before)

    def reached(self, row: Sequence[float]) -> bool:
        return bool(np.argmax(row[:]) != self.truth)

    def holds(self, row: Sequence[float]) -> float:
        return float(row[self.truth])


@dataclass(frozen=True)
class Moved:
    """A number at least `by` away from the answer to the clean input, either way (Nguyen & Raff 2018, section 3)."""

    by: float
    outputs: frozenset[Output] = frozenset({"value"})
    translates: bool = True

    def on(self, before: Sequence[float], truth: Any) -> Aim:  # noqa: ARG002  # a number is moved from the model's own
        return _Moved(before[0], self.by)


@dataclass(frozen=True)
class _Moved:
    before: float
    by: float
    is_right: bool = True
    is_open: bool = True

    def reached(self, row: Sequence[float]) -> bool:
        return abs(row[0] - self.before) >= self.by

    def holds(self, row: Sequence[float]) -> float:
        """One half at `by`, falling with the distance."""
        return 1 / (1 + abs(row[0] - self.before) / self.by)


@dataclass(frozen=True)
class OtherLabels:
    """A label lost or claimed (Song et al. 2018, Multi-label adversarial perturbations).

    `drop` seeks a true label below the threshold, where the model finds all of them; `add` a wrong one above it, where
    it claims none; `change` either, where its set is exactly right.
    """

    which: Change
    outputs: frozenset[Output] = frozenset({"labels"})
    translates: bool = True

    def on(self, before: Sequence[float], truth: Any) -> Aim:
        others = [at for at in range(len(before[:])) if at not in truth]
        kept, barred = self.which != "add", self.which != "drop"
        return _OtherLabels(before, list(truth) if kept else [], others if barred else [])


@dataclass(frozen=True)
class _OtherLabels:
    before: Sequence[float]
    kept: list[int]
    barred: list[int]

    @property
    def is_right(self) -> bool:
        return not self.reached(self.before)

    @property
    def is_open(self) -> bool:
        return bool(self.kept or self.barred)

    def reached(self, row: Sequence[float]) -> bool:
        lost = any(row[at] < LABEL_THRESHOLD for at in self.kept)
        return lost or any(row[at] >= LABEL_THRESHOLD for at in self.barred)

    def holds(self, row: Sequence[float]) -> float:
        """The probability of the label that is nearest to being wrong."""
        return min([*(row[at] for at in self.kept), *(1 - row[at] for at in self.barred)], default=1.0)


def shown(aim: Aim, question: Question, answers: Any) -> Answers:
    """A model's answers to a question as those of two classes, `(n, 2)`: the second one holds.

    Raises AnswerError for what the model cannot answer.
    """
    given = answers if isinstance(answers, Answers) else Answers(answers, question.model or "model")
    rows = [_shown(aim, row) for row in probabilities(given, question.inputs).array]
    return Answers(rows, given.model, ("reached", "holds"))


def _shown(aim: Aim, row: Array) -> list[float]:
    holds = aim.holds(row.tolist())
    holds = min(holds, 0.5 - APART) if aim.reached(row.tolist()) else max(holds, 0.5 + APART)
    return [1 - holds, holds]
