"""What is asked about a sample: its input in every prompt, and what their disagreement says against the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, cast

from harness import Distribution, Finding, Judged, Sample, Session, SessionFunction, UserError, listed, predict

OWN = "own"
"""The name of the prompt of the suite's own model."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """The decided class of each prompt, the suite's own first, and how sure that one is."""

    prompts: list[str]
    classes: list[int]
    sure: float


def under_prompts(models: Mapping[str, str], labels: Sequence[str]) -> SessionFunction[Prompted]:
    """Ask about the input as it is: the suite's model, and that of each other prompt.

    Raises UserError for other labels.
    """

    def session(sample: Sample[Any], rng: Random) -> Session[Prompted]:
        [own] = yield from predict([sample.input])
        found = [int(own.label)]
        for name, model in models.items():
            row = yield from _asked(sample.input, name, model, labels)
            found.append(int(row.label))
        return Prompted([OWN, *models], found, float(own[own.label]))

    return session


def _asked(value: Any, name: str, model: str, labels: Sequence[str]) -> Session[Distribution]:
    """The checked answer of the model of a prompt, whose labels have to be those of the suite's own."""
    asking = predict([value], model)
    answers = yield next(asking)
    if list(answers.labels) != list(labels):
        raise UserError(
            f"the model {name!r} has the labels {listed(list(answers.labels))}: expected those of the suite's "
            f"model, in their order: {listed(list(labels))}"
        )
    try:
        asking.send(answers)
    except StopIteration as done:
        return cast("Distribution", done.value[0])
    raise RuntimeError("a question of predict has one answer")


def judge(given: Prompted, case: Judged) -> Finding | None:
    """A sample on which prompts disagree; it weighs as much as the share that decides unlike the suite's own."""
    own, *classes = given.classes
    others = {name: at for name, at in zip(given.prompts[1:], classes, strict=True) if at != own}
    if not others:
        return None
    words = ", ".join(f"{name}: {case.labels[at]}" for name, at in others.items())
    line = f"{case.labels[own]} ({given.sure:.2f}) by the suite's own prompt; {words}"
    return Finding("prompt", len(others) / len(classes), line)
