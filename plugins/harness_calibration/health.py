"""The task `health`: does the model answer the same to the same, is it as sure as it should be, and of what?"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from harness import Finding, Judged, Part, Positive, Task
from harness.models import Connection
from harness_calibration.checked import ONCE, STEADY, WAYS, Checked
from harness_calibration.health_scores import STEADINESS, SURE_ERROR, Steadiness
from harness_calibration.steady import ASKED_AGAIN, COMPANIONS, MODEL, Among, ask_once, asked_again

TOLERANCE = 1e-4
"""How far two answers to an input may be apart, as a run's own check of a few samples: float32 stays below 1e-5."""

WORDS = dict(zip(WAYS, ("asked again", f"first of {COMPANIONS + 1}", f"last of {COMPANIONS + 1}", "beside the longest"),
                strict=True))  # fmt: skip

LOWER = (*STEADINESS, "overconfident_errors", "underconfident", "renaming_gain", "shortcut_errors")
"""Scores of which less is better."""


def health(*, asked: Positive = 50, tolerance: Annotated[float, Field(gt=0, lt=1)] = TOLERANCE) -> Task[Checked]:
    """Answers that depend on more than their input, confidence beside accuracy, constant answers, shortcut words.

    The first `asked` samples are asked alone, again, in a batch, in the batch the other way round, and beside the
    longest input, never from memory; answers further apart than `tolerance` are not the same. Every sample is asked
    once for all else.
    """
    steadiness, among = Steadiness(tolerance), Among(asked)

    def prepare(model: Connection) -> object:
        return asked_again(model, among)

    title = "task 'health'"
    return Task(
        parts={
            STEADY: Part(prepare, title=title, samples=among.samples, models={MODEL: ASKED_AGAIN}),  # type: ignore[arg-type]
            ONCE: Part(ask_once, title=title),
        },
        payload=Checked,
        score=steadiness.scores,
        outputs=frozenset({"probabilities", "classes"}),
        addresses_known=True,
        judge=lambda given, case: _judge(given, case, steadiness),
        lower_is_better=dict.fromkeys(LOWER, True),
    )


def _judge(given: Checked, case: Judged, steadiness: Steadiness) -> Finding | None:
    if case.part == STEADY:
        return _unsteady(given, steadiness)
    if case.sample.truth is None or given.predicted == case.truth:
        return None
    true = given.probabilities[case.sample.label]
    excess = max(given.probabilities) - true
    line = f"{case.truth} ({true:.2f}) taken for {given.predicted} ({max(given.probabilities):.2f})"
    return Finding("overconfident", excess, line, given.predicted) if excess >= SURE_ERROR else None


def _unsteady(given: Checked, steadiness: Steadiness) -> Finding | None:
    """The furthest answer from that to the input alone."""
    if given.invalid:
        return Finding("invalid", 1.0, f"the answer is no distribution: {given.probabilities}", given.predicted)
    apart = {way: getattr(given, way) for way in WAYS}
    way = max(apart, key=lambda each: apart[each] or 0.0)
    if not steadiness.is_other(apart[way]):
        return None
    word = "turned" if given.turned else "unsteady"
    return Finding(word, apart[way] + given.turned, f"{apart[way]:.2g} apart when {WORDS[way]}", given.predicted)
