"""The session of a part of stress: the input as it is and as it is perturbed, to the model and to a reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeAlias

from harness.engine.strangers import own
from harness.errors import UserError, listed
from harness.kinds.inputs import kind_of
from harness.parts.fields import in_place, of_columns
from harness.sessions.predict import predict, probabilities
from harness.types import Answers, Question, Sample, Session, Skipped

Perturbing: TypeAlias = Callable[[Any, Random], Session[list[Any]]]
"""The inputs that a perturbation makes of one: see `harness.parts.perturbing`."""


@dataclass(frozen=True, slots=True)
class Stressed:
    """A sample before and after a perturbation, which may give several inputs.

    `perturbed` are the inputs, as JSON where they are no texts; `before` is the answer to the clean input, `after`
    one to each perturbed input, `reference` what another model answers to the clean input and to each of them, empty
    where there is none.
    """

    perturbed: list[str]
    before: list[float]
    after: list[list[float]]
    reference: list[list[float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a part asks: the columns it changes, how often it draws, and a reference.

    `labels` are the model's, which the reference has to have, too.
    """

    columns: Sequence[str] = ()
    draws: int = 1
    reference: str = ""
    labels: Sequence[str] = ()


ONCE = Manner()


def under_stress(
    perturb: Perturbing, sample: Sample[Any], rng: Random, how: Manner = ONCE
) -> Session[Stressed | Skipped[Stressed]]:
    """Ask about the input as it is and as it is perturbed; skipped where the perturbation had nothing to change."""
    kind, put = kind_of(sample.input), in_place(sample.input, how.columns)
    inputs: list[Any] = []
    for _ in range(how.draws):
        given = of_columns(own(sample.input), how.columns)
        inputs += [put(each) for each in (yield from perturb(given, rng))]
    [before, *after] = yield from predict([sample.input, *inputs])
    others = (yield from _of_reference([sample.input, *inputs], how)) if how.reference else []
    result = Stressed([kind.write(each) for each in inputs], before[:], [row[:] for row in after], others)
    clean = kind.key(sample.input)
    return Skipped(result) if all(kind.key(each) == clean for each in inputs) else result


def _of_reference(inputs: Sequence[Any], how: Manner) -> Session[list[list[float]]]:
    """The answers of the reference; raises UserError where it has other labels than the model."""
    answers = yield Question("predict", tuple(inputs), how.reference)
    known = answers.labels if isinstance(answers, Answers) else how.labels
    if list(known) != list(how.labels):
        raise UserError(
            f"the reference {how.reference!r} has the labels {listed(known)}: expected those of the model, in their "
            f"order: {listed(how.labels)} (set `labels` at it in `models`)"
        )
    return [row[:] for row in probabilities(answers, inputs)]
