"""The engine's loop: sessions start, advance, fail and end; `test_loop_property.py` compares results."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from random import Random

import pytest
from fake_models import Recorder, answer, ask_all, ask_twice, cases, failed, in_order, one

from harness import (
    Case,
    Engine,
    Outcome,
    Sample,
    Session,
    attack,
    predict,
)


def test_an_outcome_carries_its_case_the_result_and_the_rows_asked() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[str]:
        yield from predict(["a", "b"])
        yield from predict(["a"])
        return sample.input.upper()

    [case] = cases(["text"], session)
    assert list(Engine({"": Recorder()}).run([case])) == [Outcome(case, value="TEXT", asked=3)]


def test_a_question_without_inputs_is_answered_without_the_model() -> None:
    model = Recorder()
    assert one(model, ask_all, []).value == []
    assert model.batches == []


def test_sessions_advance_in_the_calling_thread_and_models_answer_in_others() -> None:
    advanced: set[str] = set()

    def session(sample: Sample[str], rng: Random) -> Session[None]:
        for number in range(3):
            advanced.add(threading.current_thread().name)
            yield from predict([f"{sample.input}{number}"])

    model = Recorder()
    list(Engine({"": model}).run(cases(range(9), session)))
    assert advanced == {threading.current_thread().name}
    assert not advanced & model.threads


@pytest.mark.parametrize("inputs", [range(40), ["the same"] * 40])
def test_the_first_outcome_arrives_before_the_last_case_starts(inputs: Iterable[object]) -> None:
    started: list[str] = []

    def session(sample: Sample[object], rng: Random) -> Session[None]:
        started.append(sample.id)
        yield from predict([sample.input])

    when = [len(started) for _ in Engine({"": Recorder()}, window=4).run(cases(inputs, session))]
    assert when[0] <= 8
    assert len(when) == len(started) == 40


def test_a_finished_session_makes_room_at_once() -> None:
    live, most = 0, 0

    def session(sample: Sample[int], rng: Random) -> Session[None]:
        nonlocal live, most
        live, most = live + 1, max(most, live + 1)
        for number in range(sample.input):
            yield from predict([f"{sample.id}/{number}"])
        live -= 1

    outcomes = list(Engine({"": Recorder()}, window=2).run(cases([9, 1, 1, 1, 1, 1], session)))
    assert [outcome.case.sample.id for outcome in outcomes] == ["1", "2", "3", "4", "5", "0"]
    assert most == 2


@pytest.mark.parametrize("error", [ValueError("wrong turn"), SystemExit("wrong turn")])
def test_a_failed_session_is_an_error_with_its_traceback_and_the_others_go_on(error: BaseException) -> None:
    def session(sample: Sample[int], rng: Random) -> Session[int]:
        yield from predict([sample.input])
        if sample.input == 1:
            raise error
        return sample.input

    good, bad, late = in_order(Engine({"": Recorder()}).run(cases(range(3), session)))
    assert (good.value, late.value) == (0, 2)
    assert f"{type(error).__name__}: wrong turn" in failed(bad)
    assert "in session\n" in failed(bad)
    assert "harness/engine.py" not in failed(bad).replace("\\", "/")
    assert bad.asked == 1


def test_what_is_no_session_is_an_error_of_its_case_that_says_what_is_missing() -> None:
    def forgetful(sample: Sample[str], rng: Random) -> str:
        return sample.input

    assert "expected a session (a generator), but got 'text': does it `yield from`?" in failed(
        one(Recorder(), forgetful)
    )


def test_a_session_function_that_raises_is_an_error_of_its_case() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[None]:
        raise LookupError("no dictionary")

    assert "LookupError: no dictionary" in failed(one(Recorder(), session))


def test_what_is_no_question_is_an_error_at_the_line_that_yielded_it() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[None]:
        yield predict([sample.input])  # type: ignore[misc]  # the mistake

    error = failed(one(Recorder(), session))
    assert "expected a Question; use `yield from predict(...)`" in error
    assert "yield predict([sample.input])" in error


class Untidy:
    """Sessions that wait for an answer and end in some way when they are closed."""

    def __init__(self) -> None:
        self.closed: list[str] = []

    def __call__(self, sample: Sample[str], rng: Random) -> Session[None]:
        try:
            yield from predict([sample.input])
            yield from predict([sample.input + " again"])
        finally:
            self.closed.append(sample.input)
            if sample.input == "refuses":
                yield from predict(["I stay"])
            if sample.input == "raises":
                raise ValueError
            if sample.input == "exits":
                sys.exit()


UNTIDY = ["quick", "refuses", "raises", "exits", "tidy"]


def model_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("model-fake")]


def test_live_sessions_are_closed_when_the_consumer_leaves_early() -> None:
    sessions = Untidy()
    first = Engine({"": Recorder(budget=1)}).run([*cases(["quick"]), *cases(UNTIDY, sessions)])
    next(first)
    first.close()
    assert sorted(sessions.closed) == sorted(UNTIDY)
    assert model_threads() == []


def test_an_interrupt_in_the_consumer_leaves_nothing_alive() -> None:
    sessions = Untidy()
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012  # the loop is what is interrupted
        for _ in Engine({"": Recorder(budget=1)}).run([*cases(["quick"]), *cases(UNTIDY, sessions)]):
            raise KeyboardInterrupt
    assert sorted(sessions.closed) == sorted(UNTIDY)
    assert model_threads() == []


def test_an_interrupt_in_the_model_leaves_nothing_alive() -> None:
    def interrupted(texts: list[str]) -> None:
        raise KeyboardInterrupt

    sessions = Untidy()
    with pytest.raises(KeyboardInterrupt):
        list(Engine({"": Recorder(interrupted)}).run(cases(UNTIDY, sessions)))
    assert sorted(sessions.closed) == sorted(UNTIDY)
    assert model_threads() == []


def test_an_interrupt_in_a_session_closes_the_others() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[None]:
        yield from predict(["something"])
        raise KeyboardInterrupt

    sessions = Untidy()
    with pytest.raises(KeyboardInterrupt):
        list(Engine({"": Recorder(budget=1)}).run([*cases(["last"], session), *cases(UNTIDY, sessions)]))
    assert sorted(sessions.closed) == sorted(UNTIDY)


def test_cases_that_cannot_be_read_close_what_is_alive() -> None:
    def broken() -> Iterable[Case]:
        yield from cases(["tidy"], sessions)
        raise OSError("the data went away")

    sessions = Untidy()
    with pytest.raises(OSError, match="the data went away"):
        list(Engine({"": Recorder()}).run(broken()))


def test_an_engine_can_run_again_after_it_was_left_and_remembers() -> None:
    model = Recorder(budget=2)
    engine = Engine({"": model})
    next(engine.run([*cases(["b"]), *cases("abcxyz", ask_twice)]))
    assert [outcome.value for outcome in engine.run(cases(["b", "d"]))] == [answer("b"), answer("d")]
    assert model.seen.count("b") == model.seen.count("d") == 1


def test_an_exclusive_session_runs_alone() -> None:
    live: set[str] = set()
    company: dict[str, set[str]] = {}

    def session(sample: Sample[str], rng: Random) -> Session[None]:
        live.add(sample.input)
        for number in range(2):
            yield from predict([f"{sample.input}{number}"])
            company.setdefault(sample.input, set()).update(live)
        live.discard(sample.input)

    @attack(exclusive=True)
    def alone(sample: Sample[str], rng: Random) -> Session[None]:
        return (yield from session(sample, rng))

    mixed = [Case("t", "p", Sample(name, name), alone if name in "CF" else session) for name in "ABCDEFG"]
    assert len(list(Engine({"": Recorder()}).run(mixed))) == 7
    assert company["C"] == {"C"}
    assert company["F"] == {"F"}
    assert company["A"] == {"A", "B"}


SETS = """
from random import Random
from harness import Case, Engine, Sample, predict
from harness.tasks.attack import under_attack
from harness_text.deepwordbug import deepwordbug
from zlib import crc32

batches = []
def model(texts):
    batches.append(texts)
    shares = [0.5 + crc32(text.encode()) % 97 / 200 for text in texts]
    return [[share, 1 - share] for share in shares]

def session(sample, rng):
    return (yield from under_attack(deepwordbug, sample, rng))

texts = ["the room was clean and bright", "they lost our bags twice", "the room was clean"]
cases = [Case("attack", "bug", Sample(text[:9] + str(len(text)), text, 0), session) for text in texts]
for outcome in Engine({"": model}, seed=3, window=2).run(cases):
    print(outcome.case.key, outcome.value, outcome.error)
print(batches)
"""


def test_the_order_of_sets_never_decides_anything() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", SETS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert printed[0] == printed[1]
    assert "Attacked(" in printed[0]
