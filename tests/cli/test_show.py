"""`harness show` of everything installed, and `--try`, on a small embedded suite of the tests' own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness import UserError
from harness.cli.show_try import marked
from harness.runs.load import check
from harness.suite import components, reading
from harness.suite.file import load_suite
from harness.suite.schema import SPECS, inline, readable

if TYPE_CHECKING:
    from conftest import Project

INSTALLED = [(kind, name) for kind in components.KINDS for name in components.find(kind)]
OF_SUITES = [(kind, name) for kind, name in INSTALLED if kind in SPECS]
PERTURBATIONS = list(components.find("perturbations"))

EMBEDDED = """
from pathlib import Path

def path():
    return Path(__file__).with_name("quick.yaml")
"""
REVIEWS = [
    "It's a good film, really: 7 out of 10!",
    "It is a bad film, not one of my 3 best.",
    "Oh no: an awful story .",
]


@pytest.fixture
def embedded(project: Project) -> Project:
    """A project whose suite is the embedded one: no torch, and reviews that every perturbation can change."""
    project.install("suites", "quickstart", "embedded_suite:path", EMBEDDED)
    rows = [{"text": text, "label": ("positive", "negative", "negative")[at]} for at, text in enumerate(REVIEWS)]
    project.write("dev.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    return project


def tried(project: Project, name: str, *more: str) -> dict[str, str]:
    """What `show --try` of one component says, by what it is about."""
    called = project.harness("show", name, "--try", "--json", *more)
    assert called.code == 0, called.err
    [lines] = called.json.values()
    return {line["what"]: line["text"] for line in lines}


# show


def test_every_kind_is_named_by_suites_or_by_a_command() -> None:
    assert set(components.KINDS) == {*SPECS, "suites", "reports"}
    with pytest.raises(UserError, match="there is no kind 'runners': expected one of models, "):
        components.find("runners")


@pytest.mark.parametrize(("kind", "name"), INSTALLED, ids=map("/".join, INSTALLED))
def test_everything_installed_is_shown(project: Project, kind: str, name: str) -> None:
    called = project.harness("show", f"{kind}/{name}")
    assert called.code == 0
    assert called.out.startswith(f"{components.singular(kind)} {name}  (")
    assert "\nexample:\n" in called.out


@pytest.mark.parametrize(("kind", "name"), OF_SUITES, ids=map("/".join, OF_SUITES))
def test_an_example_is_a_part_of_a_valid_suite(project: Project, kind: str, name: str) -> None:
    [facts] = project.harness("show", f"{kind}/{name}", "--json").json
    example, _ = reading.parse(facts["example"], "example")
    check(load_suite(Path("quick.yaml"), example))
    assert all(each["name"] in facts["example"] for each in facts["parameters"] if each["required"])


def test_parameters_are_shown_with_their_types_and_defaults(project: Project) -> None:
    lines = project.harness("show", "files").out.splitlines()
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if line}
    assert rows["path"] == "path | list of path required"
    assert rows["format"] == "auto | csv | tsv | json | jsonl | parquet | arrow auto"


def test_what_the_harness_knows_itself_is_shown(project: Project) -> None:
    assert "also: name, kind, limit, columns, labels, filter" in project.harness("show", "files").out
    assert "also: name, limit, gates" in project.harness("show", "tasks/attack").out
    assert "also: labels, output" in project.harness("show", "python").out


def test_the_paper_of_a_component_is_shown(project: Project) -> None:
    assert "Gao, Lanchantin, Soffa & Qi (2018)" in project.harness("show", "deepwordbug").out


def test_a_name_of_two_kinds_shows_both_and_a_kind_picks_one(project: Project) -> None:
    assert [each["kind"] for each in project.harness("show", "explain", "--json").json] == ["task", "suite"]
    assert [each["kind"] for each in project.harness("show", "task/explain", "--json").json] == ["task"]


NEGATING = """
import harness

@harness.perturbation(keeps_label=False)
def negate(text, rng): ...
"""


def test_a_perturbation_says_whether_it_keeps_the_label(project: Project) -> None:
    project.install("perturbations", "not_", "negating:negate", NEGATING)
    assert "The label stays right." in project.harness("show", "ocr").out
    assert "May change the label" in project.harness("show", "not_").out


def test_a_suite_is_shown_with_its_tasks_and_gates(embedded: Project) -> None:
    out = embedded.harness("show", "suites/quickstart").out
    assert f"{embedded.folder / 'quick.yaml'}: model python, data dev\n  classification: accuracy ≥ 0.5\n" in out
    assert "  attack on 6 samples: no gates\n" in out


def test_a_suite_without_model_and_data_says_that_they_are_to_be_given(embedded: Project) -> None:
    embedded.write("quick.yaml", "tasks: [classification]")
    out = embedded.harness("show", "suites/quickstart").out
    assert "quick.yaml: model as --model says, data as --data says\n" in out
    assert "harness run quickstart --model USE:VALUE --data USE:VALUE\n" in out


def test_a_missing_extra_is_told_with_what_is_known(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "_installed", lambda need: need.name != "shap")
    called = project.harness("show", "shap")
    assert (called.code, "max_evals" in called.out) == (0, True)
    assert "needs shap: pip install 'model-harness[shap]'" in called.out


def test_a_broken_plugin_is_shown_as_what_it_is(project: Project) -> None:
    project.install("attacks", "broken", "nowhere_to_be_found:attack")
    called = project.harness("show", "broken")
    assert (called.code, "cannot be used: ModuleNotFoundError" in called.out) == (0, True)


LAZY = """
from __future__ import annotations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness import ClassPredictions

def lazy(predictions: Predictions, *, k: int = 2) -> float:
    'Half.'
    return 0.5
"""


def test_a_metric_that_does_not_say_what_it_measures_is_shown_with_what_to_do(embedded: Project) -> None:
    embedded.install("metrics", "lazy", "lazily:lazy", LAZY)
    shown, tried = embedded.harness("show", "lazy"), embedded.harness("show", "lazy", "--try")
    assert (shown.code, tried.code, embedded.harness("list", "metrics").code) == (0, 2, 0)
    assert "cannot be used: metric 'lazy': expected the type of its first parameter to be ClassPredictions" in shown.out
    assert ("Half." in shown.out, "k  " in shown.out, "example" in shown.out) == (True, True, False)
    assert "import it outside of `if TYPE_CHECKING`" in tried.err
    assert "Traceback" not in shown.err + tried.err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("depwordbug", "no component is called 'depwordbug'; did you mean 'deepwordbug'?"),
        ("attacks/ocr", "no attack is called 'ocr'"),
        ("atacks/ocr", "there is no kind 'atacks': expected one of models, "),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(project: Project, name: str, told: str) -> None:
    called = project.harness("show", name)
    assert (called.code, called.out) == (2, "")
    assert told in called.err


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"enum": ["auto", "csv"]}, "auto | csv"),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}, "whole number ≥ 1 | null"),
        ({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "list of (text | null)"),
        ({}, "anything"),
    ],
)  # fmt: skip
def test_types_are_put_in_words(found: dict[str, Any], words: str) -> None:
    assert readable(found) == words


@pytest.mark.parametrize("value", ["yes: no", "1", "true", "a:b", r"\W+", "", "ünï", [1, None, "x"], {"a": ["b", 0.5]}])
def test_examples_are_yaml(value: object) -> None:
    assert reading.parse(inline(value), "it")[0] == value


# show --try


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_every_perturbation_can_be_tried(embedded: Project, name: str) -> None:
    lines = tried(embedded, name)
    what, given = next(iter(lines.items()))
    assert given in REVIEWS or what.startswith(("row (", "image ("))
    assert any(text != given for what, text in lines.items() if what.startswith(("severity", "perturbed")))
    assert re.fullmatch(r"[a-z]+ \d\.\d{3}", lines["the model"])


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


def test_an_explainer_can_be_tried(embedded: Project) -> None:
    lines = tried(embedded, "leave_one_out")
    assert {"explained", "comprehensiveness", "sufficiency"} <= set(lines)


@pytest.mark.parametrize("name", components.find("metrics"))
def test_every_metric_can_be_tried(embedded: Project, name: str) -> None:
    assert float(tried(embedded, name)["value"].split()[0]) >= -10


@pytest.mark.parametrize("name", ["classification", "attack", "stress", "tasks/explain"])
def test_a_task_can_be_tried(embedded: Project, name: str) -> None:
    called = embedded.harness("show", name, "--try")
    assert (called.code, "0 errored" in called.out) == (0, True)


def test_a_task_for_other_models_says_so(embedded: Project) -> None:
    called = embedded.harness("show", "regression", "--try")
    assert called.code == 2
    assert "measures models that answer value, but the embedded one answers probabilities" in called.err


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
    monkeypatch.setattr(components, "_installed", lambda need: need.name != "safetensors")
    called = project.harness("show", "ocr", "--try")
    assert called.code == 2
    assert "model 'transformers' needs safetensors: pip install 'model-harness[transformers]'" in called.err


def test_suites_and_reports_say_how_they_are_tried(embedded: Project) -> None:
    assert "harness run release" in embedded.harness("show", "release", "--try").out
    assert "harness report RUN --as html" in embedded.harness("show", "html", "--try").out


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["deepwordbug", "leave_one_out", "lime", "shap", "ocr", "ece", "classification", "transformers"]
)
def test_the_embedded_model_answers(project: Project, name: str) -> None:
    called = project.harness("show", name, "--try")
    assert called.code == 0, called.err
