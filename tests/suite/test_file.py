"""The suite file: what it means, what the command line may change in it, and where each key stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness import UserError
from harness.suite.file import Suite, SuiteFile, load_suite
from harness.suite.overrides import MAIN

FULL = """\
model: python:toy:predict
models:
  encoder: {use: transformers, path: ./encoder}
data: {use: files, path: dev.jsonl, columns: {input: text, id: key}, labels: {0: no, 1: yes}, limit: 50}
seed: 7
confidence: 0.9
max_errors: 2
tasks:
  - classification
  - use: attack
    name: letters
    attacks:
      - deepwordbug
      - {use: textattack, recipe: pwws, name: words}
    limit: 10
    gates:
      "recall[class=a.b,part=x]": {min: 0.5, max: 1}
"""


def loaded(folder: Path, text: str = FULL, overrides: Mapping[str, Any] | None = None) -> SuiteFile:
    path = folder / "quick.harness.yaml"
    path.write_text(text, encoding="utf-8")
    return load_suite(path, overrides)


def refusal(folder: Path, text: str = FULL, overrides: Mapping[str, Any] | None = None) -> str:
    with pytest.raises(UserError) as refused:
        loaded(folder, text, overrides)
    return str(refused.value).replace(f"{folder}/", "")


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
    assert loaded(tmp_path).suite.tasks[1].gates == {"recall[part=x,class=a.b]": {"min": 0.5, "max": 1.0}}


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
        ("tasks.letters.gates.f1.min", 0.1, lambda suite: suite.tasks[1].gates["f1"]["min"]),
        ("tasks.letters.gates.f1[class=x.y].max", 0.1, lambda suite: suite.tasks[1].gates["f1[class=x.y]"]["max"]),
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


def test_a_replaced_key_has_no_line_any_more(tmp_path: Path) -> None:
    file = loaded(tmp_path, overrides={"data": {"use": "other", "path": "x"}})
    assert file.where("data", "path").endswith("quick.harness.yaml, with data as it was set")
    assert file.where("model").endswith("quick.harness.yaml:1")


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, FULL.replace("seed: 7", "sed: 7").replace("max_errors: 2", "max_errors: -2"))
    first, second = message.splitlines()
    assert first == "quick.harness.yaml:7: max_errors: expected greater than or equal to 0, but got -2"
    assert second.startswith("quick.harness.yaml:5: unknown key 'sed': expected one of model, models, data, seed, ")


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
