"""What is made for another kind of input is refused before anything runs, whatever form the data come in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import harness

if TYPE_CHECKING:
    from conftest import Project

ROWS = [{"age": 20 + at, "income": 100.5 * at, "city": "Rome", "label": "ab"[at % 2]} for at in range(40)]
STRESS = {"use": "stress", "perturbations": ["keyboard_typos"], "severities": [1, 3, 5]}
ATTACK = {"use": "attack", "attacks": ["deepwordbug"]}


@pytest.mark.parametrize("task", [STRESS, ATTACK], ids=["stress", "attack"])
@pytest.mark.parametrize("command", ["check", "run"])
def test_what_is_made_for_texts_is_refused_for_rows(project: Project, task: dict[str, Any], command: str) -> None:
    project.write("rows.jsonl", "".join(json.dumps(row) + "\n" for row in ROWS))
    project.write("rows.py", "def predict(rows):\n    return [[0.4, 0.6]] * len(rows)\n\npredict.labels = ['a', 'b']\n")
    model = {"use": "python", "object": "rows:predict"}
    suite = {"model": model, "data": {"use": "files", "path": "rows.jsonl"}, "tasks": [task]}
    project.write("rows.yaml", json.dumps(suite))
    called = project.harness(command, "rows.yaml")
    assert called.code == 2
    assert "takes texts; this data has rows" in called.err


def test_what_is_made_for_texts_is_refused_for_rows_in_memory() -> None:
    with pytest.raises(harness.UserError, match="takes texts; this data has rows"):
        harness.evaluate(lambda rows: [[0.4, 0.6]] * len(rows), ROWS, [STRESS], labels=["a", "b"], progress=False)
