"""From a suite to something that can run: models under their labels, and what tells one model from another."""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from harness import Prepared, UserError
from harness.engine.channels import Channel, Connection
from harness.runs.load import Labelled, check, described, fingerprint_of, load
from harness.suite.file import ModelSpec, load_suite

if TYPE_CHECKING:
    from conftest import Project


class Adapter:
    """An adapter that is a channel, of two labels."""

    name = "adapter"
    labels = ("a", "b")
    depth, budget = 2, 64

    def prepare(self, inputs: Sequence[Any]) -> list[Prepared]:
        return []

    def submit(self, batch: Sequence[Prepared], **options: Any) -> Future[Any]:
        return Future()


def labelled(adapter: Any, *labels: str) -> Any:
    return described(adapter, ModelSpec(use="python", labels=list(labels) or None))


def test_an_adapter_keeps_its_own_labels() -> None:
    adapter = Adapter()
    assert labelled(adapter) is adapter


def test_the_suites_labels_hold_over_the_models() -> None:
    model = labelled(Adapter(), "no", "yes")
    assert (model.labels, model.name, model.depth) == (["no", "yes"], "adapter", 2)


def test_a_channel_under_other_labels_is_one_to_every_python() -> None:
    model = labelled(Adapter(), "no", "yes")
    assert isinstance(model, Channel)
    assert {"prepare", "submit", "depth", "budget"} <= {name for name, _ in inspect.getmembers_static(model)}
    assert Connection("", model).channel("predict") is model


def test_a_callable_under_other_labels_is_called() -> None:
    def fine(texts: list[str]) -> list[list[float]]:
        return [[0.0, 1.0] for _ in texts]

    model = labelled(fine, "no", "yes")
    assert (model(["x"]), model.name) == ([[0.0, 1.0]], "fine")


@pytest.mark.parametrize(
    ("adapter", "labels", "message"),
    [
        (print, [], "model 'python' does not say what its answers mean: add `labels: "),
        (Adapter(), ["a", "b", "c"], r"the suite names 3 labels \(a, b, c\), but the model has 2 \(a, b\)"),
        (print, ["a", " A "], "labels of a model must differ, by more than case and outer space, but got a,  A "),
        ("text", ["a", "b"], r"expected a callable \(inputs\) -> probabilities, but got 'text'"),
    ],
)
def test_labels_that_cannot_be_are_refused(adapter: Any, labels: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        labelled(adapter, *labels)


def test_a_models_own_fingerprint_is_taken() -> None:
    adapter = Adapter()
    adapter.fingerprint = "abc"  # type: ignore[attr-defined]
    assert fingerprint_of(adapter) == fingerprint_of(Labelled(adapter, ["x", "y"])) == "abc"


def test_a_callable_is_told_by_its_name_and_source() -> None:
    def one(texts: list[str]) -> list[str]:
        return texts

    def two(texts: list[str]) -> list[str]:
        return texts[:]

    assert fingerprint_of(one) == fingerprint_of(Labelled(one, ["x", "y"])) != fingerprint_of(two)
    assert fingerprint_of(Adapter()) == fingerprint_of(Adapter())
    assert fingerprint_of(len) != fingerprint_of(print)


def test_further_models_of_a_suite_are_loaded_under_their_names(project: Project) -> None:
    project.edit("quick.yaml", "seed: 7", "models: {second: python:toy:predict}")
    loaded = load(check(load_suite(project.folder / "quick.yaml")))
    assert list(loaded.models) == ["", "second"]


def test_cases_are_tasks_times_parts_times_samples_within_their_limit(project: Project) -> None:
    loaded = load(check(load_suite(project.folder / "quick.yaml")))
    keys = [case.key for case in loaded.cases()]
    order = [sample.id for sample in loaded.samples]
    assert keys == [("classification", "", each) for each in order] + [
        ("attack", "deepwordbug", each) for each in order[:6]
    ]


@pytest.mark.parametrize(
    ("gate", "message"),
    [
        ("acuracy", "task 'classification' has no score 'acuracy': it has .*; did you mean 'accuracy'"),
        ('"accuracy[part=ocr]"', r"no score 'accuracy\[part=ocr\]'"),
        ('"accuracy[data=other]"', r"no score 'accuracy\[data=other\]'"),
        ("mae", "no score 'mae'"),
    ],
)
@pytest.mark.parametrize("command", ["run", "check"])
def test_a_gate_on_a_score_that_cannot_be_is_refused_before_anything_runs(
    project: Project, command: str, gate: str, message: str
) -> None:
    project.edit("quick.yaml", "{accuracy: {min: 0.5}}", f"{{{gate}: {{min: 0.5}}}}")
    called = project.harness(command, "quick.yaml")
    assert (called.code, called.out) == (2, "")
    assert re.search(rf"^harness: quick.yaml:7: .*{message}", called.err)


def test_a_gate_on_a_class_is_checked_once_the_labels_are_known(project: Project) -> None:
    project.edit("quick.yaml", "{accuracy: {min: 0.5}}", '{"recall[class=neutral]": {min: 0.5}}')
    assert project.harness("check", "quick.yaml").code == 0
    called = project.harness("run", "quick.yaml", "--out", "out")
    assert (called.code, "no score 'recall[class=neutral]'" in called.err) == (2, True)
    assert not (project.folder / "out").exists()
