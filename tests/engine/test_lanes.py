"""Rows of many sessions share batches: each asked once, full, in budget and depth, and the same every time."""

from __future__ import annotations

from random import Random

import pytest
from fake_models import Padded, Recorder, answer, ask_all, cases

from harness import (
    Engine,
    Question,
    Sample,
    Session,
    predict,
)
from harness.engine.memory import Memory


def test_questions_of_many_sessions_share_full_batches() -> None:
    model = Recorder(budget=10)
    outcomes = list(Engine({"": model}).run(cases(range(25))))
    assert [len(batch) for batch in model.batches] == [10, 10, 5]
    assert [outcome.value for outcome in outcomes] == [answer(at) for at in range(25)]


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
