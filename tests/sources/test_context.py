"""The context of a task's function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import UserError
from harness.forecasts.unloaded import sound_sets
from harness.runs.load import check
from harness.suite.file import suite_of


def answers(texts: list[str]) -> list[list[float]]:
    return [[0.5, 0.5] for _ in texts]


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> str:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def suite(folder: Path, train: dict[str, Any], rows: list[dict[str, Any]], task: str = "data") -> dict[str, Any]:
    return {
        "model": {"use": "python", "object": f"{__name__}:answers", "labels": ["no", "yes"]},
        "data": {"use": "files", "path": written(folder, "test.jsonl", rows)},
        "tasks": [{"use": task, **train}],
    }


def test_check_reads_the_data_that_a_task_takes(tmp_path: Path) -> None:
    train = {"train": {"use": "files", "path": written(tmp_path, "train.jsonl", [{"sentence": "a"}])}}
    checked = check(suite_of(suite(tmp_path, train, [{"text": "a", "label": "yes"}]), "s"))
    with pytest.raises(UserError, match=r"s: train: the data has no column 'text' for the input"):
        sound_sets(checked)


def test_a_set_that_no_task_needs_labels_of_may_have_none(tmp_path: Path) -> None:
    checked = check(suite_of(suite(tmp_path, {}, [{"text": "a"}]), "s"))
    assert len(sound_sets(checked)[0].truths) == 1
    checked = check(suite_of(suite(tmp_path, {}, [{"text": "a"}], "classification"), "s"))
    with pytest.raises(UserError, match="no column 'label' for the label"):
        sound_sets(checked)


def test_a_run_is_resumed_with_the_same_train_only(tmp_path: Path) -> None:
    train = {"train": {"use": "files", "path": written(tmp_path, "train.jsonl", [{"text": "a"}])}}
    whole = suite(tmp_path, train, [{"text": "a", "label": "yes"}, {"text": "b", "label": "no"}])
    first = harness.run(whole, out=tmp_path / "one", progress=False).info.fingerprints["data"]
    written(tmp_path, "train.jsonl", [{"text": "c"}])
    assert harness.run(whole, out=tmp_path / "two", progress=False).info.fingerprints["data"] != first
