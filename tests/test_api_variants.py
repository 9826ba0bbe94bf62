"""Two models in memory, and suites with variants, from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from two_models import SUITE, with_variants

import harness
from harness import UserError, Variants

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project

TEXTS = [f"a {word} film, number {at}" for at, word in enumerate(["good", "bad"] * 30)]
LABELS = ["no", "yes"]
TASK = {"use": "classification", "gates": {"accuracy": {"min": 0.5, "drop": 0.1}}}


def model(word: str) -> Any:
    def answers(texts: list[str]) -> list[list[float]]:
        return [[0.1, 0.9] if word in text else [0.9, 0.1] for text in texts]

    return answers


def test_a_model_in_memory_against_another(tmp_path: Path) -> None:
    data = (TEXTS, [LABELS[at % 2 == 0] for at in range(60)])
    how: Any = {"labels": LABELS, "progress": False, "resamples": 50}
    found = harness.evaluate(model("film"), data, [TASK], against=model("good"), out=tmp_path / "r", **how)
    assert isinstance(found, Variants)
    assert list(found.variants) == ["old", "new"]
    assert [found[f"{name}:classification"].accuracy.value for name in ("old", "new")] == [1.0, 0.5]
    assert [(gate.address, gate.kind, gate.verdict) for gate in found.gates] == [
        ("old:classification/accuracy", "min", "pass"),
        ("new:classification/accuracy", "min", "undecided"),
        ("new:classification/accuracy", "drop", "fail"),
    ]
    assert found.verdict == "fail"
    alone = harness.evaluate(model("good"), data, ["classification"], out=tmp_path / "a", **how)
    assert alone.scores == found.variants["old"].scores


def test_a_suite_with_variants_is_a_run_of_variants(project: Project) -> None:
    with_variants(project)
    with pytest.warns(UserWarning, match="the variants 'lax' and 'same' are the same model"):
        found = harness.run("both.yaml", variants={"lax": {}, "same": {}}, out="r", progress=False)
    assert isinstance(found, Variants)
    assert found.variants["lax"].scores == found.variants["same"].scores
    change = next(gate for gate in found.gates if gate.kind == "drop")
    assert change.value == 0


def test_a_suite_against_a_model(project: Project) -> None:
    with_variants(project, SUITE.replace('variants:\n  lax: {}\n  strict: {object: "other:strict"}\n', ""))
    found = harness.run("both.yaml", against="python:other:strict", out="r", progress=False)
    assert isinstance(found, Variants)
    assert found["old:classification"].accuracy < found["new:classification"].accuracy
    ours = project.harness("run", "both.yaml", "--against", "python:other:strict", "--out", "c", "--quiet", "--json")
    assert ours.json["scores"].keys() == found.scores.keys()
    assert (ours.json["verdict"], ours.code) == (found.verdict, int(found.verdict != "pass"))
    other = model("good")
    other.labels = ["negative", "positive"]
    memory = harness.run("both.yaml", against=other, out="m", progress=False)
    assert isinstance(memory, Variants)
    assert memory["old:classification"].accuracy < 1


def test_what_makes_no_sense_is_refused(project: Project) -> None:
    with_variants(project)
    with pytest.raises(UserError, match="leave --against away"):
        harness.run("both.yaml", against="python:toy:predict")
    with pytest.raises(UserError, match="a model in memory has no keys that a variant could replace"):
        harness.run("both.yaml", model=model("good"))
    with pytest.raises(UserError, match="no model is called 'nowhere'"):
        harness.run("both.yaml", variants=None, against="nowhere")
    with pytest.raises(UserError, match="expected a callable"):
        harness.run("both.yaml", variants=None, against=3)
