"""Models that parts bring along, by name."""

from __future__ import annotations

from typing import Any

import pytest

from harness import AskOnce, Part, Task, UserError
from harness.brought.models import brought_models


class _Answering:
    labels = ("a", "b")

    def __call__(self, inputs: Any) -> Any:
        return [[0.5, 0.5]] * len(inputs)


def _task(**models: Any) -> Task[Any]:
    part: Part[Any] = Part(lambda _: AskOnce(list), models=models)
    return Task({"part": part}, dict, lambda records, scoring: [])


def test_one_model_may_come_with_several_parts() -> None:
    model = _Answering()
    assert list(brought_models([_task(own=model), _task(own=model)], ())) == ["own"]


@pytest.mark.parametrize(
    ("tasks", "taken"),
    [([_task(own=_Answering())], ("own",)), ([_task(own=_Answering()), _task(own=_Answering())], ())],
)
def test_a_name_that_is_taken_is_refused(tasks: list[Task[Any]], taken: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="a part brings a model 'own', but there is one of that name already"):
        brought_models(tasks, taken)
