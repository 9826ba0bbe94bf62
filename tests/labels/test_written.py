"""Labels as people write them: numbers, lists and files, of models and of data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import UserError
from harness.labels.written import names_files
from harness.own.locate import no_own_objects
from harness.suite.file import load_suite, suite_of

FILES = {
    "two.txt": "\ufeffnegative\n  positive \n\n",
    "two.json": '["negative", "positive"]',
    "places.json": '{"1": "positive", "0": "negative"}',
    "words.json": '{"neg": "negative", "pos": "positive"}',
    "gap.txt": "a\n\nb",
    "empty.txt": "\n",
    "broken.json": "[",
    "number.json": "3",
}


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, encoding="utf-8")


def suite(model: Any = None, data: Any = None) -> Any:
    raw = {"model": {"use": "m", "labels": model}, "data": [{"use": "d", "labels": data or {}}], "tasks": ["x"]}
    return suite_of(raw, "suite").suite


@pytest.mark.parametrize("written", [["negative", "positive"], "two.txt", "two.json", "places.json"])
def test_a_models_labels_are_a_list_or_a_file_of_one(written: Any) -> None:
    assert suite(model=written).model.labels == ["negative", "positive"]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("words.json", {"neg": "negative", "pos": "positive"}),
        ("two.txt", {0: "negative", 1: "positive"}),
        (["negative", "positive"], {0: "negative", 1: "positive"}),
        ({"a": 0, "b": True}, {"a": "0", "b": "True"}),
    ],
)
def test_what_labels_of_the_data_mean_is_a_mapping_or_places(written: Any, found: Any) -> None:
    assert suite(data=written).sets[0].labels == found


def test_a_model_may_name_the_word_of_each_label() -> None:
    found = suite(model={"bad": " terrible", "good": " great"}).model
    assert (found.labels, found.parameters["words"]) == (["bad", "good"], [" terrible", " great"])


def test_numbers_are_words() -> None:
    assert suite(model=[0, 1.0, True, "2"]).model.labels == ["0", "1", "True", "2"]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("gone.txt", r"suite: model.labels: expected labels, or a file of them, but gone.txt cannot be read"),
        ("gap.txt", "gap.txt: expected a label on each line, but line 2 of it is empty"),
        ("empty.txt", "empty.txt: expected a label on each line, but it is empty"),
        ("broken.json", "broken.json is no JSON"),
        ("number.json", "number.json: expected a list of labels, or a mapping of them, but got 3"),
        ("words.json", "expected the places 0 to 1 of the labels, or a list of them"),
        ([["a"]], "model.labels.0: expected a string, but got"),
    ],
)
def test_what_is_no_list_of_labels_is_refused_at_its_place(written: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        suite(model=written)


def test_a_file_is_named_from_the_suites_folder_and_its_line_is_known(tmp_path: Path) -> None:
    folder = tmp_path / "below"
    folder.mkdir()
    (folder / "mine.txt").write_text("a\nb\n")
    path = folder / "s.harness.yaml"
    path.write_text("model: {use: m, labels: mine.txt}\ntasks: [x]\n")
    assert getattr(load_suite(path).suite.model, "labels", None) == ["a", "b"]
    path.write_text("tasks: [x]\nmodel:\n  use: m\n  labels: other.txt\n")
    with pytest.raises(UserError, match=r"s.harness.yaml:4: model.labels: expected labels"):
        load_suite(path)


def test_an_untrusted_suite_reads_no_file_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "below"
    folder.mkdir()
    path = folder / "s.harness.yaml"
    path.write_text("model: {use: m, labels: ../two.txt}\ntasks: [x]\n")
    assert load_suite(path).suite.model is not None
    with no_own_objects(), pytest.raises(UserError, match="leads out of the suite's folder, which --untrusted refuses"):
        load_suite(path)


def test_a_run_that_is_read_has_no_file_of_labels_left() -> None:
    model = {"use": "m"}
    assert names_files({"model": model | {"labels": "two.txt"}})
    assert names_files({"data": [{"use": "d", "labels": {}}, {"use": "d", "labels": "/etc/passwd"}]})
    assert names_files({"variants": {"new": model | {"labels": "two.txt"}}})
    assert not names_files({"model": model | {"labels": ["a"]}, "data": {"labels": {0: "a"}}, "models": None})
