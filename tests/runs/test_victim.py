"""What a run asks of the model it measures: labels that differ, and how many inputs it does not read whole."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from harness import UserError
from harness.models import Connection, connect
from harness.parts.unread import count_cut
from harness.runs.victim import require_victim


def fine(texts: list[str]) -> list[list[float]]:
    return [[0.0, 1.0] for _ in texts]


def adapter(**more: Any) -> Any:
    return SimpleNamespace(name="adapter", labels=("a", "b"), predict=fine, **more)


def victim(model: Any, *labels: str) -> Connection:
    found = connect(model, labels=labels)
    require_victim(found, "python")
    return found


@pytest.mark.parametrize(
    ("model", "labels", "message"),
    [
        (print, [], r"model 'python' has no labels: add `labels: \[..\]` to `model`, .*, or `output: value` where"),
        (adapter(), ["a", "b", "c"], r"the suite names 3 labels \(a, b, c\), but the model has 2 \(a, b\)"),
        (print, ["a", " A "], "labels of a model must differ, by more than case and outer space, but got a,  A "),
        (dict.fromkeys(range(999), 0.5), ["a", "b"], r"probabilities, but got \{0: 0.5, 1: 0.5, .*, \.\.\.\}$"),
        ("text", ["a", "b"], r"expected a callable \(inputs\) -> probabilities, but got 'text'"),
        (
            adapter(output="logits"),
            [],
            "model 'adapter' has the output 'logits': expected one of probabilities, classes",
        ),
        (adapter(limit="long"), [], "model 'adapter': limit: expected a whole number, but got 'long'"),
    ],
)
def test_what_a_victim_cannot_be_is_refused(model: Any, labels: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        victim(model, *labels)


def test_a_model_in_memory_without_labels_may_answer_a_number() -> None:
    with pytest.raises(UserError, match=r'give `labels=\[..\]`, .*, or `output="value"` where it answers one number$'):
        require_victim(connect(fine), "given")


def test_an_adapter_keeps_its_own_labels() -> None:
    assert victim(adapter()).labels == ("a", "b")


def test_inputs_that_a_model_does_not_read_whole_are_counted() -> None:
    assert count_cut(connect(fine), ["text"]) == 0
    of_five = adapter(cut=lambda texts: [max(0, len(text) - 5) for text in texts])
    assert count_cut(connect(of_five), ["short", "longer"]) == 1
