"""`harness show` of everything installed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import UserError
from harness.runs.load import check
from harness.suite import components, reading
from harness.suite.file import load_suite
from harness.suite.specs import SPECS

if TYPE_CHECKING:
    from conftest import Project


INSTALLED = [(kind, name) for kind in components.KINDS for name in components.find(kind)]
OF_SUITES = [(kind, name) for kind, name in INSTALLED if kind in {*SPECS, "inputs"}]


def test_every_kind_is_named_by_suites_or_by_a_command() -> None:
    assert set(components.KINDS) == {*SPECS, "inputs", "suites", "reports"}
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
    project.write("neighbours.json", '{"good": ["fine"]}')
    others = {"tasks": ["classification"]} if name == "predictions" else {}  # which has no answer to an attack
    check(load_suite(Path("quick.yaml"), {**others, **example}))
    assert all(each["name"] in facts["example"] for each in facts["parameters"] if each["required"])


def test_parameters_are_shown_with_their_types_and_defaults(project: Project) -> None:
    lines = project.harness("show", "files").out.splitlines()
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in lines if line}
    assert rows["path"] == "path | list of path required"
    assert rows["format"] == "auto | csv | tsv | json | jsonl | parquet | arrow auto"


def test_what_the_harness_knows_itself_is_shown(project: Project) -> None:
    assert "also: name, kind, language, limit, columns, labels, filter" in project.harness("show", "files").out
    assert "also: name, data, limit, stop, slices, gates" in project.harness("show", "tasks/attack").out
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
    assert "quick.yaml: model from --model, data from --data\n" in out
    assert "harness run quickstart --model USE:VALUE --data USE:VALUE\n" in out


def test_a_missing_extra_is_told_with_what_is_known(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "is_here", lambda need: need.name != "shap")
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
