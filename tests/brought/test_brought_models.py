"""Models that parts bring along, by name."""

from __future__ import annotations

from typing import Any

import pytest

from harness import AskOnce, Part, Task, UserError
from harness.brought.models import brought_models
from harness.suite.file import ModelSpec


class _Answering:
    labels = ("a", "b")

    def __call__(self, inputs: Any) -> Any:
        return [[0.5, 0.5]] * len(inputs)


def _task(**models: Any) -> Task[Any]:
    part: Part[Any] = Part(lambda _: AskOnce(list), models=models)
    return Task({"part": part}, dict, lambda records, scoring: [])


def _never(spec: ModelSpec) -> Any:
    raise AssertionError(spec)


def test_one_model_may_come_with_several_parts() -> None:
    model = _Answering()
    assert list(brought_models([_task(own=model), _task(own=model)], (), _never)) == ["own"]


@pytest.mark.parametrize(
    ("tasks", "taken"),
    [([_task(own=_Answering())], ("own",)), ([_task(own=_Answering()), _task(own=_Answering())], ())],
)
def test_a_name_that_is_taken_is_refused(tasks: list[Task[Any]], taken: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="a part brings a model 'own', but there is one of that name already"):
        brought_models(tasks, taken, _never)


def _naming(**entries: Any) -> Task[Any]:
    models = {name: ModelSpec.model_validate({"use": "m", **given}) for name, given in entries.items()}
    return Task({}, dict, lambda records, scoring: [], models=models)


def test_an_entry_is_loaded_once_with_what_it_says_of_labels() -> None:
    asked: list[ModelSpec] = []
    tasks = [_naming(one={"at": 1}, two={"labels": ["x", "y"]}), _naming(one={"at": 1})]
    found = brought_models(tasks, (), lambda spec: asked.append(spec) or _Answering())  # type: ignore[func-returns-value]
    assert {name: (each.name, list(each.labels)) for name, each in found.items()} == {
        "one": ("one", ["a", "b"]),
        "two": ("two", ["x", "y"]),
    }
    assert [each.parameters for each in asked] == [{"at": 1}, {}]


@pytest.mark.parametrize(
    ("tasks", "taken"), [([_naming(one={})], ("one",)), ([_naming(one={}), _naming(one={"at": 1})], ())]
)
def test_another_entry_of_the_same_name_is_refused(tasks: list[Task[Any]], taken: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="a task brings a model 'one', but there is another of that name already"):
        brought_models(tasks, taken, lambda spec: _Answering())


def test_what_is_wrong_with_an_entry_names_its_model() -> None:
    def broken(spec: ModelSpec) -> Any:
        raise UserError("no file")

    with pytest.raises(UserError, match=r"^one: no file$"):
        brought_models([_naming(one={})], (), broken)
