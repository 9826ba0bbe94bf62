"""What models do wrong: only the rows to blame are errors, and each is named."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future
from random import Random
from typing import Any

import numpy as np
import pytest
from fake_models import Padded, Recorder, answer, ask, ask_all, cases, failed, in_order, one

from harness import AnswerError, Case, Engine, Sample, Session, predict
from harness.models import Encoded


class OutOfMemoryError(RuntimeError):
    """As torch has one of its own."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OutOfMemoryError("device full"),
        RuntimeError("MPS backend out of memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes"),
        RuntimeError("DefaultCPUAllocator: not enough memory"),
    ],
)
def test_out_of_memory_halves_the_batches_from_then_on(error: Exception) -> None:
    def small(texts: list[str]) -> list[list[float]]:
        if len(texts) > 5:
            raise error
        return [answer(text) for text in texts]

    model = Recorder(small, budget=16)
    outcomes = in_order(Engine({"": model}).run(cases(range(64))))
    assert [outcome.value for outcome in outcomes] == [answer(at) for at in range(64)]
    sizes = [len(batch) for batch in model.batches]
    assert max(sizes[-8:]) == 4
    assert sum(size > 5 for size in sizes) <= 6


def test_an_input_too_large_for_memory_is_an_error_and_costs_the_others_nothing() -> None:
    def small(texts: list[str]) -> list[list[float]]:
        if "huge" in "".join(texts):
            raise MemoryError("device full")
        return [answer(text) for text in texts]

    model = Recorder(small, budget=8)
    outcomes = in_order(Engine({"": model}).run(cases([*(f"huge{at}" for at in range(20)), *map(str, range(64))])))
    errors = [outcome for outcome in outcomes if outcome.error]
    assert [error.case.sample.input for error in errors] == [f"huge{at}" for at in range(20)]
    assert "AnswerError: model 'fake' failed on 'huge0': MemoryError: device full" in failed(errors[0])
    assert max(len(batch) for batch in model.batches[-4:]) == 8


@pytest.mark.parametrize("error", [ValueError("bad pixel"), SystemExit("bad pixel")])
def test_only_the_inputs_a_model_fails_on_are_errors(error: BaseException) -> None:
    def picky(texts: list[int]) -> list[list[float]]:
        if {3, 11} & set(texts):
            raise error
        return [answer(text) for text in texts]

    model = Recorder(picky)
    outcomes = in_order(Engine({"": model}).run(cases(range(16))))
    assert [outcome.case.sample.input for outcome in outcomes if outcome.error] == [3, 11]
    assert f"model 'fake' failed on 3: {type(error).__name__}: bad pixel" in failed(outcomes[3])
    assert [outcome.value for outcome in outcomes if not outcome.error] == [
        answer(at) for at in range(16) if at % 8 != 3
    ]
    assert len(model.batches) <= 1 + 2 * 2 * 4


def test_a_batch_that_failed_and_was_asked_again_is_counted() -> None:
    fails = iter([True, True, False, False, False])

    def sometimes(texts: list[int]) -> list[list[float]]:
        if next(fails):
            raise ValueError("now and then")
        return [answer(text) for text in texts]

    engine = Engine({"": sometimes})
    assert [outcome.error for outcome in engine.run(cases(range(8)))] == [None] * 8
    counters = engine.ledger.of_model("")
    assert (counters.failed, counters.batches, counters.unique) == (2, 3, 8)


def test_a_session_may_catch_the_models_error_and_go_on() -> None:
    def picky(texts: list[str]) -> list[list[float]]:
        if "bad" in texts:
            raise ValueError("no such word")
        return [answer(text) for text in texts]

    def session(sample: Sample[str], rng: Random) -> Session[str]:
        try:
            yield from predict(["good", "bad"])
        except AnswerError as error:
            yield from predict(["good"])
            return repr(error.__cause__)
        return "unreached"

    assert one(Recorder(picky), session).value == "ValueError('no such word')"


def test_the_first_failing_row_of_a_question_is_named_whatever_the_batches() -> None:
    def picky(texts: list[str]) -> list[list[float]]:
        if any("bad" in text for text in texts):
            raise ValueError
        return [answer(text) for text in texts]

    texts = ["good", "bad first", "fine", "bad and very much longer"]
    for budget in (1, 2, 30, 100):
        model = Padded(budget)
        model._answer = picky  # type: ignore[method-assign]
        assert "failed on 'bad first'" in failed(one(model, ask_all, texts))


def test_a_traceback_is_the_same_whether_the_model_was_quick_or_slow() -> None:
    class Broken(Padded):
        def _answer(self, texts: list[str]) -> list[list[float]]:
            super()._answer(texts)
            raise ValueError("broken")

        def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
            future = super().submit(batch)
            time.sleep(0.02 - self._pause)
            return future

    quick, slow = (failed(one(Broken(seconds=seconds), ask)) for seconds in (0.0, 0.02))
    assert quick == slow
    assert "in _answer\n" in quick


def test_an_adapter_may_fail_in_submit_as_in_its_future() -> None:
    class Closed(Padded):
        def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
            raise ConnectionError("refused")

    assert "failed on 'text': ConnectionError: refused" in failed(one(Closed(), ask))


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda texts: [[0.5, 0.5]] * (len(texts) - 1), "answers, one for each input, but got "),
        (lambda texts: [[0.5, 0.5]] * (len(texts) + 1), "answers, one for each input, but got "),
        (lambda texts: None, "expected 2 answers, one for each input, but got None"),
        (lambda texts: [[float("nan"), 0.5]] * len(texts), "answered [nan, 0.5]"),
        (lambda texts: [[-0.5, 1.5]] * len(texts), "answered [-0.5, 1.5]"),
        (lambda texts: [[0.9, 0.9]] * len(texts), "answered [0.9, 0.9]"),
        (lambda texts: [[3.0, -2.0]] * len(texts), "if these are logits, give their softmax"),
        (lambda texts: [[float("inf"), float("-inf")]] * len(texts), "answered [inf, -inf]"),
        (lambda texts: [[0.2] * (5 - at % 2) for at in range(len(texts))], "expected rows of numbers, (n, classes)"),
        (lambda texts: [0.5] * len(texts), "expected rows of numbers, (n, classes) (shape (2,)"),
        (lambda texts: ["positive"] * len(texts), "answered ['positive', 'positive']"),
        (lambda texts: [[0.2, 0.3, 0.5]] * len(texts), "answered 3 probabilities"),
    ],
)
def test_a_wrong_answer_is_an_error_that_names_model_input_and_value(call: Any, told: str) -> None:
    model = Recorder(call)
    model.labels = np.array(["negative", "positive"])  # type: ignore[attr-defined]
    error = failed(one(model, ask_all, ["my text", "another"])).splitlines()[-1]
    assert "AnswerError: model 'fake'" in error
    assert "my text" in error
    assert told in error


def test_an_adapter_that_prepares_wrongly_fails_the_case_and_no_other() -> None:
    class Odd(Padded):
        def prepare(self, inputs: Sequence[str]) -> list[Encoded]:
            if "refused" in inputs:
                raise TypeError("expected a text")
            keys: list[Any] = [[text] if text == "unhashable" else text for text in inputs]
            rows = [Encoded(text, 1, key) for text, key in zip(inputs, keys, strict=True)]
            return rows[:-1] if "lost" in inputs else rows

    texts = [["a", "b"], ["a", "refused"], ["b", "unhashable"], ["c", "lost"], ["a", "c"]]
    outcomes = in_order(Engine({"": Odd()}).run(cases(texts, ask_all)))
    assert [outcome.value for outcome in outcomes[::4]] == [[answer("a"), answer("b")], [answer("a"), answer("c")]]
    told = ["expected a text", "unhashable type", "model 'padded' prepared 1 of 2 inputs: expected all"]
    assert [text in failed(outcome) for text, outcome in zip(told, outcomes[1:4], strict=True)] == [True] * 3


def test_a_function_is_called_by_its_own_name_in_messages() -> None:
    def my_model(texts: list[str]) -> list[list[float]]:
        return [[2.0, 2.0] for _ in texts]

    assert "model 'my_model' answered [2.0, 2.0] for 'text'" in failed(one(my_model, ask))


def test_a_wrong_number_of_answers_is_never_made_to_fit_by_asking_fewer() -> None:
    """A model of always two answers is right about nothing, also where a batch happens to hold two rows."""
    asked: list[int] = []

    def two(texts: list[str]) -> list[list[float]]:
        asked.append(len(texts))
        return [[0.5, 0.5]] * 2

    def one_row(sample: Sample[str], rng: Random) -> Session[object]:
        return (yield from predict([sample.input]))

    cases = [Case("t", "", Sample(str(at), f"text {at}"), one_row) for at in range(9)]
    outcomes = list(Engine({"": two}).run(cases))
    assert all("expected 9 answers, one for each input, but got 2" in str(outcome.error) for outcome in outcomes)
    assert asked == [9]
