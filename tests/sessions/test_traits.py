"""What components say of themselves by markers, and that it reaches the sessions that wrappers make of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from random import Random
from typing import Any

import pytest

from harness import (
    BlockingLibrary,
    Sample,
    Session,
    Traits,
    attack,
    blocking,
    explainer,
    perturbation,
    report,
    traits_of,
)
from harness.engine.cases import Case


def nothing() -> list[tuple[str, bool, str]]:
    return []


@pytest.mark.parametrize(
    ("marker", "traits"),
    [
        (perturbation(keeps_label=False), Traits(keeps_label=False)),
        (attack(pairs=True, resources=nothing), Traits(pairs=True, resources=nothing)),
        (explainer(exclusive=True), Traits(exclusive=True)),
        (report(suffix="xml"), Traits(suffix="xml")),
        (attack(), Traits()),
    ],
)
def test_a_marker_annotates_and_returns_the_same_function(marker: Any, traits: Traits) -> None:
    def function() -> None:
        raise NotImplementedError

    assert marker(function) is function
    assert traits_of(function) == traits


def test_what_was_never_marked_has_the_defaults() -> None:
    assert traits_of(len) == traits_of(object()) == traits_of(None) == Traits()


def test_traits_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        traits_of(len).pairs = True  # type: ignore[misc]  # the mistake


def test_a_second_marker_adds_to_the_first() -> None:
    @Traits(resources=nothing)
    @attack(pairs=True)
    def both(sample: Sample[str], rng: Random) -> Session[str]:
        raise NotImplementedError

    assert traits_of(both) == Traits(pairs=True, resources=nothing)


def test_a_misspelt_argument_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'keep_label'"):
        perturbation(keep_label=False)  # type: ignore[call-arg]  # mypy says so too
    with pytest.raises(TypeError, match="takes 0 positional arguments"):
        perturbation(len)  # type: ignore[arg-type, call-arg]  # without its parentheses


def test_a_marked_function_keeps_its_type() -> None:
    @perturbation(keeps_label=False)
    def doubled(text: str, rng: Random, *, times: int = 2) -> str:
        return text * times

    text: str = doubled("a", Random(0), times=3)
    assert text == "aaa"


def test_marks_inside_and_outside_of_blocking_reach_its_sessions() -> None:
    @attack(resources=nothing)
    @blocking
    @attack(pairs=True)
    def procedure(ask: Any, sample: Sample[Any], rng: Random) -> str:
        raise NotImplementedError

    assert traits_of(procedure) == Traits(pairs=True, resources=nothing)


def test_marks_on_a_prepared_component_reach_the_sessions_it_makes() -> None:
    @attack(exclusive=True)
    @BlockingLibrary
    def prepared() -> Callable[[], Any]:
        return nothing

    session = prepared.prepare()
    assert traits_of(session).exclusive
    assert Case("t", "p", Sample("1", "text"), session).exclusive
