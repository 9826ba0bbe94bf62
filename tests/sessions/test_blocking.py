"""Other people's procedures as sessions: interleaved in one thread, each as if it were alone."""

from __future__ import annotations

import contextvars
import gc
import inspect
import random
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from greenlet import GreenletExit, greenlet

import harness
from harness import (
    AnswerError,
    Ask,
    BlockingLibrary,
    Case,
    Engine,
    Outcome,
    Question,
    Sample,
    Session,
    Traits,
    blocking,
    predict,
    traits_of,
)
from harness.suite.components import parameters_of


def model(texts: Sequence[str]) -> list[list[float]]:
    """Batch-invariant, and fails on bad texts."""
    if any(text.startswith("bad") for text in texts):
        raise ValueError("no such word")
    shares = [crc32(text.encode()) % 1000 / 1000 for text in texts]
    return [[share, 1 - share] for share in shares]


def run(procedure: Any, names: Sequence[str], *, window: int = 100, exclusive: bool = False) -> dict[str, Outcome]:
    """The outcomes of a procedure on some samples, by sample id."""
    session = blocking(procedure, exclusive=exclusive)
    cases = [Case("t", "p", Sample(name, name), session) for name in names]
    return {outcome.case.sample.id: outcome for outcome in Engine({"": model}, window=window).run(cases)}


def values(procedure: Any, names: Sequence[str], *, window: int = 100) -> dict[str, Any]:
    outcomes = run(procedure, names, window=window)
    assert {name: outcome.error for name, outcome in outcomes.items() if outcome.error} == {}
    return {name: outcome.value for name, outcome in outcomes.items()}


def error(procedure: Any, name: str = "a") -> str:
    told = run(procedure, [name])[name].error
    assert told is not None
    return told


def climb(ask: Ask, sample: Sample[str], rng: Random, *, steps: int = 4) -> list[float]:
    """A procedure with dependent questions and random numbers of its own."""
    text, trail = sample.input, []
    for _ in range(steps):
        rows = ask(predict([f"{text}{rng.randrange(100)}" for _ in range(3)]))
        trail.append(max(row[0] for row in rows))
        text = f"{sample.input}{trail[-1]}"
    return trail


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


# Ambient states


def with_random(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    found: list[Any] = []
    for number in range(3):
        found.append([random.random(), random.gauss(0, 1)])
        ask(predict([f"{sample.input}{number}"]))
    return found


def with_numpy(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    found: list[Any] = []
    for number in range(3):
        found.append([np.random.rand(), np.random.standard_normal()])
        ask(predict([f"{sample.input}{number}"]))
    return found


def with_warnings(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    found: list[Any] = []
    warnings.simplefilter("ignore" if sample.input < "b" else "error", BytesWarning)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in range(3):
            warnings.warn(f"{sample.input}{number}", UserWarning, stacklevel=1)
            ask(predict([f"{sample.input}{number}"]))
        found.extend(str(each.message) for each in caught)
    ask(predict([f"{sample.input} later"]))
    return [*found, warnings.filters[0][0]]


def with_torch(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    import torch

    found: list[Any] = []
    with torch.set_grad_enabled(sample.input < "b"):
        for number in range(3):
            found.append([torch.rand(1).item(), torch.randn(1).item(), torch.is_grad_enabled()])
            ask(predict([f"{sample.input}{number}"]))
    return [*found, torch.is_grad_enabled()]


def with_errstate(ask: Ask, sample: Sample[str], rng: Random) -> list[Any]:
    found: list[Any] = []
    with np.errstate(divide="raise" if sample.input < "b" else "ignore"):
        for number in range(3):
            found.append(np.geterr()["divide"])
            ask(predict([f"{sample.input}{number}"]))
    return [*found, np.geterr()["divide"]]


PROCEDURES = [climb, with_random, with_numpy, with_warnings, with_torch, with_errstate]


def ambient_states() -> list[Any]:
    import torch

    numbers = np.random.get_state(legacy=False)
    shown = (warnings.showwarning, vars(warnings)["_showwarnmsg_impl"])
    return [random.getstate(), repr(numbers), id(warnings.filters), list(warnings.filters), shown, np.geterr(),
            torch.get_rng_state().tolist(), torch.is_grad_enabled()]  # fmt: skip


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_two_interleaved_in_both_orders_equal_each_alone(procedure: Callable[..., Any]) -> None:
    pytest.importorskip("torch")
    alone = {**values(procedure, "a"), **values(procedure, "b")}
    assert values(procedure, "ab") == alone
    assert values(procedure, "ba") == alone
    assert values(procedure, "bca", window=2) == {**alone, **values(procedure, "c")}
    assert alone["a"] != alone["b"]


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_callers_own_states_are_untouched(procedure: Callable[..., Any]) -> None:
    pytest.importorskip("torch")
    cases = [Case("t", "p", Sample(name, name), blocking(procedure)) for name in "abcd"]
    before = ambient_states()
    for _ in Engine({"": model}, window=3).run(cases):
        assert ambient_states() == before
    assert ambient_states() == before


def test_a_procedure_left_waiting_leaves_the_callers_states_untouched() -> None:
    pytest.importorskip("torch")
    before = ambient_states()
    for procedure in PROCEDURES:
        session = blocking(procedure)(Sample("a", "a"), Random(1))
        next(session)
        assert ambient_states() == before
        session.close()
        assert ambient_states() == before


def test_a_procedure_that_imports_torch_leaves_its_modes_as_torch_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> bool:
        sys.modules["torch"] = torch
        with torch.no_grad():
            ask(predict(["x"]))
            return bool(torch.is_grad_enabled())

    monkeypatch.delitem(sys.modules, "torch")
    session = blocking(procedure)(Sample("a", "a"), Random(1))
    next(session)
    assert torch.is_grad_enabled()
    with pytest.raises(StopIteration) as stop:
        session.send([[0.5, 0.5]])
    assert stop.value.value is False
    assert torch.is_grad_enabled()


def test_a_case_draws_the_same_numbers_in_any_company() -> None:
    alone = values(with_random, "a")["a"]
    assert values(with_random, "zyxa", window=2)["a"] == alone
    assert values(with_random, "b")["b"] != alone


def test_the_core_never_imports_torch() -> None:
    code = (
        "import sys; from harness import *; "
        "run = blocking(lambda ask, sample, rng: ask(predict([sample.input])).array.tolist()); "
        "case = Case('t', 'p', Sample('a', 'a'), run); "
        "print([each.value for each in Engine({'': lambda texts: [[0.5, 0.5]]}).run([case])], 'torch' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[[[0.5, 0.5]]] False"


def test_context_variables_stay_with_their_procedure() -> None:
    variable = contextvars.ContextVar("variable", default="none")

    def procedure(ask: Ask, sample: Sample[str], rng: Random) -> list[str]:
        found = [variable.get()]
        variable.set(sample.input)
        ask(predict([sample.input]))
        return [*found, variable.get()]

    variable.set("the caller's")
    assert values(procedure, "ab") == {"a": ["the caller's", "a"], "b": ["the caller's", "b"]}
    assert variable.get() == "the caller's"


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


def test_no_module_hides_a_public_name() -> None:
    modules = {path.stem for path in Path(harness.__file__).parent.iterdir()}
    assert modules & set(harness.__all__) == set()


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
