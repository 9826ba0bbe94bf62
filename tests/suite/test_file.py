"""The suite file: what it means, and where each key stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from suite_by_hand import FULL, loaded, refusal

from harness import UserError
from harness.demands.bounds import Bounds
from harness.suite.file import Suite, load_suite
from harness.suite.overrides import MAIN


def test_a_suite_is_read(tmp_path: Path) -> None:
    suite = loaded(tmp_path).suite
    assert suite.model is not None
    assert (suite.model.use, suite.model.parameters) == ("python", {MAIN: "toy:predict"})
    assert suite.models["encoder"].parameters == {"path": "./encoder"}
    assert (suite.seed, suite.confidence, suite.max_errors) == (7, 0.9, 2)
    assert [task.title for task in suite.tasks] == ["classification", "letters"]


def test_plain_words_are_labels_not_booleans(tmp_path: Path) -> None:
    suite = loaded(tmp_path).suite
    assert suite.sets[0].labels == {0: "no", 1: "yes"}


def test_gates_are_kept_under_their_canonical_address(tmp_path: Path) -> None:
    assert loaded(tmp_path).suite.tasks[1].gates == {"recall[part=x,class=a.b]": Bounds(min=0.5, max=1.0)}


def test_model_and_data_may_be_left_to_the_command_line(tmp_path: Path) -> None:
    suite = loaded(tmp_path, "tasks: [classification]\n").suite
    assert (suite.model, suite.data, suite.seed, suite.confidence) == (None, None, 0, 0.95)


@pytest.mark.parametrize(
    ("file", "name"),
    [("a.yaml", "a"), ("a.yml", "a"), ("a.harness.yaml", "a"), ("a.b.yaml", "a.b"), ("a", "a")],
)
def test_a_suite_is_called_like_its_file(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_text("tasks: [classification]\n", encoding="utf-8")
    found = load_suite(tmp_path / file)
    assert (found.name, found.folder) == (name, tmp_path)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1), (("seed",), 5), (("models", "encoder"), 3), (("models", "encoder", "path"), 3), (("tasks", 0), 9),
        (("tasks", 1, "attacks", 1, "recipe"), 14), (("tasks", 1, "nowhere"), 10), (("model", "object"), 1),
    ],
)  # fmt: skip
def test_every_key_knows_its_line_or_that_of_what_is_around_it(
    tmp_path: Path, path: tuple[Any, ...], line: int
) -> None:
    assert loaded(tmp_path).where(*path) == f"{tmp_path / 'quick.harness.yaml'}:{line}"


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, FULL.replace("seed: 7", "sed: 7").replace("max_errors: 2", "max_errors: -2"))
    first, second = message.splitlines()
    assert first == "quick.harness.yaml:7: max_errors: expected greater than or equal to 0, but got -2"
    assert second.startswith("quick.harness.yaml:5: unknown key 'sed': expected one of model, models, variants, data, ")


def test_a_suite_cannot_be_changed_after_it_was_checked(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        loaded(tmp_path).suite.seed = 3


def test_the_resolved_suite_can_be_read_again(tmp_path: Path) -> None:
    written = loaded(tmp_path).suite.model_dump(mode="json")
    assert Suite.model_validate(written).model_dump(mode="json") == written


def test_a_gate_that_can_never_hold_is_refused(tmp_path: Path) -> None:
    content = "tasks: [{use: classification, gates: {accuracy: {min: 0.9, max: 0.1}}}]\n"
    with pytest.raises(UserError, match=r"can never hold: expected min below max, but got min 0\.9 above max 0\.1"):
        loaded(tmp_path, content)


def test_an_empty_list_is_told_in_the_words_of_the_house(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"tasks: expected one or more, but got \[\]"):
        loaded(tmp_path, "tasks: []\n")
