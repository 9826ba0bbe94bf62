"""Models that write where they should not, or raise what nobody catches: the harness is right all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
import pytest
from fake_models import answer, ask, cases, failed, in_order

from harness import Engine, Sample, Session, predict

ROWS = range(40)


class Reusing:
    """A model that answers in the same memory each time: a prepared output, CUDA graphs, numpy's `out=`."""

    budget = 4

    def __init__(self, answers: Callable[[int], Any]) -> None:
        self.kept = answers(self.budget)

    def __call__(self, inputs: list[Any]) -> Any:
        for row, value in zip(self.kept, inputs, strict=False):
            row[:] = type(row)(answer(value)) if isinstance(row, list) else np.array(answer(value))
        return self.kept[: len(inputs)]


@pytest.mark.parametrize(
    "answers",
    [lambda rows: np.zeros((rows, 2)), lambda rows: [[0.0, 0.0] for _ in range(rows)]],
    ids=["array", "lists"],
)
def test_a_model_that_uses_its_output_again_answers_as_any_other(answers: Callable[[int], Any]) -> None:
    outcomes = in_order(Engine({"": Reusing(answers)}).run(cases(ROWS)))
    assert [outcome.value for outcome in outcomes] == [answer(at) for at in ROWS]


def test_a_tensor_that_is_used_again_is_copied() -> None:
    torch = pytest.importorskip("torch")
    outcomes = in_order(Engine({"": Reusing(lambda rows: torch.zeros((rows, 2)).numpy())}).run(cases(ROWS)))
    assert np.allclose([outcome.value for outcome in outcomes], [answer(at) for at in ROWS])


def _spoil(value: Any) -> None:
    if isinstance(value, dict):
        value["a"] = "spoilt"
    else:
        value[:] = 0


@pytest.mark.parametrize("value", [{"a": "one", "b": "two"}, np.arange(12, dtype=np.uint8), ["one", "two"]], ids=str)
def test_a_model_cannot_change_what_it_is_given(value: Any) -> None:
    seen: list[str] = []

    def spoiling(inputs: list[Any]) -> Any:
        seen.extend(map(str, inputs))
        for each in inputs:
            _spoil(each)
        inputs.clear()
        return [[0.5, 0.5]]

    sample = Sample("0", value)
    for _ in range(2):
        list(Engine({"": spoiling}).run([cases([value])[0]._replace(sample=sample)]))
    assert len(set(seen)) == 1


def test_a_session_cannot_change_the_input_of_other_cases() -> None:
    def spoiling(sample: Sample[Any], rng: Random) -> Session[str]:
        sample.input["a"] = sample.input["a"] + "!"
        yield from predict([sample.input])
        return str(sample.input["a"])

    shared = Sample("0", {"a": "one"})
    found = Engine({"": lambda inputs: [[0.5, 0.5]] * len(inputs)}).run(
        [case._replace(sample=shared) for case in cases(ROWS, spoiling)]
    )
    assert {outcome.value for outcome in found} == {"one!"}


class Panic(BaseException):
    """As Rust panics reach Python: no Exception."""


class Untold(Exception):  # noqa: N818  # as strangers name theirs
    """An exception whose text cannot be made."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "error", [Panic("odd text"), asyncio.CancelledError(), GeneratorExit(), SystemExit(0), Untold()], ids=repr
)
def test_whatever_a_model_raises_is_the_error_of_its_case(error: BaseException) -> None:
    def odd(inputs: list[Any]) -> Any:
        if 7 in inputs:
            raise error
        return [answer(value) for value in inputs]

    outcomes = in_order(Engine({"": odd}).run(cases(ROWS)))
    assert [outcome.case.sample.input for outcome in outcomes if outcome.error] == [7]
    assert f"AnswerError: model 'odd' failed on 7: {type(error).__name__}" in failed(outcomes[7])


@pytest.mark.parametrize("error", [Panic("odd text"), asyncio.CancelledError(), GeneratorExit()], ids=repr)
def test_whatever_a_session_raises_is_the_error_of_its_case(error: BaseException) -> None:
    def odd(sample: Sample[Any], rng: Random) -> Session[Any]:
        if sample.input == 7:
            raise error
        return (yield from ask(sample, rng))

    outcomes = in_order(Engine({"": lambda inputs: [answer(each) for each in inputs]}).run(cases(ROWS, odd)))
    assert [outcome.case.sample.input for outcome in outcomes if outcome.error] == [7]


def test_an_interrupt_passes() -> None:
    def interrupted(inputs: list[Any]) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Engine({"": interrupted}).run(cases(ROWS)))


def test_an_error_of_megabytes_is_kept_in_part() -> None:
    def loud(inputs: list[Any]) -> Any:
        raise ValueError("Z" * 5_000_000 + "end")

    [outcome] = Engine({"": loud}).run(cases([1]))
    assert len(failed(outcome)) < 25_000
    assert "ZZZ [… 4,998,016 characters …] ZZZ" in failed(outcome)
    assert failed(outcome).endswith("Zend")
