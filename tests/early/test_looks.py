"""The waves of a run, and which tasks may end early."""

from __future__ import annotations

from typing import Any

import pytest

from harness.early.eligible import watched
from harness.early.looks import next_look, waves
from harness.early.watch import Watch, range_of
from harness.runs.load import gates_of, task_of
from harness.statistics.betting import DIFFERENCE, SHARE
from harness.suite.file import suite_of

STRESS = {"use": "stress", "perturbations": ["ocr"]}


def found(tasks: list[dict[str, Any]], **keys: Any) -> dict[str, Watch | str]:
    file = suite_of({"tasks": tasks, "stop": "early", **keys}, "some")
    made = {spec.title: task_of(file, at) for at, spec in enumerate(file.suite.tasks)}
    return watched(file.suite, made, {spec.title: gates_of(spec) for spec in file.suite.tasks})


def why(task: dict[str, Any], **keys: Any) -> Watch | str:
    return next(iter(found([task], **keys).values()))


def test_looks_come_after_32_samples_then_after_an_eighth_more() -> None:
    looks = [0]
    while looks[-1] < 1000:
        looks.append(next_look(looks[-1], 1000))
    assert looks[1:4] == [32, 64, 96]
    assert [looks[-1], next_look(800, 10_000), next_look(990, 1000)] == [1000, 900, 1000]


def test_a_task_runs_wave_by_wave_until_it_is_decided_and_all_others_at_once() -> None:
    ends: dict[str, int] = {}
    asked: list[tuple[str, int]] = []

    def is_decided(title: str, end: int) -> bool:
        asked.append((title, end))
        return (title, end) == ("a", 64)

    spans = list(waves(["whole"], {"a": 500, "b": 90}, is_decided, ends))
    assert spans[0] == {"whole": (0, None), "a": (0, 32), "b": (0, 32)}
    assert spans[1:] == [{"a": (32, 64), "b": (32, 64)}, {"b": (64, 90)}]
    assert ends == {"a": 64, "b": 90}
    assert ("b", 90) not in asked  # there is no more to come


def test_without_such_tasks_there_is_one_wave() -> None:
    assert list(waves(["one", "other"], {}, lambda *_: True, {})) == [{"one": (0, None), "other": (0, None)}]


@pytest.mark.parametrize(
    ("task", "keys", "expected"),
    [
        ({"use": "classification"}, {}, "it has no gate to decide"),
        ({"use": "classification", "gates": {"ece": {"max": 0.1}}}, {}, "the gate on ece is on no share of all cases"),
        (
            {**STRESS, "gates": {"worst_accuracy": {"drop": 0.1}}},
            {},
            "the gate on worst_accuracy is on no share of all cases",
        ),
        (
            {"use": "classification", "gates": {"accuracy": {"min": 0.1}}},
            {"data": [{"use": "files", "name": "one"}, {"use": "files", "name": "other"}]},
            "there are several sets of data",
        ),
        (
            {"use": "classification", "gates": {"accuracy": {"min": 0.1}}},
            {"data": {"use": "files", "columns": {"group": "user"}}},
            "its samples come in groups",
        ),
    ],
)  # fmt: skip
def test_what_cannot_end_early_says_why(task: dict[str, Any], keys: dict[str, Any], expected: str) -> None:
    assert why(task, **keys) == expected


def test_a_task_says_itself_when_it_stops() -> None:
    gated = {"use": "classification", "gates": {"accuracy": {"min": 0.1}}}
    assert found([{**gated, "stop": "end"}]) == {}
    assert isinstance(found([{**gated, "stop": "early"}], stop="end")["classification"], Watch)


def test_each_side_of_a_gate_spends_its_error_and_a_family_shares_it() -> None:
    gates = {"accuracy": {"min": 0.8, "drop": 0.01}, "recall[class=a]": {"drop": 0.02}}
    watch = why({"use": "classification", "gates": gates})
    assert isinstance(watch, Watch)
    assert watch.alphas("accuracy", change=False) == pytest.approx((0.05, 0.05))
    assert watch.alphas("accuracy", change=True) == pytest.approx((0.05, 0.025))  # a drop fails by its upper bound
    both = why({"use": "classification", "gates": {"accuracy": {"min": 0.1, "max": 0.9}}}, correction="holm")
    assert isinstance(both, Watch)
    assert both.alphas("accuracy", change=False) == pytest.approx((0.025, 0.025))


def test_the_range_of_what_scores_are_means_of() -> None:
    task = task_of(suite_of({"tasks": [STRESS]}, "some"), 0)
    names = ["worst_accuracy", "accuracy[part=ocr/1]", "accuracy_drop[part=ocr/1]", "worst_accuracy_drop", "shift"]
    assert [range_of(name, task, change=False) for name in names] == [SHARE, SHARE, DIFFERENCE, DIFFERENCE, None]
    assert [range_of(name, task, change=True) for name in names[:3]] == [None, DIFFERENCE, None]
