"""`harness doctor`: what is there, what is missing, and the line that gets it."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from harness_text.attacks.bae import bae
from harness_text.attacks.pwws import pwws
from harness_text.attacks.textfooler import textfooler
from harness_text.perturbations.wordnet import antonyms, synonyms
from harness_textattack import textattack

from harness import Traits
from harness.suite import components

if TYPE_CHECKING:
    from conftest import Project

RESOURCES = """
import harness

@harness.attack(resources=lambda: [("a word list", True, "get it"), ("word vectors", False, "fetch --vectors")])
def attack(sample, rng): ...
"""

FAILING = """
import harness

@harness.attack(resources=lambda: 1 / 0)
def attack(sample, rng): ...
"""


@pytest.fixture(autouse=True)
def _without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch takes seconds to import; and of the resources only the tests' own count."""
    monkeypatch.setitem(sys.modules, "torch", None)
    for component in (textattack, synonyms, antonyms, bae, pwws, textfooler):
        monkeypatch.setattr(component, "__harness_traits__", Traits())


def diagnosed(project: Project, what: str) -> list[dict[str, Any]]:
    called = project.harness("doctor", "--json")
    assert called.code == 0, called.err
    found: list[dict[str, Any]] = called.json[what]
    return found


def test_versions_and_devices_are_told(project: Project) -> None:
    called = project.harness("doctor")
    assert called.code == 0
    assert f"{sys.version_info.major}.{sys.version_info.minor}." in called.out
    assert "unknown without torch" in called.out
    assert "\x1b" not in called.out


def test_graphics_cards_are_told_with_their_memory(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    card = SimpleNamespace(name="A Card", total_memory=16 * 2**30)
    cuda = SimpleNamespace(device_count=lambda: 1, get_device_properties=lambda _: card)
    mps = SimpleNamespace(is_available=lambda: False)
    version = SimpleNamespace(cuda="12.8")
    torch = SimpleNamespace(__spec__=object(), cuda=cuda, backends=SimpleNamespace(mps=mps), version=version)
    monkeypatch.setitem(sys.modules, "torch", torch)
    assert project.harness("doctor", "--json").json["devices"]["cuda:0"] == "A Card, 16.0 GiB"


def test_a_torch_that_fails_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(__spec__=object()))
    assert "fails: AttributeError" in project.harness("doctor", "--json").json["devices"]["torch"]


def test_a_missing_extra_is_told_with_its_pip_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "is_here", lambda need: need.name != "shap")
    [shap] = [each for each in diagnosed(project, "extras") if not each["good"]]
    assert shap == {
        "name": "shap",
        "good": False,
        "state": "not installed: shap",
        "fix": "pip install 'model-harness[shap]'",
    }
    assert "--  shap: not installed: shap\n      pip install 'model-harness[shap]'\n" in project.harness("doctor").out


def test_resources_are_told_with_the_line_that_fetches_them(project: Project) -> None:
    project.install("attacks", "mine", "mine:attack", RESOURCES)
    here, missing = diagnosed(project, "resources")
    assert (here["name"], here["good"], here["fix"]) == ("attack mine: a word list", True, "")
    assert (missing["name"], missing["state"], missing["fix"]) == (
        "attack mine: word vectors",
        "missing",
        "fetch --vectors",
    )


def test_a_broken_kind_of_input_is_named(project: Project) -> None:
    project.install("inputs", "broken", "nowhere_to_be_found:KIND")
    out = project.harness("doctor").out
    assert "inputs/broken: broken: ModuleNotFoundError" in out


def test_a_broken_plugin_is_named(project: Project) -> None:
    project.install("attacks", "broken", "nowhere_to_be_found:attack")
    [broken] = diagnosed(project, "plugins")
    assert broken["name"] == "attacks/broken"
    assert "No module named 'nowhere_to_be_found'" in broken["state"]


def test_resources_that_fail_hide_no_others(project: Project) -> None:
    project.install("attacks", "mine", "mine:attack", RESOURCES)
    project.install(
        "attacks",
        "odd",
        "odd:attack",
        FAILING,
    )
    found = diagnosed(project, "resources")
    assert [each["name"] for each in found] == ["attack mine: a word list", "attack mine: word vectors", "attack odd"]
    assert "ZeroDivisionError" in found[2]["state"]


def test_no_environment_variable_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "a-secret-nobody-should-see")
    assert "a-secret" not in project.harness("doctor").out + project.harness("doctor", "--json").out


def test_a_model_without_a_finding_is_is_said_to_have_none(project: Project) -> None:
    project.write("fair.py", "def predict(texts):\n    return [[0.5, 0.5]] * len(texts)\n")
    model = "{use: python, object: 'fair:predict', labels: [no, yes]}"
    called = project.harness("doctor", "--model", model, "--data", "files:dev.jsonl")
    assert (called.code, called.out) == (0, "predict: nothing found (40 texts, probabilities of no, yes)\n")


def test_a_model_that_a_long_text_breaks_is_found(project: Project) -> None:
    called = project.harness("doctor", "--model", "python:toy:predict")
    assert "failures: to '10,000 words' ('a great little film" in called.out
    assert "OverflowError: math range error: answer every input" in called.out


def test_what_is_wrong_with_a_model_is_a_line_each_with_its_fix(project: Project) -> None:
    odd = "def predict(texts):\n    return [[float('nan')] * 2 if not text else [0.5, 0.5] for text in texts]\n"
    project.write("odd.py", odd)
    called = project.harness("doctor", "--model", "{use: python, object: 'odd:predict', labels: [no, yes]}")
    first, last = called.out.splitlines()
    assert first.startswith("answers: to 'empty' (''): model 'predict' answered [nan, nan] for ''")
    assert first.endswith(": answer a row of probabilities per input, in order")
    assert (called.code, last.startswith("predict: 1 finding (68 texts")) == (1, True)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--model", "pythn:toy:predict"), "harness: doctor: no model is called 'pythn'"),
        (("--data", "files:dev.jsonl"), "--data: it says what a model is asked, and how: add --model"),
        (("--untrusted",), "--untrusted: it says what a model is asked, and how: add --model"),
        (("--model", "python:toy:predict", "--device", "cuda"), "device"),
    ],
)
def test_a_wrong_call_ends_with_2(project: Project, argv: tuple[str, ...], message: str) -> None:
    called = project.harness("doctor", *argv)
    assert (called.code, message in called.err, called.out) == (2, True, "")
