"""`harness show --try`, on a small embedded suite of the tests' own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.suite import components
from harness.trials.lines import marked

if TYPE_CHECKING:
    from conftest import Project


def tried(project: Project, name: str, *more: str) -> dict[str, str]:
    """What `show --try` of one component says, by what it is about."""
    called = project.harness("show", name, "--try", "--json", *more)
    assert called.code == 0, called.err
    [lines] = called.json.values()
    return {line["what"]: line["text"] for line in lines}


def test_what_changed_is_in_brackets(embedded: Project) -> None:
    out = embedded.harness("show", "change_case", "--try", "--set", "severity=5").out
    assert "[" in out
    assert "severity 1" not in out
    assert "\x1b" not in out


def test_changed_words_are_marked() -> None:
    assert marked("a good film", "a g00d film") == (("a ", False), ("g00d", True), (" film", False))


def test_an_attack_can_be_tried(embedded: Project) -> None:
    lines = tried(embedded, "deepwordbug", "--set", "edit_distance=2")
    assert lines["the attack"].startswith(("succeeded, having asked ", "failed, having asked "))
    assert lines["its text"]


def test_data_can_be_tried_with_its_parameters(embedded: Project) -> None:
    embedded.write("other.jsonl", '{"text": "fine", "label": 1}\n')
    assert tried(embedded, "files", "--set", "path=other.jsonl")["row 1"] == '{"text": "fine", "label": 1}'
    assert tried(embedded, "files")["rows"] == "3"


def test_a_model_can_be_tried_with_its_parameters(embedded: Project) -> None:
    embedded.write("constant.py", "def model(texts):\n    return [[0.25, 0.75]] * len(texts)\n")
    lines = tried(embedded, "python", "--set", "object=constant:model", "--set", "labels=[no, yes]")
    assert (lines["no"], lines["yes"]) == ("0.250", "0.750")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("ocr", "--set", "severity=1"), 2, "it sets parameters of --try"),
        (("ocr", "--try", "--set", "severty=1"), 2, "has no parameter 'severty': expected severity"),
        (("ocr", "--try", "--set", "severity=much"), 2, "severity: expected a whole number"),
        (("ocr", "--try", "--set", "severity=9"), 2, "severity: expected less than or equal to 5, but got 9"),
        (("deepwordbug", "--try", "--set", "name=3"), 2, "--set name: expected a string, but got 3"),
        (("lines", "--try"), 2, "cannot be tried without path: add --set path=…"),
        (("breaks", "--try"), 3, "RuntimeError: it broke"),
    ],
)
def test_mistakes_are_answered(embedded: Project, arguments: tuple[str, ...], code: int, told: str) -> None:
    embedded.install(
        "perturbations", "breaks", "breaking:broken", "def broken(text: str, rng): raise RuntimeError('it broke')"
    )
    embedded.install("data", "lines", "lining:lines", "def lines(*, path): return []")
    called = embedded.harness("show", *arguments)
    assert (called.code, called.out) == (code, "")
    assert told in called.err


def test_without_what_the_embedded_model_needs_the_pip_line_is_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components, "is_here", lambda need: need.name != "safetensors")
    called = project.harness("show", "ocr", "--try")
    assert called.code == 2
    assert "model 'transformers' needs safetensors: pip install 'model-harness[transformers]'" in called.err


EMBEDDED = [
    "deepwordbug",
    "leave_one_out",
    "lime",
    "lime_library",
    "shap",
    "ocr",
    "ece",
    "classification",
    "transformers",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", EMBEDDED)
def test_the_embedded_model_answers(project: Project, name: str) -> None:
    called = project.harness("show", name, "--try")
    assert called.code == 0, called.err
