"""From a suite to its verdict, for each output and for text pairs."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest


def test_an_output_of_the_suite_reaches_the_whole_run(project: Any) -> None:
    project.write("toy.py", "def length(texts):\n    return [len(text) / 10 for text in texts]\n")
    project.write("dev.jsonl", "".join(f'{{"text": "{"x" * at}", "y": {at / 10 + at / 5000}}}\n' for at in range(1, 9)))
    project.write(
        "reg.yaml",
        'model: {use: python, object: "toy:length", output: value}\n'
        "data: {use: files, path: dev.jsonl, columns: {label: y}}\n"
        "resamples: 20\ntasks:\n  - {use: regression, gates: {mae: {max: 0.01}}}\n"
        "  - {use: stress, perturbations: [{use: whitespace, severity: 5}], min_changed: 1,\n"
        "     gates: {worst_mae: {max: 1}}}\n"
        "  - {use: explain, explainers: [leave_one_out]}\n",
    )
    called = project.harness("run", "reg.yaml", "--out", "out", "--json")
    assert (called.code, called.json["verdict"]) == (0, "pass")
    assert called.json["scores"]["regression/mae"]["value"] == pytest.approx(0.0009)
    assert project.read("out/run.json")["output"] == "value"


def test_the_resamples_of_the_suite_are_those_of_every_bootstrap(project: Any) -> None:
    few = project.harness("run", "quick.yaml", "--out", "few", "--json").json["scores"]
    many = project.harness("run", "quick.yaml", "--out", "many", "--json", "--set", "resamples=400").json["scores"]
    changed = {name for name in few if few[name] != many[name]}
    assert {"classification/ece", "attack/queries[part=deepwordbug]"} <= changed
    assert "classification/accuracy" not in changed  # the interval of a share is exact
    assert {few[name]["value"] for name in changed} == {many[name]["value"] for name in changed}


CLASSES = """\
model: {use: python, object: "deciding:predict", output: classes, labels: [negative, positive]}
data: {use: files, path: dev.jsonl}
resamples: 20
tasks:
  - {use: classification, metrics: [f1, ece, log_loss], gates: {accuracy: {min: 0.5}}}
  - {use: stress, perturbations: [{use: delete_letters, severity: 5}]}
  - {use: explain, explainers: [leave_one_out]}
"""


def test_a_model_that_only_decides_has_no_scores_of_probabilities_and_that_is_said_once(project: Any) -> None:
    project.write(
        "deciding.py", 'def predict(texts): return [int("good" in text or "great" in text) for text in texts]\n'
    )
    project.write("classes.yaml", CLASSES)
    called = project.harness("run", "classes.yaml", "--out", "out")
    assert called.code == 0, called.err
    scores = project.read("out/scores.json")
    assert scores["classification/accuracy"]["value"] > 0.5
    assert scores["classification/ece"]["value"] is None
    assert called.out.count("it needs probabilities, and this model answers classes") == 1
    assert "classification/ece, classification/log_loss: it needs probabilities" in called.out


def test_probabilities_that_are_all_zero_or_one_are_noticed(project: Any) -> None:
    project.write(
        "hard.py", 'GOOD = {"good", "great"}\n'
        'def predict(texts): return [[0, 1] if GOOD & set(text.split()) else [1, 0] for text in texts]\n'
        'predict.labels = ["negative", "positive"]\n'
    )  # fmt: skip
    called = project.harness("run", "quick.yaml", "--model", "python:hard:predict")
    assert called.code == 0, called.err
    assert "classification/ece: every answer is 0 or 1: a model that only decides has `output: classes`" in called.out


SUITE = """\
model: {use: python, object: "nli:entails", labels: [no, yes]}
data: {use: files, path: nli.jsonl, columns: {input: [premise, hypothesis]}}
resamples: 20
tasks:
  - use: classification
  - {use: stress, perturbations: [{use: delete_letters, severity: 5}]}
  - {use: attack, attacks: [deepwordbug]}
  - {use: explain, explainers: [leave_one_out]}
"""


NLI = """
def entails(pairs):
    words = [[set(text.split()) for text in pair.values()] for pair in pairs]
    return [[0.1, 0.9] if premise & hypothesis else [0.8, 0.2] for premise, hypothesis in words]
"""


def test_a_suite_runs_pairs_through_every_task(project: Any) -> None:
    rows = [{"premise": f"a cat sits {at}", "hypothesis": "cat", "label": "yes"} for at in range(4)]
    project.write("nli.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("nli.py", NLI)
    project.write("nli.yaml", SUITE)
    called = project.harness("run", "nli.yaml", "--out", "out", "--json")
    assert (called.code, called.json["scores"]["classification/accuracy"]["value"]) == (0, 1.0)
    assert called.json["scores"]["attack/robust_accuracy"]["value"] < 1
    assert called.json["scores"]["explain/comprehensiveness"]["n"] == 4
    assert "cat" in (project.folder / "out/report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("[premise, hypotesis]", "no column 'hypotesis' for the input: .*; did you mean 'hypothesis'"),
        ("[]", "data.columns.input"),
        ("[premise, 3]", "data.columns.input"),
    ],
)
def test_a_mistake_in_the_columns_of_a_pair_is_named(project: Any, columns: str, message: str) -> None:
    project.write("nli.jsonl", '{"premise": "a", "hypothesis": "b", "label": "yes"}\n')
    project.write("nli.py", NLI)
    project.write("nli.yaml", SUITE.replace("[premise, hypothesis]", columns))
    called = project.harness("run", "nli.yaml", "--out", "out")
    assert called.code == 2

    assert re.search(message, called.err)
