"""Every check of attacks and explainers can fail: some with one thing broken each, and the line that is reported."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from findings import lines

from harness import (
    Attribution,
    BlockingLibrary,
    Sample,
    Session,
    predict,
)
from harness.models import connect
from harness.testing.specimens import undecided

# Attacks


def noisy(sample: Sample[str], rng: Random) -> Session[str]:
    yield from predict([sample.input])
    return sample.input + str(random.random())


WAITING: list[str] = []


def neighbourly(sample: Sample[str], rng: Random) -> Session[str]:
    WAITING.append(sample.input)
    yield from predict([sample.input + "?"])
    found = sample.input + str(len(WAITING))
    WAITING.remove(sample.input)
    return found


def stubborn(sample: Sample[str], rng: Random) -> Session[str]:
    while True:
        try:
            yield from predict([sample.input])
        except Exception:  # noqa: BLE001
            continue
        return sample.input


def masking(sample: Sample[str], rng: Random) -> Session[str]:
    rows: Any = None
    with suppress(Exception):
        rows = yield from predict([sample.input])
    return sample.input[: 9 * len(rows)]


def clinging(sample: Sample[str], rng: Random) -> Session[str]:
    try:
        yield from predict([sample.input])
    except GeneratorExit:
        yield from predict([sample.input])
    return sample.input


def tokens(sample: Sample[str], rng: Random) -> Session[str]:
    with suppress(Exception):
        yield from predict([sample.input.split()])
    return sample.input


def bare(sample: Sample[str], rng: Random) -> Session[str]:
    yield [sample.input]  # type: ignore[misc]
    return sample.input


def plain(sample: Sample[str], rng: Random) -> Session[str]:
    return sample.input  # type: ignore[return-value]


def unasked(sample: Sample[str], rng: Random) -> Session[str]:
    yield from predict([sample.input], model="encoder")
    return sample.input


ATTACKS: Mapping[Callable[..., Any], str] = {
    noisy: "deterministic: 'empty' gives another result when it is run again",
    neighbourly: "interleaved: 'empty' gives another result when it is run among others",
    stubborn: "failing model: it asks on though the model failed 100 times: let the error",
    masking: "failing model: it ends in TypeError: object of type 'NoneType' has no len() where the model fails",
    clinging: "closed early: RuntimeError: generator ignored GeneratorExit: let GeneratorExit pass",
    tokens: "questions: on 'empty' the model is asked []: ask it texts, as the sample has",
    bare: "a session yielded ['']: expected a Question",
    plain: "TypeError: expected a session (a generator), but got ''",
    unasked: "the suite has no model 'encoder'",
}


@pytest.mark.parametrize(("component", "line"), ATTACKS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_broken_attack_is_found(component: Any, line: str) -> None:
    WAITING.clear()
    assert line in lines(component)


def test_an_attack_may_ask_the_suites_other_models() -> None:
    assert lines(unasked, models={"encoder": connect(undecided, labels=["no", "yes"])}) == ""


def test_an_attack_that_sees_the_batches_of_its_questions_is_found() -> None:
    sizes: list[int] = []

    def model(inputs: Sequence[str]) -> Any:
        sizes.append(len(inputs))
        return undecided(inputs)

    def batchwise(sample: Sample[str], rng: Random) -> Session[str]:
        tries = [sample.input + letter for letter in "abcdefg"]
        yield from predict(tries)
        return sample.input + "!" * (sizes[-1] < 7)

    found = lines(batchwise, model=model, labels=["no", "yes"], inputs=["one"])
    assert "batches: 'input 0' gives another result when it is asked in batches of 3 rows" in found


def test_an_outcome_that_the_model_does_not_confirm_is_found() -> None:
    asked: list[str] = []

    def model(inputs: Sequence[str]) -> list[list[float]]:
        """Dislikes an exclamation mark until it was asked of it in four engines."""
        asked.extend(value for value in inputs if value.endswith("!"))
        turned = [value.endswith("!") and len(asked) <= 4 for value in inputs]
        return [[0.1, 0.9] if each else [0.9, 0.1] for each in turned]

    def add(sample: Sample[str], rng: Random) -> Session[str]:
        yield from predict([sample.input])
        return sample.input + "!"

    found = lines(add, model=model, labels=["no", "yes"], inputs=["one"])
    assert "claims: on 'input 0' the model does not decide as the outcome says" in found


def test_a_model_that_cannot_be_asked_is_a_problem_of_its_own() -> None:
    def model(inputs: Sequence[str]) -> Any:
        raise KeyError("lost")

    assert "model: it does not answer 'empty': " in lines(noisy, model=model, labels=["no", "yes"])


@BlockingLibrary.on(str)
def unloaded(*, path: str = "none") -> Callable[[], Callable[..., str]]:
    raise FileNotFoundError(path)


def test_what_cannot_be_loaded_is_found() -> None:
    assert "prepare: FileNotFoundError: none: load what it needs" in lines(unloaded)


# Explainers


def halved(sample: Sample[str], rng: Random) -> Session[Attribution]:
    [row] = yield from predict([sample.input])
    return Attribution([sample.input[: len(sample.input) // 2]], [1.0], row.label)


def short(sample: Sample[str], rng: Random) -> Session[Attribution]:
    [row] = yield from predict([sample.input])
    return Attribution([sample.input], [], row.label)


def infinite(sample: Sample[str], rng: Random) -> Session[Attribution]:
    [row] = yield from predict([sample.input])
    return Attribution([sample.input], [float("inf")], row.label)


def mislabelled(sample: Sample[str], rng: Random) -> Session[Attribution]:
    yield from predict([sample.input])
    return Attribution([sample.input], [1.0], 2)


def weighed(sample: Sample[str], rng: Random) -> Session[Attribution]:
    [row] = yield from predict([sample.input])
    return Attribution([sample.input], [random.random()], row.label)


def texts_only(sample: Sample[Any], rng: Random) -> Session[Attribution]:
    [row] = yield from predict([sample.input])
    units = [sample.input] if isinstance(sample.input, str) else list(sample.input.values())
    return Attribution(units, [1.0] * len(units), row.label)


EXPLAINERS: Mapping[Callable[..., Any], str] = {
    halved: "ValueError: expected units that join to",
    short: "ValueError: expected one weight per unit, but got 0 for 1",
    infinite: "ValueError: expected finite weights for one of 2 classes",
    mislabelled: "ValueError: expected finite weights for one of 2 classes",
    weighed: "deterministic: 'empty' gives another result when it is run again",
    texts_only: "hostile inputs: it fails on 'image 0', and on 11 more: AttributeError:",
}


@pytest.mark.parametrize(("component", "line"), EXPLAINERS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_broken_explainer_is_found(component: Any, line: str) -> None:
    assert line in lines(component)
