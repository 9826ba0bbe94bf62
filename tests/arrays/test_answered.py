"""Columns of a local model as answers: against scipy, at the edges, and in words where they are none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, softmax

from harness import AnswerError
from harness.arrays.answered import answers_of

LOGITS = arrays(np.float64, st.tuples(st.integers(1, 5), st.integers(2, 4)), elements=st.floats(-700, 700))


@given(LOGITS)
@settings(max_examples=60)
def test_logits_become_what_scipy_makes_of_them(logits: Any) -> None:
    np.testing.assert_allclose(answers_of(logits, len(logits), "probabilities", logits=True), softmax(logits, axis=1))
    np.testing.assert_allclose(answers_of(logits, len(logits), "labels", logits=True), expit(logits), atol=1e-15)


@given(arrays(np.float64, st.integers(1, 5), elements=st.floats(-700, 700)))
@settings(max_examples=60)
def test_one_column_is_the_second_of_two_classes(logits: Any) -> None:
    expected = np.stack([expit(-logits), expit(logits)], axis=1)
    found = answers_of(logits, len(logits), "probabilities", logits=True)
    np.testing.assert_allclose(found, expected, atol=1e-15)
    np.testing.assert_array_equal(answers_of(found[:, 1:], len(logits), "probabilities"), found)


def test_a_value_is_a_column_and_classes_stay_as_they_are() -> None:
    assert answers_of([1, 2], 2, "value").tolist() == [[1.0], [2.0]]
    assert answers_of(np.array([1, 0]), 2, "classes").tolist() == [1, 0]
    assert answers_of([[0.2, 0.9]], 1, "labels").tolist() == [[0.2, 0.9]]


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        ([[1.0, 3.0]], "where they are logits, set `logits: true`"),
        ([[0.9, 0.9]], "sum to 1"),
        ([[0.5, 0.5], [0.5, 0.5]], "an answer for each of 1 inputs"),
        (0.5, r"gave an array \(\)"),
        ([[[0.5, 0.5]]], r"gave an array \(1, 1, 2\)"),
    ],
)
def test_what_is_no_answer_is_said(answered: Any, words: str) -> None:
    with pytest.raises(AnswerError, match=words):
        answers_of(answered, 1, "probabilities")


def test_what_is_not_finite_is_left_to_who_checks_each_answer() -> None:
    found = answers_of([[np.nan, 0.5], [0.5, 0.5]], 2, "probabilities")
    assert np.isnan(found[0, 0])
