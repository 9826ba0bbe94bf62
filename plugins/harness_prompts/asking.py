"""What is asked about a sample: its input in every prompt, and what their disagreement says against the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from harness import Finding, Judged, Question, Sample, Session, SessionFunction, UserError, listed, predict

OWN = "own"
"""The name of the prompt of the suite's own model."""


@dataclass(frozen=True, slots=True)
class Prompted:
    """The decided class of each prompt, the suite's own first, and how sure that one is."""

    prompts: list[str]
    classes: list[int]
    sure: float


def under_prompts(names: Sequence[str], labels: Sequence[str]) -> SessionFunction[Prompted]:
    """Ask about the input as it is: the suite's model, and each of the others; raises UserError for other labels."""

    def session(sample: Sample[Any], rng: Random) -> Session[Prompted]:
        [own] = yield from predict([sample.input])
        found = [int(own.label)]
        for name in names:
            answers = yield Question("predict", (sample.input,), name)
            if list(answers.labels) != list(labels):
                raise UserError(
                    f"the model {name!r} has the labels {listed(list(answers.labels))}: expected those of the suite's "
                    f"model, in their order: {listed(list(labels))}"
                )
            found.append(int(np.argmax(answers[0])))
        return Prompted([OWN, *names], found, float(own[own.label]))

    return session


def judge(given: Prompted, case: Judged) -> Finding | None:
    """A sample on which prompts disagree; it weighs as much as the share that decides unlike the suite's own."""
    own, *classes = given.classes
    others = {name: at for name, at in zip(given.prompts[1:], classes, strict=True) if at != own}
    if not others:
        return None
    words = ", ".join(f"{name}: {case.labels[at]}" for name, at in others.items())
    line = f"{case.labels[own]} ({given.sure:.2f}) by the suite's own prompt; {words}"
    return Finding("prompt", len(others) / len(classes), line)
