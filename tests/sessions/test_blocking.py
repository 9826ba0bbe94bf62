"""Other people's procedures as sessions: interleaved in one thread, each as if it were alone."""

from __future__ import annotations

import gc
import inspect
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from greenlet import GreenletExit, greenlet
from procedures import climb, error, model, run, values, with_random

from harness import (
    AnswerError,
    Ask,
    BlockingLibrary,
    Case,
    Engine,
    Question,
    Sample,
    Session,
    Traits,
    blocking,
    predict,
    traits_of,
)
from harness.suite.components import parameters_of


def test_results_are_those_of_the_procedure_run_without_the_harness() -> None:
    def directly(session: Session[Any]) -> Any:
        question = next(session)
        try:
            session.send(model([str(text) for text in question.inputs]))
        except StopIteration as stop:
            return stop.value

    class Numbers(Random):
        """A generator whose first number was drawn before, as `blocking` does to seed the libraries."""

        def __init__(self, rng: Random) -> None:
            rng.getrandbits(32)
            self.randrange = rng.randrange  # type: ignore[method-assign]

    def alone(sample: Sample[str], rng: Random) -> Session[list[float]]:
        yield from predict([])
        return climb(directly, sample, Numbers(rng))

    cases = [Case("t", "p", Sample(name, name), alone) for name in "abcdef"]
    expected = {outcome.case.sample.id: outcome.value for outcome in Engine({"": model}).run(cases)}
    assert values(climb, "abcdef") == expected


def test_many_run_interleaved_in_one_thread() -> None:
    events: list[str] = []
    threads: set[int] = set()

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> None:
        for number in range(2):
            events.append(f"{sample.input}{number}")
            threads.add(threading.get_ident())
            ask(predict([events[-1]]))

    values(procedure, "abc")
    assert events == ["a0", "b0", "c0", "a1", "b1", "c1"]
    assert threads == {threading.get_ident()}


# What cannot be interleaved


def in_inference_mode(ask: Ask, sample: Sample[str], rng: Random) -> None:
    import torch

    with torch.inference_mode():
        ask(predict([sample.input]))


def in_autocast(ask: Ask, sample: Sample[str], rng: Random) -> None:
    import torch

    with torch.autocast("cpu"):
        ask(predict([sample.input]))


@pytest.mark.parametrize(
    ("procedure", "mode"), [(in_inference_mode, "inference_mode"), (in_autocast, "autocast('cpu')")]
)
def test_asking_inside_a_mode_that_would_leak_is_an_error_that_names_both(procedure: Any, mode: str) -> None:
    torch = pytest.importorskip("torch")
    assert f"RuntimeError: {procedure.__name__} asked the model inside torch's {mode}" in error(procedure)
    assert not torch.is_inference_mode_enabled()
    assert not torch.is_autocast_enabled("cpu")


def test_a_mode_the_caller_is_in_himself_is_no_error() -> None:
    torch = pytest.importorskip("torch")
    with torch.inference_mode():
        assert values(climb, "a") == values(climb, "a")


def test_asking_from_another_thread_is_an_error_that_names_the_procedure() -> None:
    def parallel(ask: Ask, sample: Sample[str], rng: Random) -> str:
        told: list[str] = []

        def work() -> None:
            with pytest.raises(RuntimeError) as caught:
                ask(predict([sample.input]))
            told.append(str(caught.value))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        return told[0]

    told = values(parallel, "a")["a"]
    assert "parallel asked the model from another thread" in told
    assert "n_jobs=1" in told


def test_an_exclusive_procedure_runs_alone() -> None:
    live: set[str] = set()

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> int:
        live.add(sample.input)
        for number in range(3):
            ask(predict([f"{sample.input}{number}"]))
        most = len(live)
        live.discard(sample.input)
        return most

    assert {outcome.value for outcome in run(procedure, "abc", exclusive=True).values()} == {1}
    assert values(procedure, "abc")["a"] == 3


# Errors and endings


def test_the_models_error_is_raised_where_the_procedure_asked_and_can_be_caught() -> None:
    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> str:
        try:
            ask(predict(["bad text"]))
        except AnswerError as caught:
            ask(predict(["good text"]))
            return str(caught)
        return "unreached"

    assert values(procedure, "ab")["a"] == "model 'model' failed on 'bad text': ValueError: no such word"


def test_an_uncaught_error_of_the_model_is_the_cases() -> None:
    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> None:
        ask(predict([sample.input]))

    outcomes = run(procedure, ["bad", "good"])
    assert "ask(predict([sample.input]))" in (outcomes["bad"].error or "")
    assert outcomes["good"].error is None


def test_a_procedures_own_error_is_the_cases_with_its_line() -> None:
    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> None:
        ask(predict([sample.input]))
        raise LookupError(sample.input)

    assert "LookupError: a" in error(procedure)
    assert "raise LookupError(sample.input)" in error(procedure)


def test_a_question_that_cannot_be_asked_is_raised_in_the_procedure() -> None:
    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> None:
        ask(predict([sample.input], model="absent"))

    assert "the suite has no model 'absent'" in error(procedure)
    assert 'ask(predict([sample.input], model="absent"))' in error(procedure)


def test_closing_unwinds_a_procedure_that_waits() -> None:
    unwound: list[str] = []

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> None:
        try:
            ask(predict([sample.input]))
            ask(predict([f"{sample.input} again"]))
        finally:
            unwound.append(sample.input)

    quick = Case("t", "q", Sample("quick", "quick"), blocking(climb))
    waiting = [Case("t", "p", Sample(name, name), blocking(procedure)) for name in "abc"]
    outcomes = Engine({"": model}).run([*waiting, quick])
    next(outcomes)
    outcomes.close()
    assert sorted(unwound) == ["a", "b", "c"]


@pytest.mark.parametrize("stubborn", [1, 1000])
def test_a_procedure_that_swallows_its_ending_is_closed_all_the_same(stubborn: int) -> None:
    asked = 0

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> None:
        nonlocal asked
        while asked < stubborn:
            asked += 1
            with suppress(GreenletExit):
                ask(predict([sample.input]))

    session = blocking(procedure)(Sample("a", "a"), Random(1))
    next(session)
    session.close()
    assert asked < 20
    del session
    gc.collect()


def test_a_procedure_that_never_began_needs_no_ending() -> None:
    blocking(climb)(Sample("a", "a"), Random(1)).close()


# The forms of a component


def test_a_prepared_component_loads_once_and_makes_a_procedure_a_session() -> None:
    made: list[Any] = []

    def explainer(*, model: object, size: int) -> Callable[[], Any]:
        made.append((model, size))

        def factory() -> Any:
            made.append("procedure")
            return lambda ask, sample, rng: [sample.input * size, len(ask(predict([sample.input])))]

        return factory

    component = BlockingLibrary(explainer, exclusive=True)
    assert list(inspect.signature(component).parameters) == ["model", "size"]
    assert list(parameters_of(component)) == ["size"]
    session = component.prepare(model=model, size=2)
    assert made == [(model, 2)]
    outcomes = list(Engine({"": model}).run([Case("t", "p", Sample(name, name), session) for name in "ab"]))
    assert [outcome.value for outcome in outcomes] == [["aa", 1], ["bb", 1]]
    assert made == [(model, 2), "procedure", "procedure"]
    assert traits_of(session) == Traits(exclusive=True)


def test_an_error_names_a_prepared_component() -> None:
    def slow_explainer() -> Callable[[], Any]:
        return lambda: in_inference_mode

    pytest.importorskip("torch")
    case = Case("t", "p", Sample("a", "a"), BlockingLibrary(slow_explainer).prepare())
    [outcome] = Engine({"": model}).run([case])
    assert "slow_explainer asked the model inside torch's inference_mode" in (outcome.error or "")


def test_a_blocking_function_shows_the_procedures_parameters_without_ask() -> None:
    session = blocking(climb)
    assert list(inspect.signature(session).parameters) == ["sample", "rng", "steps"]
    assert session.__name__ == "climb"
    assert len(list(session(Sample("a", "a"), Random(1), steps=0))) == 0


def test_a_blocking_session_is_driven_by_hand_like_any_other() -> None:
    session = blocking(climb)(Sample("a", "a"), Random(1), steps=1)
    assert len(next(session).inputs) == 3
    with pytest.raises(StopIteration) as stop:
        session.send([[0.25, 0.75], [0.5, 0.5], [0.0, 1.0]])
    assert stop.value.value == [0.5]


def test_a_session_may_go_on_in_another_greenlet_than_it_began_in() -> None:
    session = blocking(climb)(Sample("a", "a"), Random(1), steps=3)
    next(session)
    assert isinstance(greenlet(session.send).switch([[1.0, 0.0]] * 3), Question)
    session.send([[1.0, 0.0]] * 3)
    with pytest.raises(StopIteration):
        session.send([[1.0, 0.0]] * 3)


def test_a_procedure_may_ask_through_a_session_that_asks_several_questions_and_catches() -> None:
    def patient() -> Session[list[float]]:
        try:
            yield from predict(["bad"])
        except AnswerError:
            [row] = yield from predict(["good"])
            return row[:]
        return []

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> list[float]:
        return ask(patient())

    assert values(procedure, "ab")["b"] == model(["good"])[0]


def test_an_error_of_a_session_it_asks_through_reaches_the_procedure() -> None:
    closed: list[str] = []
    sessions: list[Session[None]] = []

    def hasty() -> Session[None]:
        try:
            yield from predict(["good"])
            raise LookupError("lost")
        finally:
            closed.append("hasty")

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> str:
        sessions.append(hasty())
        with pytest.raises(LookupError, match="lost"):
            ask(sessions[-1])
        return "caught"

    assert values(procedure, "a") == {"a": "caught"}
    session = blocking(procedure)(Sample("a", "a"), Random(1))
    next(session)
    session.close()
    assert closed == ["hasty", "hasty"]


def test_a_procedure_may_ask_through_another_blocking_session() -> None:
    def outer(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
        first = random.random()
        inner = ask(blocking(with_random)(sample, Random(3)))
        return [first, inner, random.random()]

    def plain(ask: Ask, sample: Sample[str], rng: Random) -> list[float]:
        return [random.random(), random.random()]

    together = values(outer, "ab")
    for name in "ab":
        first, inner, second = together[name]
        assert [first, second] == values(plain, name)[name]
        assert inner == values(lambda ask, sample, rng: ask(blocking(with_random)(sample, Random(3))), name)[name]
