"""What `check` refuses before a model is loaded: labels that it does not have, and tasks that no model suits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness import UserError
from harness.forecasts.unloaded import absent, only_output, sound_sets
from harness.runs.load import Checked, check
from harness.suite.file import suite_of

CONFIG = {"id2label": {"1": "positive", "0": "negative"}}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a configuration and no weights: whoever loads it fails."""
    monkeypatch.chdir(tmp_path)
    pytest.importorskip("harness_transformers")
    Path("ckpt").mkdir()
    configure(CONFIG)


def configure(config: Any) -> None:
    Path("ckpt/config.json").write_text(json.dumps(config), encoding="utf-8")


def checked(*labels: Any, tasks: Any = ("classification",), model: Any = None, **data: Any) -> Checked:
    rows = [{"text": f"text {at}", "label": label} for at, label in enumerate(labels)]
    Path("dev.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    suite = {
        "model": model or {"use": "transformers", "path": "./ckpt"},
        "data": {"use": "files", "path": "dev.jsonl", **data},
        "tasks": list(tasks),
    }
    return check(suite_of(suite, "suite"))


def test_labels_that_the_model_does_not_have_are_refused_with_the_mapping() -> None:
    mapping = r"labels: \{0: negative, 1: positive\}; in Python, .*: labels=\['negative', 'positive'\]\n"
    with pytest.raises(UserError, match=f"(?s)the labels '0', '1' .*{mapping}") as caught:
        sound_sets(checked(0, 1))
    assert "the model's labels: negative, positive" in str(caught.value)
    assert str(caught.value).endswith("--set 'data.labels={0: negative, 1: positive}'")


def test_labels_that_differ_in_case_are_the_models() -> None:
    [found] = sound_sets(checked("Positive", "NEGATIVE"))
    assert sorted(found.truths) == ["NEGATIVE", "Positive"]
    assert sound_sets(checked(0, 1, labels={0: "negative", 1: "positive"}))


def test_the_suites_labels_come_before_those_of_the_folder() -> None:
    model = {"use": "transformers", "path": "./ckpt", "labels": ["no", "yes"]}
    assert sound_sets(checked("no", "yes", model=model))


@pytest.mark.parametrize(
    ("config", "output"),
    [
        (CONFIG, "probabilities"),
        (CONFIG | {"problem_type": "multi_label_classification"}, "labels"),
        ({"id2label": {"0": "LABEL_0"}}, "value"),
        ({"num_labels": 1}, "value"),
        ({}, "probabilities"),
    ],
)
def test_a_folder_tells_its_output(config: Any, output: str) -> None:
    configure(config)
    assert only_output(checked("LABEL_1", tasks=[{"use": "stress", "perturbations": ["change_case"]}])) == output


@pytest.mark.parametrize("text", ["", "[]", '{"id2label": 3}', '{"id2label": {"a": "b"}}'])
def test_a_configuration_that_cannot_be_is_left_to_who_loads_it(text: str) -> None:
    Path("ckpt/config.json").write_text(text, encoding="utf-8")
    assert sound_sets(checked("a", "b"))


def test_a_task_for_another_output_is_refused_by_the_folder_alone() -> None:
    configure({"num_labels": 1})
    with pytest.raises(UserError, match=r"task 'classification' measures .*, but this one answers value: use 'regress"):
        checked(1)


def test_tasks_that_no_model_suits_are_refused_together() -> None:
    model = {"use": "python", "object": "my_model:predict"}
    with pytest.raises(
        UserError, match=r"no model suits all tasks: 'multilabel' .* labels, but 'regression' .* value: "
    ):
        checked(1, model=model, tasks=["regression", "multilabel"])


def test_a_metric_that_is_not_among_the_metrics_is_told_where_to_add() -> None:
    task = {"use": "classification", "gates": {"pr_auc": {"min": 0.5}}}
    with pytest.raises(UserError, match=r"has no score 'pr_auc': it has .*; add pr_auc to its `metrics`$"):
        checked("negative", tasks=[task])


@pytest.mark.parametrize(
    ("model", "lines"),
    [
        ({"use": "transformers", "path": "./ckpt"}, []),
        ({"use": "transformers", "path": "owner/name"}, []),
        ({"use": "transformers", "path": "./none"}, ["model.path: ./none is not there: a run needs it"]),
        ({"use": "sklearn", "path": "none.skops"}, ["model.path: none.skops is not there: a run needs it"]),
        ({"use": "python", "object": "none:predict", "labels": ["a", "b"]}, []),
    ],
)
def test_a_models_files_that_are_not_there_are_named(model: Any, lines: list[str]) -> None:
    pytest.importorskip("sklearn")
    assert list(absent(checked("negative", model=model))) == lines
