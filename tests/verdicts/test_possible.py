"""What is said of a gate on a score that its task cannot have."""

from __future__ import annotations

import pytest

from harness.suite.file import TaskSpec
from harness.verdicts.possible import refusal

FEW, MANY = ["bad", "good"], [f"intent_{at}" for at in range(77)]

FIRST = "intent_0, intent_1, intent_10, intent_11, intent_12"


def known(classes: list[str]) -> set[str]:
    return {"accuracy", "recall", *(f"{name}[class={each}]" for name in ("recall", "f1") for each in classes)}


@pytest.mark.parametrize(
    ("address", "classes", "expected"),
    [
        ("recall[class=god]", FEW, "it has recall of the classes bad, good; did you mean 'good'?"),
        ("recall[class=9]", FEW, "it has recall of the classes bad, good"),
        ("f1[class=intent_77]", MANY, f"it has f1 of the classes {FIRST} and 72 more; did you mean 'intent_7'?"),
        ("acuracy", MANY, "it has accuracy, f1[class=..], recall, recall[class=..]; did you mean 'accuracy'?"),
        ("top_k@3", [], "it has accuracy, recall; add top_k:3 to its `metrics`"),
        ("pr_auc", [], "it has accuracy, recall; add pr_auc to its `metrics`"),
        ("accuracy[class=bad]", [], "it has accuracy, recall; did you mean 'accuracy'?"),
    ],
)
def test_a_score_that_cannot_be_is_answered_with_what_can(address: str, classes: list[str], expected: str) -> None:
    assert refusal(address, TaskSpec(use="classification"), known(classes)) == expected
