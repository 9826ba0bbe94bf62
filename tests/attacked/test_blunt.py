"""What an attack adds to random edits, and models whose answers do not vary."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from harness.attacked.blunt import over_random, unvarying
from harness.suite.components import Component

FLOOR, OTHER = Component("attacks", "random", None), Component("attacks", "clever", None)


@cache
def score(both: int, first: int, second: int, neither: int) -> Any:
    kinds = [("succeeded", "succeeded")] * both + [("succeeded", "failed")] * first
    kinds += [("failed", "succeeded")] * second + [("failed", "failed")] * neither
    outcomes = {str(at): {"clever": one, "random": other} for at, (one, other) in enumerate(kinds)}
    outcomes |= {"skipped": {"clever": "skipped", "random": "skipped"}, "half": {"clever": "failed"}}
    [found] = over_random(outcomes, {"random": FLOOR, "clever": OTHER}, 0.95)
    return found


def test_an_attack_that_breaks_more_is_not_blunt() -> None:
    found = score(10, 20, 1, 9)
    assert (found.value, found.n, found.note) == (pytest.approx(19 / 40), 40, "")
    assert found.low > 0


def test_an_attack_that_breaks_as_much_is_blunt() -> None:
    found = score(30, 2, 2, 6)
    assert found.low <= 0
    assert "no more than random edits" in found.note


def test_few_samples_say_nothing() -> None:
    assert score(1, 0, 0, 1).note == ""
    assert over_random({}, {"random": FLOOR, "clever": OTHER}, 0.95)[0].value is None
    assert over_random({}, {"clever": OTHER}, 0.95) == []


def test_answers_that_do_not_vary_are_named() -> None:
    assert "alike" in unvarying([[0.4, 0.6]] * 10)
    assert unvarying([[0.4, 0.6]] * 9 + [[0.3, 0.7]]) == ""
    assert unvarying([[0.4, 0.6]] * 3) == ""
