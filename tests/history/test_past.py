"""One row: the model in words, and what of a run decides that its scores may have moved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from past_runs import past

from harness.history.past import Bounded, PastRun, past_run


def row(folder: Path, **options: Any) -> PastRun:
    found = past_run(past(folder, "a", **options), "a")
    assert isinstance(found, PastRun)
    return found


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"use": "transformers", "labels": None, "device": "cpu", "path": "./ckpt"}, "transformers:./ckpt"),
        ({"use": "given"}, "given"),
        ({"use": "m", "batch": 3}, "m"),
        (None, ""),
    ],
)
def test_the_model_is_named_as_a_suite_names_it(tmp_path: Path, model: Any, words: str) -> None:
    run = past(tmp_path, "a")
    info = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**info, "suite": {"max_errors": 0, "model": model}}))
    found = past_run(run, "a")
    assert isinstance(found, PastRun)
    assert found.model == words


def test_a_row_has_scores_and_gates_as_they_were(tmp_path: Path) -> None:
    found = row(tmp_path, accuracy=0.5, verdict="undecided", bound=0.45)
    assert found.scores["task/accuracy"] == (0.5, 0.4, 0.6, 9)
    assert found.gates_on("task/accuracy") == [Bounded("task/accuracy", "min", 0.45, "undecided")]
    assert found.gates_on("task/other") == []


def test_a_gate_says_what_it_demands_with_its_tier() -> None:
    assert Bounded("task/accuracy", "min", 0.45, "pass").demand == "≥ 0.45"
    assert Bounded("task/accuracy", "drop", 0.01, "fail", "advisory").demand == "drop ≤ 0.01 (advisory)"
