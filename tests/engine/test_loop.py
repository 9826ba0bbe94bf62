"""The engine's contract, clause by clause; `test_engine_properties.py` holds the one about equal results."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from random import Random
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from harness import (
    AnswerError,
    Case,
    Encoded,
    Engine,
    Outcome,
    Question,
    Sample,
    Session,
    UserError,
    Worker,
    attack,
    predict,
)
from harness.engine.adapters import ROW_BUDGET
from harness.engine.channels import key_of
from harness.engine.memory import Memory


def answer(text: object) -> list[float]:
    """A batch-invariant answer: it depends on the text only."""
    share = crc32(str(text).encode()) % 1000 / 1000
    return [share, 1 - share]


class Recorder:
    """A plain callable that remembers its batches and where it was called."""

    name = "fake"

    def __init__(self, call: Callable[[list[Any]], Any] | None = None, budget: int = ROW_BUDGET) -> None:
        self.budget = budget
        self.batches: list[list[Any]] = []
        self.threads: set[str] = set()
        self._call = call

    def __call__(self, texts: list[Any]) -> Any:
        self.batches.append(list(texts))
        self.threads.add(threading.current_thread().name)
        return self._call(texts) if self._call else [answer(text) for text in texts]

    @property
    def seen(self) -> list[Any]:
        return [text for batch in self.batches for text in batch]


class Padded:
    """A channel whose texts cost their length, and which notices how it is used."""

    name = "padded"

    def __init__(
        self, budget: int = 12, depth: int = 2, overhead: int = 0, seconds: float = 0.0, width: int = 1
    ) -> None:
        self.budget, self.depth, self.overhead, self.width = budget, depth, overhead, width
        self.batches: list[list[str]] = []
        self.answered = self.most_flying = 0
        self.worker = Worker("padded")
        self._pause = seconds

    def prepare(self, inputs: Sequence[str]) -> list[Encoded]:
        return [Encoded(text, len(text), text) for text in inputs]

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        texts = [str(row.payload) for row in batch]
        self.batches.append(texts)
        self.most_flying = max(self.most_flying, len(self.batches) - self.answered)
        return self.worker.submit(self._answer, texts)

    def _answer(self, texts: list[str]) -> list[list[float]]:
        time.sleep(self._pause)
        self.answered += 1
        return [answer(text) for text in texts]


def ask(sample: Sample[Any], rng: Random) -> Session[list[float]]:
    [row] = yield from predict([sample.input])
    return row[:]


def ask_all(sample: Sample[Any], rng: Random) -> Session[list[list[float]]]:
    rows = yield from predict(sample.input)
    return [row[:] for row in rows]


def ask_twice(sample: Sample[Any], rng: Random) -> Session[None]:
    yield from predict([sample.input])
    yield from predict([f"{sample.input} again"])


def cases(inputs: Iterable[Any], session: Any = ask, task: str = "t") -> list[Case]:
    return [Case(task, "p", Sample(str(at), value), session) for at, value in enumerate(inputs)]


def one(model: object, session: Any, value: object = "text", **models: object) -> Outcome:
    """The outcome of one case."""
    [outcome] = Engine({"": model, **models}).run(cases([value], session))
    return outcome


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda each: int(each.case.sample.id))


def failed(outcome: Outcome) -> str:
    assert outcome.error is not None
    return outcome.error


def test_an_outcome_carries_its_case_the_result_and_the_rows_asked() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[str]:
        yield from predict(["a", "b"])
        yield from predict(["a"])
        return sample.input.upper()

    [case] = cases(["text"], session)
    assert list(Engine({"": Recorder()}).run([case])) == [Outcome(case, value="TEXT", asked=3)]


def test_questions_of_many_sessions_share_full_batches() -> None:
    model = Recorder(budget=10)
    outcomes = list(Engine({"": model}).run(cases(range(25))))
    assert [len(batch) for batch in model.batches] == [10, 10, 5]
    assert [outcome.value for outcome in outcomes] == [answer(at) for at in range(25)]


def test_a_question_without_inputs_is_answered_without_the_model() -> None:
    model = Recorder()
    assert one(model, ask_all, []).value == []
    assert model.batches == []


# Memory


def test_a_repeated_input_is_asked_once_across_sessions_and_tasks() -> None:
    model = Recorder(budget=2)
    mixed = [*cases(["a", "b", "a"]), *cases(["b", "a"], task="other"), *cases([["a", "a", "c"]], ask_all)]
    outcomes = list(Engine({"": model}, window=2).run(mixed))
    assert sorted(model.seen) == ["a", "b", "c"]
    assert outcomes[-1].value == [answer("a"), answer("a"), answer("c")]


def test_an_input_already_on_its_way_is_not_sent_again() -> None:
    model = Recorder()
    list(Engine({"": model}, memory=Memory(0)).run(cases(["a"] * 5)))
    assert model.seen == ["a"]


def test_without_memory_an_input_is_asked_again_later() -> None:
    model = Recorder()
    list(Engine({"": model}, window=1, memory=Memory(0)).run(cases(["a"] * 3)))
    assert model.seen == ["a"] * 3


def test_the_key_of_a_prepared_input_decides() -> None:
    class Cut(Padded):
        def prepare(self, inputs: Sequence[str]) -> list[Encoded]:
            return [Encoded(text[:2], 2, text[:2]) for text in inputs]

    model = Cut()
    list(Engine({"": model}).run(cases(["abc", "abd", "xyz"])))
    assert model.batches == [["ab", "xy"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ((1, 2), (True, 2)),
        ((1, 2), [1, 2]),
        ("a", b"a"),
        (None, "None"),
        ({"a": 1}, {"a": 1.0}),
        (np.float32(1), np.float64(1)),
        (np.zeros(2), np.zeros((1, 2))),
        (np.array(["a", 1.0], dtype=object), np.array(["a", 1], dtype=object)),
    ],
)
def test_inputs_that_a_model_can_tell_apart_have_keys_of_their_own(one: object, other: object) -> None:
    assert key_of(one) != key_of(other)
    assert key_of(one) == key_of(copy.deepcopy(one))
    assert hash(key_of(one)) == hash(key_of(copy.deepcopy(one)))


def test_an_array_of_objects_is_known_by_what_they_are_not_where() -> None:
    rows = [np.array([number * 1.5, "a" * number], dtype=object) for number in (2, 2, 3)]
    assert key_of(rows[0]) == key_of(rows[1]) != key_of(rows[2])


def test_an_object_that_may_have_changed_is_asked_again() -> None:
    class Picture:
        pixels = 0

    def brighten(sample: Sample[Picture], rng: Random) -> Session[list[list[float]]]:
        rows = []
        for sample.input.pixels in (1, 2):
            rows.append((yield from predict([sample.input]))[0][:])
        return rows

    model = Recorder(lambda pictures: [answer(picture.pixels) for picture in pictures])
    assert one(model, brighten, Picture()).value == [answer(1), answer(2)]


# Random numbers


def draws(seed: int, order: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], float]:
    """What each case draws, after company of every other case in the order given."""

    def session(sample: Sample[str], rng: Random) -> Session[float]:
        first = rng.random()
        yield from predict([sample.input])
        return first + rng.gauss(0, 1)

    chosen = [Case(task, part, Sample(name, name), session) for task, part, name in order]
    return {outcome.case.key: outcome.value for outcome in Engine({"": Recorder()}, seed=seed).run(chosen)}


def test_a_case_draws_the_same_numbers_in_any_order_and_company() -> None:
    keys = [(task, part, name) for task in "tu" for part in "pq" for name in "ab"]
    together = draws(7, keys)
    assert draws(7, keys[::-1]) == together
    assert draws(7, keys[3:4]) == {keys[3]: together[keys[3]]}


def test_seed_task_part_and_sample_each_give_other_numbers() -> None:
    keys = [("t", "p", "a"), ("u", "p", "a"), ("t", "q", "a"), ("t", "p", "b")]
    numbers = [*draws(7, keys).values(), *draws(8, keys).values()]
    assert len(set(numbers)) == len(numbers)


def test_a_generator_is_made_on_first_use_and_can_be_copied() -> None:
    made: list[bool] = []

    def session(sample: Sample[str], rng: Random) -> Session[bool]:
        made.append("_random" in vars(rng))
        twin = copy.deepcopy(rng)
        yield from predict([sample.input])
        return [rng.random() for _ in range(3)] == [twin.random() for _ in range(3)]

    assert one(Recorder(), session).value is True
    assert made == [False]


# Sessions


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


# Models and kinds of questions


def test_another_model_is_asked_by_its_name() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[list[float]]:
        [ours], [theirs] = (yield from predict(["a"])), (yield from predict(["a"], model="judge"))
        return [ours[0], theirs[0]]

    judge = Recorder(lambda texts: [[1.0, 0.0]] * len(texts))
    assert one(Recorder(), session, judge=judge).value == [answer("a")[0], 1.0]


def test_an_unknown_model_is_an_error_where_it_was_asked_that_names_the_nearest() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[None]:
        yield from predict([sample.input], model="encodre")

    error = failed(one(Recorder(), session, encoder=Recorder()))
    assert "the suite has no model 'encodre'" in error
    assert "did you mean 'encoder'?" in error
    assert 'model="encodre"' in error


def test_an_unknown_kind_of_question_is_an_error_that_names_the_methods() -> None:
    class Adapter(Recorder):
        def embed(self, texts: list[str]) -> list[list[float]]:
            return [[0.0] for _ in texts]

    def session(sample: Sample[str], rng: Random) -> Session[None]:
        yield Question("embd", (sample.input,))

    error = failed(one(Adapter(), session))
    assert "model 'fake' cannot answer 'embd' questions" in error
    assert "expected a method 'embd' of Adapter, which has" in error
    assert "did you mean 'embed'?" in error


def test_a_session_may_catch_a_question_that_cannot_be_asked_and_ask_another() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[list[float]]:
        try:
            yield from predict(["a"], model="absent")
        except UserError:
            [row] = yield from predict(["a"])
        return row[:]

    assert one(Recorder(), session).value == answer("a")


class Filler(Recorder):
    """An adapter with a kind of question of its own."""

    def fill(self, texts: list[str], *, top: int, words: Sequence[str] = ()) -> list[list[str]]:
        self.batches.append([*texts, top])
        return [[f"{text}{number}" for number in range(top)] + list(words) for text in texts]


def test_a_plugins_own_kind_of_question_needs_a_method_and_nothing_else() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[list[object]]:
        answers = yield Question("fill", ("a", "b"), options={"top": 2, "words": ["x"]})
        return list(answers)

    assert one(Filler(), session).value == [["a0", "a1", "x"], ["b0", "b1", "x"]]


def test_other_options_are_another_batch_and_another_memory() -> None:
    def session(sample: Sample[int], rng: Random) -> Session[list[object]]:
        first = yield Question("fill", ("a",), options={"top": sample.input})
        again = yield Question("fill", ("a",), options={"top": sample.input})
        return [*first, *again]

    model = Filler()
    outcomes = list(Engine({"": model}).run(cases([1, 2, 1], session)))
    assert [outcome.value for outcome in outcomes] == [[["a0"]] * 2, [["a0"]] * 2, [["a0", "a1"]] * 2]
    assert model.batches == [["a", 1], ["a", 2]]


def test_a_function_may_be_an_option_and_is_the_same_to_all_who_pass_it() -> None:
    class Applier(Recorder):
        def apply(self, numbers: list[int], *, function: Callable[[int], int]) -> list[int]:
            self.batches.append(numbers)
            return [function(number) for number in numbers]

    def session(sample: Sample[int], rng: Random) -> Session[Any]:
        [result] = yield Question("apply", (sample.input,), options={"function": [abs, str][sample.input > 0]})
        return result

    model = Applier()
    assert [each.value for each in in_order(Engine({"": model}).run(cases([-1, -2, 3], session)))] == [1, 2, "3"]
    assert model.batches == [[-1, -2], [3]]


# What models do wrong


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


# Batches


def test_a_batch_holds_no_more_padded_tokens_than_the_budget() -> None:
    texts = [chr(97 + at % 26) * (1 + at * 7 % 13) for at in range(60)]
    model = Padded(budget=24, overhead=24)
    list(Engine({"": model}).run(cases([*texts, "one longer than the budget"])))
    assert model.batches[0] == ["one longer than the budget"]
    assert all(len(batch) * max(map(len, batch)) <= 24 for batch in model.batches[1:])
    assert sorted(text for batch in model.batches for text in batch) == sorted({*texts, *model.batches[0]})


def test_overhead_says_how_much_padding_a_batch_may_hold() -> None:
    texts = ["x" * 8, "a", "b", "c"]
    strict, lavish = Padded(budget=100, overhead=0), Padded(budget=100, overhead=100)
    for model in (strict, lavish):
        list(Engine({"": model}).run(cases(texts)))
    assert strict.batches == [["xxxxxxxx"], ["a", "b", "c"]]
    assert lavish.batches == [texts]


@pytest.mark.parametrize("depth", [1, 3])
def test_no_more_batches_are_in_flight_than_the_depth(depth: int) -> None:
    model = Padded(budget=4, depth=depth, seconds=0.01)
    list(Engine({"": model}).run(cases(map(str, range(10, 40)))))
    assert model.most_flying == depth


def test_the_depth_holds_while_a_batch_is_tried_again_in_halves() -> None:
    class Flaky(Padded):
        def _answer(self, texts: list[str]) -> list[list[float]]:
            answers = super()._answer(texts)
            if len(texts) > 1:
                raise ValueError
            return answers

    model = Flaky(budget=16, depth=2, seconds=0.002)
    outcomes = list(Engine({"": model}).run(cases(map(str, range(10, 34)))))
    assert [outcome.error for outcome in outcomes] == [None] * 24
    assert model.most_flying == 2


def test_the_depth_is_one_for_all_options_of_a_question() -> None:
    def session(sample: Sample[str], rng: Random) -> Session[None]:
        yield Question("predict", (sample.input,), options={"top": int(sample.id) % 3})

    model = Padded(budget=2, depth=2, seconds=0.002)
    list(Engine({"": model}).run(cases(map(str, range(10, 25)), session)))
    assert model.most_flying == 2


@pytest.mark.parametrize("width", [1, 2, 3])
def test_few_rows_are_shared_out_among_what_computes_side_by_side(width: int) -> None:
    model = Padded(budget=100, depth=4, width=width)
    list(Engine({"": model}).run(cases(["ab", "cd", "ef", "gh", "ij", "kl"])))
    assert [len(batch) for batch in model.batches] == [6 // width] * width


def test_what_fills_every_batch_is_sent_in_full_ones() -> None:
    model = Padded(budget=8, depth=3, width=2)
    list(Engine({"": model}).run(cases(map(str, range(10, 42)))))
    assert [len(batch) for batch in model.batches] == [4] * 8


def test_a_row_that_comes_while_others_compute_gets_what_is_idle() -> None:
    """Two of three are busy when three rows more come: they go to the third together."""
    model = Padded(budget=100, depth=3, width=3, seconds=0.002)

    def session(sample: Sample[list[str]], rng: Random) -> Session[None]:
        for texts in sample.input:
            yield from predict(texts.split())

    list(Engine({"": model}).run(cases([["a", "d e f"], ["b"], ["c"]], session)))
    assert model.batches == [["a"], ["b"], ["c"], ["d", "e", "f"]]


def test_the_same_batches_are_asked_every_time() -> None:
    def dependent(sample: Sample[str], rng: Random) -> Session[None]:
        for _ in range(rng.randrange(1, 4)):
            rows = yield from predict([sample.input * rng.randrange(1, 5) for _ in range(3)])
            yield from predict([str(rows.array.round(2).tolist())])

    runs = []
    for seconds in (0.0, 0.001):
        model = Padded(budget=40, depth=3, overhead=8, seconds=seconds, width=2)
        list(Engine({"": model}, window=5).run(cases("abcdefgh", dependent)))
        runs.append(model.batches)
    assert runs[0] == runs[1]


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


def test_counters_on_an_example_computed_by_hand() -> None:
    model = Padded(budget=12, overhead=12, seconds=0.01)
    engine = Engine({"": model, "other": Recorder()})
    list(engine.run([*cases(["aaaaaa", "bbbb", "cccc", "cccc", "dddd"]), *cases(["dddd", "e"], task="later")]))
    counters = engine.counters[""]
    assert model.batches == [["bbbb", "cccc", "dddd"], ["aaaaaa", "e"]]
    assert (counters.asked, counters.unique, counters.remembered) == (7, 5, 2)
    assert (counters.batches, counters.tokens, counters.padding) == (2, 6 + 4 + 4 + 4 + 1, 5)
    assert engine.counters["other"].asked == 0


def test_seconds_are_those_the_model_computed_in_this_engine() -> None:
    def slow(texts: list[str]) -> list[list[float]]:
        time.sleep(0.03)
        return [answer(text) for text in texts]

    engine = Engine({"": Recorder(slow, budget=1)})
    list(engine.run(cases("ab")))
    assert 0.06 <= engine.counters[""].seconds < 0.5


def test_a_row_that_failed_was_not_answered_from_memory() -> None:
    engine = Engine({"": Recorder(lambda texts: None)})
    list(engine.run(cases("ab")))
    assert engine.counters[""].remembered == 0


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
