"""`harness compare`: what it prints, its JSON, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

SUITE = """\
model: {use: python, object: "toy:predict"}
data: {use: files, path: dev.jsonl}
resamples: 20
tasks: [{use: classification, metrics: [log_loss]}]
"""
WORSE = """
import toy

def predict(texts):
    return [[0.6, 0.4] if "fine" in text or "great" in text else row for text, row in zip(texts, toy.predict(texts))]

predict.labels = toy.predict.labels
"""
KEYS = ["old", "new", "difference", "low", "high", "n", "only_old", "only_new", "p", "paired", "note"]


def run(project: Any, out: str, *options: str) -> None:
    assert project.harness("run", "suite.yaml", "--out", out, "--quiet", *options).code == 0


@pytest.fixture
def two(project: Any) -> Any:
    project.write("suite.yaml", SUITE)
    project.write("worse.py", WORSE)
    run(project, "old")
    run(project, "new", "--set", "model.object=worse:predict")
    return project


def test_the_first_lines_are_the_answer(two: Any) -> None:
    called = two.harness("compare", "old", "new")
    lines = called.out.splitlines()
    assert called.code == 0
    assert lines[0].startswith("new against old: ")
    assert lines[1].startswith("  worse: ")
    assert any(line.startswith("classification/accuracy   ") and line.rstrip().endswith("worse") for line in lines)
    assert "classification/accuracy: 5 newly wrong, 0 newly right" in lines
    assert any(line.startswith("  newly wrong: ") and "film, number" in line for line in lines)
    assert "one-sided bound at 95%" in lines[-1]


def test_as_json_each_score_has_its_numbers(two: Any) -> None:
    found = two.harness("compare", "old", "new", "--json").json
    [pair] = found["pairs"]
    accuracy = pair["scores"]["classification/accuracy"]
    assert list(accuracy) == [*KEYS, "p_holm", "outcome"]
    assert accuracy["difference"] == pytest.approx(accuracy["new"] - accuracy["old"])
    assert accuracy["p"] == pytest.approx(2 * 0.5**5)
    assert len(pair["newly_wrong"]["classification/accuracy"]) == 5
    assert pair["newly_right"] == pair["not_compared"] == {}
    assert accuracy["n"] == 20


def test_rows_of_only_one_side_are_counted(two: Any) -> None:
    rows = (two.folder / "dev.jsonl").read_text(encoding="utf-8").splitlines()
    two.write("dev.jsonl", "\n".join(rows[3:]))
    run(two, "fewer")
    assert (
        "classification: 3 samples only in old, 0 only in fewer: they are not compared"
        in two.harness("compare", "old", "fewer").out
    )


def test_of_many_pairs_there_is_a_line_each(two: Any) -> None:
    for name in ("a", "b"):
        shutil.copytree(two.folder / "new", two.folder / name)
    called = two.harness("compare", "old", "new", "a", "b", "--every-pair", "--score", "accuracy")
    lines = called.out.splitlines()
    assert called.code == 0
    assert len([line for line in lines if " classification/accuracy -0.250 [" in line]) == 3
    assert len(lines) == 1 + 6 + 1


def test_a_foreign_word_writes_on_no_other_line(two: Any) -> None:
    two.write(
        "dev.jsonl",
        json.dumps({"text": "a fine film\n::error::\x1b[31m", "label": "positive"})
        + "\n"
        + json.dumps({"text": "bad", "label": "negative"}),
    )
    run(two, "one")
    run(two, "other", "--set", "model.object=worse:predict")
    out = two.harness("compare", "one", "other").out
    assert "a fine film\\n::error" in out
    assert "\x1b" not in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["old"], "expected two or more runs or baseline files"),
        (["old", "nowhere"], "nowhere: cannot be read"),
        (["old", "dev.jsonl"], "expected a baseline, which begins with"),
        (["old", "elsewhere"], "none of its 20 samples is here: it is of other data"),
        (["old", "renamed"], "its labels are negative, positive, here bad, good"),
        (["old", "open"], "expected a finished run"),
        (["old", "edited"], "the run's files were changed"),
    ],
)
def test_bad_input_is_a_sentence_and_2(two: Any, arguments: list[str], message: str) -> None:
    made = {"elsewhere": _elsewhere, "renamed": _renamed, "open": _open, "edited": _edited}
    for name in arguments:
        if name in made:
            made[name](two)
    called = two.harness("compare", *arguments)
    assert (called.code, called.out) == (2, "")
    assert message in called.err
    assert len(called.err.splitlines()) == 1


def _elsewhere(project: Any) -> None:
    project.write("dev.jsonl", '{"text": "a new one", "label": "positive"}')
    run(project, "elsewhere")


def _renamed(project: Any) -> None:
    rows = (project.folder / "dev.jsonl").read_text(encoding="utf-8")
    project.write("dev.jsonl", rows.replace('"positive"', '"good"').replace('"negative"', '"bad"'))
    run(project, "renamed", "--set", "model.labels=[bad, good]")


def _open(project: Any) -> None:
    shutil.copytree(project.folder / "new", project.folder / "open")
    project.write("open/run.json", json.dumps({**project.read("open/run.json"), "state": "running", "verdict": None}))


def _edited(project: Any) -> None:
    shutil.copytree(project.folder / "new", project.folder / "edited")
    path: Path = project.folder / "edited" / "records" / "classification.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
