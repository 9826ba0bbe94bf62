"""What the command line may change in a suite, key by key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from suite_by_hand import loaded, refusal

from harness.suite.overrides import MAIN


@pytest.mark.parametrize(
    ("key", "value", "read"),
    [
        ("data.limit", 5, lambda suite: suite.sets[0].limit),
        ("data.columns.label", "gold", lambda suite: suite.sets[0].columns["label"]),
        ("model.labels", ["a", "b"], lambda suite: suite.model.labels),
        ("models.encoder.path", "./other", lambda suite: suite.models["encoder"].parameters["path"]),
        ("seed", 8, lambda suite: suite.seed),
        ("tasks.letters.limit", 3, lambda suite: suite.tasks[1].limit),
        ("tasks.classification.limit", 4, lambda suite: suite.tasks[0].limit),
        ("tasks.letters.name", "other", lambda suite: suite.tasks[1].title),
        ("tasks.letters.gates.f1.min", 0.1, lambda suite: suite.tasks[1].gates["f1"].min),
        ("tasks.letters.gates.f1[class=x.y].max", 0.1, lambda suite: suite.tasks[1].gates["f1[class=x.y]"].max),
    ],
)  # fmt: skip
def test_a_key_can_be_set_by_its_dotted_path(tmp_path: Path, key: str, value: object, read: Any) -> None:
    assert read(loaded(tmp_path, overrides={key: value}).suite) == value


def test_setting_a_key_leaves_the_others(tmp_path: Path) -> None:
    suite = loaded(tmp_path, overrides={"model.labels": ["a"], "data.limit": None}).suite
    assert suite.model is not None
    assert suite.model.parameters == {MAIN: "toy:predict"}
    assert (suite.sets[0].limit, suite.sets[0].parameters) == (None, {"path": "dev.jsonl"})


def test_later_overrides_win(tmp_path: Path) -> None:
    suite = loaded(tmp_path, overrides={"data": {"use": "other", "limit": 3}, "data.limit": 4}).suite
    assert (suite.sets[0].use, suite.sets[0].limit) == ("other", 4)


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("tasks.leters.limit", "--set tasks.leters.limit: no task is called 'leters': expected one of "),
        ("tasks.letters", "--set tasks.letters: expected a key of the suite"),
        ("seed.x", "--set seed.x: expected a key of the suite"),
        ("sed", "quick.harness.yaml, with sed as it was set: unknown key 'sed': expected one of"),
        ("foo.bar", "quick.harness.yaml, with foo.bar as it was set: unknown key 'foo'"),
        ("data.limit", "quick.harness.yaml, with data.limit as it was set: data.limit: expected a"),
        ("tasks.letters.limit", "quick.harness.yaml, with tasks.letters.limit as it was set: tasks.1.limit"),
    ],
)  # fmt: skip
def test_what_was_set_wrongly_is_not_blamed_on_the_file(tmp_path: Path, key: str, message: str) -> None:
    assert refusal(tmp_path, overrides={key: "x"}).startswith(message)


def test_a_replaced_key_has_no_line_any_more(tmp_path: Path) -> None:
    file = loaded(tmp_path, overrides={"data": {"use": "other", "path": "x"}})
    assert file.where("data", "path").endswith("quick.harness.yaml, with data as it was set")
    assert file.where("model").endswith("quick.harness.yaml:1")
