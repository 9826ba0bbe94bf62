"""Sessions driven by hand, with no model and no engine: what a helper asks, and what it makes of the answer."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from random import Random
from typing import Any, TypeVar, assert_type

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import AnswerError, Ask, Distribution, Probabilities, Question, Sample, Session, blocking, predict
from harness.types import Answers, Array

T = TypeVar("T")


def drive(session: Session[T], *answers: Any) -> T:
    """The result of a session that is sent these answers, one a question."""
    next(session)
    for answer in answers[:-1]:
        session.send(answer)
    with pytest.raises(StopIteration) as stop:
        session.send(answers[-1])
    result: T = stop.value.value
    return result


def test_predict_asks_one_question_of_the_victim_or_of_a_named_model() -> None:
    assert next(predict(["a", "b"])) == Question("predict", ("a", "b"))
    assert next(predict(["a"], model="judge")) == Question("predict", ("a",), model="judge")


def test_the_answer_is_a_typed_row_an_input_in_the_same_order() -> None:
    rows = drive(predict(["a", "b"]), [[0.25, 0.75], [1.0, 0.0]])
    assert rows.array.tolist() == [[0.25, 0.75], [1.0, 0.0]]
    assert rows.array.dtype == np.float64
    assert [row.label for row in rows] == [1, 0]


def test_sessions_compose_and_are_tested_without_a_model() -> None:
    def worst(texts: Sequence[str]) -> Session[str]:
        rows = yield from predict(texts)
        lowest, text = min((row[0], text) for row, text in zip(rows, texts, strict=True))
        [again] = yield from predict([text.upper()])
        return f"{text} {lowest} {again[0]}"

    assert drive(worst(["a", "b"]), [[0.9, 0.1], [0.2, 0.8]], [[0.5, 0.5]]) == "b 0.2 0.5"


def test_the_types_of_predict_hold_also_after_unpacking() -> None:
    def session() -> Session[int]:
        rows = yield from predict(["a", "b", "c"])
        assert_type(rows, Probabilities)
        assert_type(rows.array, Array)
        assert_type(rows[0], Distribution)
        assert_type(rows[1:], Probabilities)
        assert_type(rows[0][1], float)
        assert_type(rows[0][:], list[float])
        assert_type(rows[0].label, int)
        [whole, *parts] = yield from predict(["a", "b", "c"])
        assert_type(whole, Distribution)
        assert_type(parts, list[Distribution])
        return len(parts)

    assert_type(session(), Generator[Question, Any, int])
    assert drive(session(), [[1.0, 0.0]] * 3, [[1.0, 0.0]] * 3) == 2


def test_the_types_of_blocking_are_those_of_the_procedure() -> None:
    def procedure(ask: Ask, sample: Sample[str], rng: Random, *, times: int = 1) -> list[float]:
        rows = ask(predict([sample.input] * times))
        assert_type(rows, Probabilities)
        return [row[0] for row in rows]

    session = blocking(procedure)(Sample("1", "a"), Random(0), times=2)
    assert_type(session, Generator[Question, Any, list[float]])
    assert drive(session, [[1.0, 0.0], [0.5, 0.5]]) == [1.0, 0.5]


def test_rows_are_sequences_and_show_themselves_rounded() -> None:
    rows = Probabilities(np.array([[1 / 3, 2 / 3], [0.5, 0.5]]))
    assert (len(rows), len(rows[0]), len(rows[1:])) == (2, 2, 1)
    assert rows[-1][:] == [0.5, 0.5]
    assert list(rows[0]) == rows[0][:]
    assert repr(rows[0]) == "Distribution([0.3333, 0.6667])"
    assert repr(rows[1:]) == "Probabilities([[0.5, 0.5]])"


def test_the_label_of_a_tie_is_the_first() -> None:
    assert Distribution(np.array([0.2, 0.4, 0.4])).label == 1


def test_nothing_asked_is_an_answer_of_no_rows() -> None:
    assert len(drive(predict([]), [])) == 0


def test_inputs_may_be_any_sequence_even_one_that_is_read_once() -> None:
    texts: Iterator[str] = iter(["a", "b"])
    assert len(drive(predict(texts), [[1.0, 0.0]] * 2)) == 2  # type: ignore[arg-type]  # users do it
    assert next(predict(np.eye(2))).inputs[1].tolist() == [0.0, 1.0]  # type: ignore[arg-type, attr-defined]


def test_a_single_text_is_refused_rather_than_asked_letter_by_letter() -> None:
    with pytest.raises(TypeError, match=r"expects a list of inputs, but got 'a text': write predict\(\[text\]\)"):
        next(predict("a text"))


def test_bfloat16_rounding_is_no_error() -> None:
    row = [0.66796875, 0.333984375]
    assert drive(predict(["a"]), [row])[0][:] == row


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ([[0.5, 0.5]], "gave 1 answers to 2 inputs: expected one each"),
        ([[0.5, 0.5], [0.5, float("nan")]], r"answered \[0.5, nan\] for 'second': expected probabilities"),
        ([[0.5, 0.5], [-0.5, 1.5]], r"answered \[-0.5, 1.5\] for 'second'"),
        ([[0.5, 0.5], [0.6, 0.6]], r"answered \[0.6, 0.6\] for 'second'.*if these are logits"),
        ([[0.5, 0.5], [1.0]], r"for \['first', 'second'\]: expected rows of numbers"),
        ([0.5, 0.5], r"expected rows of numbers, \(n, classes\) \(shape \(2,\)"),
        ([[], []], r"shape \(2, 0\)"),
        ([["a", "b"], ["c", "d"]], "expected rows of numbers"),
        (Answers([[0.5, 0.5]] * 2, "m", ["x", "y", "z"]), r"answered 2 .* for 'first': expected 3.*\(x, y, z\)"),
    ],
)
def test_what_is_no_probability_is_an_error_that_says_so(answer: Any, told: str) -> None:
    with pytest.raises(AnswerError, match=told):
        drive(predict(["first", "second"]), answer)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(any), min_size=1, max_size=5))
def test_probabilities_pass_through_unchanged(rows: list[list[float]]) -> None:
    normal = (np.array(rows) / np.sum(rows, axis=1, keepdims=True)).tolist()
    assert drive(predict(list("abcde")[: len(rows)]), normal).array.tolist() == normal
