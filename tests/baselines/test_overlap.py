"""What is no baseline of a suite, tried as a user meets it: a sentence and exit code 2, never a pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

FIRST = """\
model: {use: python, object: "days:predict"}
data: {use: files, path: days.jsonl}
resamples: 20
tasks:
  - {use: classification, metrics: []}
  - {use: stress, perturbations: [keyboard_typos], severities: [2], limit: 5}
"""
SUITE = FIRST.replace("metrics: []", "metrics: [], gates: {accuracy: {drop: 0.5}}").replace(
    "limit: 5", "limit: 5, gates: {clean_accuracy: {drop: 0.9}}"
)
MODEL = """
def predict(texts):
    return [[0.2, 0.8] if "good" in text else [0.8, 0.2] for text in texts]

def renamed(texts):
    return predict(texts)

def third(texts):
    return [[*row, 0.0] for row in predict(texts)]

predict.labels, renamed.labels = ["negative", "positive"], ["neg", "pos"]
third.labels = ["negative", "positive", "neutral"]
"""
Rows = list[dict[str, str]]
ROWS: Rows = [
    {"text": f"a {word} day number {at}", "label": label}
    for at in range(20)
    for word, label in (("good", "positive"), ("bad", "negative"))
]
AGAIN: Rows = [{**row, "text": row["text"] + " again"} for row in ROWS]
TURNED: Rows = [{**row, "label": other["label"]} for row, other in zip(ROWS, ROWS[1:] + ROWS[:1], strict=True)]


def as_jsonl(rows: Rows) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def released(project: Any) -> Any:
    """A project with an accepted run, and the suite that is compared with it."""
    for name, content in {"days.jsonl": as_jsonl(ROWS), "days.py": MODEL, "first.yaml": FIRST, "s.yaml": SUITE}.items():
        project.write(name, content)
    assert project.harness("run", "first.yaml", "--out", "old", "--quiet").code == 0
    assert project.harness("accept", "old", "--to", "days.baseline").code == 0
    return project


def run(project: Any, *options: str, baseline: str = "days.baseline") -> Any:
    return project.harness("run", "s.yaml", "--out", "new", "--json", "--baseline", baseline, *options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--set", "model.object=days:third"), "its labels are negative, positive, here negative, positive, neutral"),
        (
            ("--set", "model.object=days:renamed", "--set", "data.labels={negative: neg, positive: pos}"),
            "its labels are negative, positive, here neg, pos: they do not compare",
        ),
        (("--set", "tasks.stress.severities=[3]"), "its severities are [2] in"),
        (
            ("--set", "tasks.stress.severities=[3]", "--set", "tasks.stress.perturbations=[ocr]"),
            "its perturbations are ['keyboard_typos'] in",
        ),
        (("--set", "tasks.classification.name=mine"), "days.baseline has no task 'mine'"),
        (
            ("--sample-seed", "3", "--set", "tasks.stress.limit=1"),
            "none of the 5 samples of its task 'stress' is among those of this run: give both the same `sample_seed`",
        ),
    ],
)
def test_another_suite_is_no_baseline(released: Any, options: tuple[str, ...], message: str) -> None:
    called = run(released, *options)
    assert (called.code, message in called.err) == (2, True), called.err


def test_every_parameter_that_differs_is_named(released: Any) -> None:
    called = run(released, "--set", "tasks.stress.severities=[3]", "--set", "tasks.stress.perturbations=[ocr]")
    assert "its perturbations are" in called.err
    assert "; its severities are [2] in" in called.err
    assert "[3] in this suite" in called.err


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (AGAIN, "none of its 40 samples is here: it is of other data"),
        (TURNED, "every sample that is here too (40) has another label in it"),
    ],
)
def test_other_samples_or_labels_are_no_baseline(released: Any, rows: Rows, message: str) -> None:
    released.write("days.jsonl", as_jsonl(rows))
    called = run(released)
    assert (called.code, message in called.err) == (2, True), called.err


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--set", "tasks.classification.gates={accuracy: {drop: 0.6}}"),
        ("--set", "tasks.stress.limit=9", "--set", "data.limit=30"),
        ("--set", "confidence=0.9", "--set", "resamples=30"),
        ("--set", "timeout.batch=50"),
    ],
)
def test_other_gates_limits_and_time_limits_are_the_same_suite(released: Any, options: tuple[str, ...]) -> None:
    called = run(released, *options)
    assert called.code == 0, called.err
    assert [each["value"] for each in called.json["gates"]] == [0.0, 0.0]


def test_another_file_with_some_of_the_samples_is_no_other_baseline(released: Any) -> None:
    released.write("other.jsonl", as_jsonl([*reversed(ROWS[10:]), *AGAIN[:4]]))
    called = run(released, "--set", "data.path=other.jsonl")
    assert called.code == 0, called.err
    accuracy = called.json["gates"][0]
    assert accuracy["n"] == 30
    assert "10 samples of the baseline are not compared; 4 samples that it has not are not compared" in accuracy["note"]


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda text: text[: len(text) // 2], "its checksum does not fit: it was cut or edited"),
        (lambda text: text.replace('"seed": 0', '"seed": 1'), "its checksum does not fit: it was cut or edited"),
        (lambda text: text.replace("baseline 1", "baseline 9", 1), "it is of another version of model-harness"),
        (lambda _: "", "expected a baseline, which begins with"),
        (lambda _: SUITE, "expected a baseline, which begins with"),
    ],
)
def test_a_file_that_is_no_whole_baseline_is_refused(released: Any, broken: Callable[[str], str], message: str) -> None:
    text = (released.folder / "days.baseline").read_text(encoding="utf-8")
    released.write("broken.baseline", broken(text))
    called = run(released, baseline="broken.baseline")
    assert (called.code, message in called.err) == (2, True), called.err
    assert not (released.folder / "new").exists()


def test_a_gate_that_its_doubt_leaves_open_asks_for_no_samples(released: Any) -> None:
    called = run(released, "--undecided", "warn", "--set", "tasks.stress.gates={worst_accuracy: {drop: 0.9}}")
    note = called.json["gates"][1]["note"]
    assert "a gate needs 30" in note
    assert "would decide" not in note
