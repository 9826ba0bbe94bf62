"""What `check` and `problems` do beside the checks: the assertion, and what they refuse."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from findings import lines

from harness import (
    UserError,
)
from harness.testing import ConformanceError, check, problems
from harness.testing.specimens import undecided


def unseeded(text: str, rng: Random) -> str:
    return text + str(random.random())


class Fewer:
    """Leaves out what is empty."""

    labels = ("no", "yes")

    def __call__(self, texts: Sequence[str]) -> Any:
        return undecided([text for text in texts if text])


def test_check_raises_an_assertion_with_a_line_per_problem() -> None:
    with pytest.raises(ConformanceError) as failed:
        check(Fewer())
    assert isinstance(failed.value, AssertionError)
    assert str(failed.value).splitlines() == ["Fewer fails 1 of its checks", *map(str, failed.value.problems)]


@pytest.mark.parametrize(
    ("component", "options", "message"),
    [
        (lambda text, rng: text, {}, "<lambda> does not say what it is: annotate its first parameter"),
        (lambda texts: texts, {}, "does not say what it is"),
        (3, {}, "int does not say what it is"),
        (unseeded, {"kind": "atack"}, "kind: expected one of .*but got 'atack'; did you mean 'attack'"),
        (unseeded, {"inputs": []}, "inputs: expected one or more, but got none"),
        (undecided, {"inputs": [3], "kind": "model"}, "inputs: expected an input, one of .*, but got 3"),
        (unseeded, {"parameter": {}}, "check has no option 'parameter'.*did you mean 'parameters'"),
        (unseeded, {"parameters": {"sharre": 1}}, "'unseeded' has no parameter 'sharre'"),
    ],
)
def test_what_cannot_be_checked_is_the_callers_mistake(component: Any, options: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        problems(component, **options)


def test_a_component_that_makes_a_model_is_checked_with_its_parameters() -> None:
    def maker(*, weight: float) -> Callable[[list[str]], Any]:
        return lambda texts: [[1 - weight, weight] for _ in texts]

    check(maker, kind="model", parameters={"weight": 0.5}, labels=["no", "yes"])
    assert "expected probabilities" in lines(maker, kind="model", parameters={"weight": 2.0}, labels=["no", "yes"])
