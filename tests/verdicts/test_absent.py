"""A score that is undefined for want of classes says of which there is no sample."""

from __future__ import annotations

from typing import Any

import pytest

from harness import ScoringContext
from harness.scores.score import NOT_DEFINED, share, undefined
from harness.verdicts.absent import with_absent


def note(truth: Any, labels: list[str], output: Any = "probabilities") -> str:
    scores = {"roc_auc": undefined("roc_auc", NOT_DEFINED, 2), "accuracy": share("accuracy", 1, 2, 0.95)}
    found = with_absent(scores, ScoringContext(labels, {str(at): each for at, each in enumerate(truth)}, output=output))
    assert found["accuracy"] is scores["accuracy"]
    return found["roc_auc"].note


@pytest.mark.parametrize(
    ("truth", "labels", "output", "noted"),
    [
        ([0, 0], ["no", "yes"], "probabilities", "not defined on these labels: no sample of yes"),
        ([(0,), ()], ["a", "b", "c"], "labels", "not defined on these labels: no sample of b, c"),
        ([0, 1], ["no", "yes"], "probabilities", "not defined on these labels"),
        ([1.5], ["value"], "value", "not defined on these labels"),
        ([0], list("abcdefgh"), "classes", "not defined on these labels: no sample of b, c, d, e, f and 2 more"),
    ],
)
def test_the_classes_without_a_sample_are_named(truth: Any, labels: list[str], output: Any, noted: str) -> None:
    assert note(truth, labels, output) == noted


def test_what_is_undefined_for_another_reason_stays_so() -> None:
    scores = {"ece": undefined("ece", "no case was measured"), "f1": undefined("f1", NOT_DEFINED, class_="yes")}
    found = with_absent(scores, ScoringContext(["no", "yes"], {"a": 0}))
    assert [each.note for each in found.values()] == ["no case was measured", NOT_DEFINED]
