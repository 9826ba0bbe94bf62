"""Of all tasks: their parts and their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from by_hand import LABELS, context, returning

from harness import Task, Traits, UserError, traits_of
from harness.models import connect
from harness.sources.context import Context
from harness.suite.file import PartSpec
from harness.tasks.attack import attack
from harness.tasks.explain import explain


@pytest.mark.parametrize("kind", ["attacks", "explainers"])
def test_a_task_without_parts_is_an_error(kind: str) -> None:
    with pytest.raises(UserError, match=f"{kind}: expected at least one"):
        Context().components(kind, [])


def test_two_parts_of_a_name_are_an_error() -> None:
    with pytest.raises(UserError, match="two parts are called 'deepwordbug': give one of them another `name`"):
        Context().components("attacks", [PartSpec(use="deepwordbug")] * 2)


def test_a_part_can_be_named() -> None:
    specs = [PartSpec(use="deepwordbug"), PartSpec(use="deepwordbug", name="hard")]
    assert list(Context().components("attacks", specs)) == ["deepwordbug", "hard"]


@pytest.mark.parametrize("task", [attack, explain])
def test_an_exclusive_procedure_runs_alone(task: Callable[..., Task[Any]]) -> None:
    function = Traits(exclusive=True)(returning(""))
    made = task(context(a=function, b=returning("")), **{"attacks" if task is attack else "explainers": []})
    sessions = {part: prepare(connect(len, labels=LABELS)) for part, prepare in made.parts.items()}
    assert {part: traits_of(session).exclusive for part, session in sessions.items()} == {"a": True, "b": False}
