"""A suite with a reference: its labels are those that the suite gives it, and its errors are the measure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import harness

MODELS = """
def new(texts):
    return [[0.1, 0.9] if "good" in text else [0.8, 0.2] for text in texts]

def old(texts):
    return [[0.1, 0.9] if text.startswith("good") else [0.8, 0.2] for text in texts]
"""
SUITE = """
model: {use: python, object: "of_reference:new", labels: [no, yes]}
models:
  released: {use: python, object: "of_reference:old", labels: LABELS}
data: {use: files, path: dev.jsonl, labels: {0: no, 1: yes}}
tasks:
  - {use: stress, perturbations: [delete_letters], severities: [5], reference: released}
"""


def project(folder: Path, labels: str) -> Path:
    (folder / "of_reference.py").write_text(MODELS, encoding="utf-8")
    rows = [{"text": f"{'good' if at % 2 else 'that'} films and {'good' if at % 4 == 2 else 'other'} stories {at}"}
            for at in range(80)]  # fmt: skip
    lines = [json.dumps({**row, "label": int("good" in row["text"])}) + "\n" for row in rows]
    (folder / "dev.jsonl").write_text("".join(lines), encoding="utf-8")
    path = folder / "s.harness.yaml"
    path.write_text(SUITE.replace("LABELS", labels), encoding="utf-8")
    return path


def test_the_errors_are_those_of_the_model_over_those_of_the_reference(tmp_path: Path) -> None:
    run = harness.run(project(tmp_path, "[no, yes]"), out=tmp_path / "run", progress=False)
    own, others = [], []
    labels = {each["id"]: each["label"] for each in run.samples}
    for record in run.records("stress"):
        assert record.payload is not None
        text, truth = record.payload["perturbed"][0], labels[record.sample]
        own.append((truth == "yes") != ("good" in text))
        others.append((truth == "yes") != text.startswith("good"))
    found = run["stress"]["relative_error[part=delete_letters]"]
    assert 0 < sum(own) < sum(others)
    assert float(found) == pytest.approx(sum(own) / sum(others))
    assert found.n == 80


def test_a_reference_with_other_labels_is_said(tmp_path: Path) -> None:
    with pytest.raises(harness.HarnessError, match="'released' has the labels yes, no: expected those of the model"):
        harness.run(project(tmp_path, "[yes, no]"), out=tmp_path / "run", progress=False)
