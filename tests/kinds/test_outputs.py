"""What an answer of each output is, and what it cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from by_hand import scored

from harness import AnswerError, Sample, Suite, predict
from harness.kinds.outputs import OUTPUTS
from harness.sources.context import Context
from harness.tasks.classification import classification
from harness.tasks.measuring import named
from harness.types import Answers


def answered(rows: list[Any], output: str, labels: list[str]) -> Any:
    session = predict(["x"] * len(rows))
    next(session)
    with pytest.raises(StopIteration) as stop:
        session.send(Answers(rows, "toy", labels, output))
    return stop.value.value.array.tolist()


def test_a_value_may_come_bare_or_as_a_row_of_one() -> None:
    assert answered([3, -2.5], "value", ["value"]) == [[3.0], [-2.5]]
    assert answered([[3], [-2.5]], "value", ["value"]) == [[3.0], [-2.5]]


def test_label_probabilities_need_no_sum() -> None:
    assert answered([[0.9, 0.8], [0, 0]], "labels", ["a", "b"]) == [[0.9, 0.8], [0, 0]]


@pytest.mark.parametrize(
    ("rows", "output", "labels", "message"),
    [
        ([float("inf")], "value", ["value"], "expected one finite number"),
        ([float("nan")], "value", ["value"], "expected one finite number"),
        ([[1, 2]], "value", ["value"], "answered 2 value"),
        ([[1, 2]], "value", [], r"expected one finite number \(set `output: probabilities`"),
        ([[1.4, 0]], "labels", ["a", "b"], r"expected the probability of each label, in 0..1 \(if these are logits"),
        ([[-3, 0]], "labels", ["a", "b"], "expected the probability of each label"),
        ([[0.9, 0.8]], "probabilities", ["a", "b"], r"together 1 \(if these are logits, give their softmax\)"),
    ],
)
def test_what_an_output_cannot_be_is_an_error(rows: list[Any], output: str, labels: list[str], message: str) -> None:
    with pytest.raises(AnswerError, match=message):
        answered(rows, output, labels)


def test_the_suite_knows_four_outputs() -> None:
    with pytest.raises(ValueError, match="'probabilities', 'classes', 'value' or 'labels'"):
        Suite.model_validate({"model": {"use": "x", "output": "logits"}, "tasks": ["classification"]})


def test_perfect_scores_of_few_samples_are_not_certain() -> None:
    def sure(texts: list[str]) -> list[list[float]]:
        return [[float(text == "b"), float(text != "b")] for text in texts]

    samples = [Sample("1", "a", 1), Sample("2", "b", 0), Sample("3", "c", 1)]
    found = scored(classification(Context(), metrics=named("f1", "mcc")), samples, sure)
    assert found["f1"].value == found["mcc"].value == 1
    assert found["accuracy"].low == pytest.approx(0.05 ** (1 / 3))
    assert found["f1"].low == pytest.approx(0.447, abs=1e-3)  # square-and-add of one and two rows
    assert found["accuracy"].low is not None
    assert found["accuracy"].low < 0.6


@pytest.mark.parametrize(
    "answers", [[1, 0], ["yes", "no"], [[0.0, 1.0], [1.0, 0.0]], np.array([1, 0]), np.array(["yes", "no"]), [[1], [0]]]
)
def test_a_class_is_its_index_its_name_or_a_row_that_is_one_there(answers: Any) -> None:
    rows = OUTPUTS["classes"].rows(list(answers), ["no", "yes"])
    assert rows.tolist() == [[0, 1], [1, 0]]
    assert OUTPUTS["classes"].holds(rows)


@pytest.mark.parametrize(
    ("answers", "message"),
    [(["maybe"], "'maybe' is none of the labels, no, yes"), ([2], "indices of the 2 classes"), ([0.5], "indices of")],
)
def test_what_is_no_class_is_refused(answers: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OUTPUTS["classes"].rows(answers, ["no", "yes"])
