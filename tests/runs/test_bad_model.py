"""A bad model is refused, or its answers are; the cases that are right stay."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from refusals import refused

if TYPE_CHECKING:
    from conftest import Project

MODELS = {
    "no colon": ("toy", "", "object: expected module:object, like my_model:predict, but got 'toy'"),
    "no object": ("toy:", "", "object: expected module:object, like my_model:predict, but got 'toy:'"),
    "not importable": ("nowhere:predict", "", "cannot import 'nowhere': No module named 'nowhere'; searched "),
    "import missing": ("broken:predict", "import nowhere\n", "No module named 'nowhere' ("),
    "syntax error": ("broken:predict", "def (:\n", "cannot import 'broken': SyntaxError: invalid syntax (broken.py, l"),
    "raises": ("broken:predict", "\n1 / 0\n", "broken.py:2)"),
    "exits": ("broken:predict", "raise SystemExit(0)\n", "cannot import 'broken': SystemExit: 0"),
    "unknown attribute": ("toy:predct", "", "toy has no 'predct'; did you mean 'predict'?"),
    "not callable": ("broken:it", "it = 3\n", "expected a callable (inputs) -> probabilities, but got 3"),
    "a class": ("broken:It", "class It:\n    labels = ['a', 'b']\n", "broken:It is a class: expected a callable"),
    "no labels": ("broken:it", "def it(texts): ...\n", "has no labels: add `labels: [..]`"),
    "labels twice": ("broken:it", "def it(texts): ...\nit.labels = ['a', ' A']\n", "labels of a model must differ, by"),
    "labels as a word": ('toy:predict", labels: "abc', "", "model.labels: expected labels, or a file of them, but"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["no colon", "no object"])
def test_check_sees_what_can_be_no_object(project: Project, name: str) -> None:
    project.edit("quick.yaml", "toy:predict", MODELS[name][0])
    refused(project.harness("check", "quick.yaml"), "harness: quick.yaml:1: ", MODELS[name][2])


@pytest.mark.parametrize("name", MODELS)
def test_a_bad_model_is_refused_before_anything_is_written(
    project: Project, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    what, source, message = MODELS[name]
    project.write("broken.py", source)
    project.edit("quick.yaml", "toy:predict", what)
    refused(project.harness("run", "quick.yaml"), "harness: quick.yaml:1: ", message)
    assert not Path("runs").exists()


def test_labels_of_the_suite_have_to_be_as_many_as_the_models(project: Project) -> None:
    project.edit("quick.yaml", '"toy:predict"', '"toy:predict", labels: [a, b, c]')
    message = "quick.yaml:1: the suite names 3 labels (a, b, c), but the model has 2 (negative, positive)"
    refused(project.harness("run", "quick.yaml"), message)


ANSWERS = {
    "nan": ("[[float('nan'), 1.0] for _ in texts]", "answered [nan, 1.0] for 'a ", "expected probabilities, each in 0"),
    "logits": ("[[-3.0, 5.0] for _ in texts]", "answered [-3.0, 5.0] for 'a ", "(if these are logits, give their soft"),
    "too few rows": ("[[0.5, 0.5] for _ in texts][1:]", "answers, one for each input, but got "),
    "too few classes": ("[[1.0] for _ in texts]", "answered 1 probabilities", "expected 2, one for each label (negati"),
    "too many classes": ("[[0.2, 0.3, 0.5] for _ in texts]", "answered 3 probabilities", "expected 2"),
    "one number a row": ("[0.5 for _ in texts]", "expected rows of numbers, (n, classes)"),
    "words": ("[['a', 'b'] for _ in texts]", "expected rows of numbers, (n, classes)"),
    "nothing": ("None", "answers, one for each input, but got None"),
    "an error": ("1 / 0", "ZeroDivisionError: division by zero"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_a_model_that_never_answers_stops_the_run(project: Project, name: str) -> None:
    answer, *fragments = ANSWERS[name]
    project.write("broken.py", f"def it(texts):\n    return {answer}\n\n\nit.labels = ['negative', 'positive']\n")
    called = project.harness("run", "quick.yaml", "--model", "python:broken:it", "--out", "out", "--quiet")
    refused(called, "the run stopped: every case failed, with:\n", "model 'it' ", *fragments, code=3)
    assert "resume with the same options: harness run quick.yaml --resume --out out" in called.err
    assert project.read("out/run.json")["state"] == "stopped"


def test_a_run_that_only_fails_gives_up_early(project: Project) -> None:
    project.write("many.csv", "text,label\n" + "".join(f"film {at},positive\n" for at in range(300)))
    project.write("broken.py", "def it(texts): ...\n\n\nit.labels = ['negative', 'positive']\n")
    called = project.harness(
        "run", "quick.yaml", "--model", "python:broken:it", "--data", "files:many.csv", "--out", "o"
    )
    refused(called, "the last 100 cases all failed", code=3)
    lines = [line for path in Path("o/records").iterdir() for line in path.read_text(encoding="ascii").splitlines()]
    assert len(lines) == 100


PICKY = """
import toy


def it(texts):
    if any("number 7" in text for text in texts):
        raise RuntimeError("seven!")
    return toy.predict(texts)


it.labels = toy.predict.labels
"""


def test_a_case_that_fails_leaves_the_others(project: Project) -> None:
    project.write("picky.py", PICKY)
    called = project.harness("run", "quick.yaml", "--model", "python:picky:it", "--out", "out")
    assert called.code == 1
    assert (
        "classification: 1 of 20 cases errored; see the report\n  the first: harness.errors.AnswerError: " in called.out
    )
    assert "error  1 of 20 cases errored; max_errors is 0" in called.out
    assert project.read("out/scores.json")["classification/accuracy"]["n"] == 19
    assert project.read("out/run.json")["tasks"]["classification"]["errors"] == 1


def test_errors_that_are_allowed_leave_a_verdict(project: Project) -> None:
    project.write("picky.py", PICKY)
    called = project.harness("run", "quick.yaml", "--model", "python:picky:it", "--set", "max_errors=2", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass")


@pytest.mark.parametrize("what", ["raise ValueError('no')", "raise SystemExit(0)", "return None", "return 1 / 0"])
def test_a_procedure_that_raises_is_an_error_of_its_cases(project: Project, what: str) -> None:
    project.install("attacks", "rough", "rough:rough", f"def rough(sample: str, rng):\n    yield from ()\n    {what}\n")
    called = project.harness("run", "quick.yaml", "--set", "tasks.attack.attacks=[rough]", "--json")
    assert (called.code, called.json["verdict"]) == (1, "error")
    assert called.json["scores"]["classification/accuracy"]["n"] == 20
    assert "Traceback" not in called.err


def test_a_model_that_lowers_the_limit_of_recursion_leaves_the_verdict_to_be_shown(project: Project) -> None:
    project.edit("toy.py", "    asked.extend(texts)\n", "    sys.setrecursionlimit(90)\n    asked.extend(texts)\n")
    project.write("toy.py", "import sys\n" + (project.folder / "toy.py").read_text())
    before = sys.getrecursionlimit()
    try:
        called = project.harness("run", "quick.yaml", "--out", "out")
        assert sys.getrecursionlimit() == before
    finally:
        sys.setrecursionlimit(before)
    assert called.code in {0, 1, 3}, called.err
