"""A project whose suite runs two variants of the toy: the second takes `great` for a bad word, and can be broken."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyarrow import parquet

if TYPE_CHECKING:
    from conftest import Project

OTHER = """
import toy

FAILS = []


def strict(texts):
    if FAILS and any(FAILS[0] in text for text in texts):
        raise ArithmeticError("it is broken")
    return toy.predict([text.replace("great", "poor") for text in texts])


strict.labels = toy.predict.labels


def mirrored(texts):
    return [row[::-1] for row in toy.predict(texts)]


mirrored.labels = toy.predict.labels[::-1]


def broken(texts):
    raise ArithmeticError("it is broken")


broken.labels = toy.predict.labels
"""

SUITE = """\
model: {use: python, object: "toy:predict"}
variants:
  lax: {}
  strict: {object: "other:strict"}
data: {use: files, path: dev.jsonl}
seed: 7
tasks:
  - use: classification
    metrics: [ece]
    gates: {accuracy: {min: 0.5, drop: 0.2}}
  - use: stress
    perturbations: [keyboard_typos, delete_letters]
    severities: [1, 3]
  - use: attack
    attacks: [deepwordbug]
    limit: 6
    gates: {robust_accuracy: {drop: 0.9}}
  - use: explain
    explainers: [leave_one_out]
resamples: 20
"""


def with_variants(project: Project, suite: str = SUITE) -> Project:
    """The project with the suite and the two models."""
    project.write("other.py", OTHER)
    project.write("both.yaml", suite)
    return project


def results(folder: str) -> tuple[Any, Any, dict[str, list[Any]]]:
    """All that a run came to: scores, gates and every record."""
    records = {path.stem: parquet.read_table(path).to_pylist() for path in Path(folder, "records").iterdir()}
    scores, gates = (
        json.loads(Path(folder, name).read_text(encoding="utf-8")) for name in ("scores.json", "gates.json")
    )
    return scores, gates, records
