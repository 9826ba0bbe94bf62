"""What a question goes through to a model: keys, methods, options."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from fake_models import Padded, Recorder, answer, cases, failed, in_order, one

from harness import Engine, Question, Sample, Session, UserError, predict
from harness.engine.channels import key_of
from harness.models import Encoded


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
