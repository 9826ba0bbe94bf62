"""A finished run of one task, made of its files alone: what reports are tested on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness import Run
from harness.records.folder import RunFolder

SCORE = {"value": 0.5, "low": 0.1, "high": 0.7, "n": 1200}
GATE = {"address": "classification/accuracy", "kind": "min", "bound": 0.8, **SCORE}


def written(folder: Path, gates: list[dict[str, Any]], **info: Any) -> Run:
    """A run of one task from its files alone."""
    with RunFolder(folder) as run:
        run.write_info(
            {
                "name": "reviews",
                "suite": {"model": {"use": "python", "object": "m:f"}, "data": {"use": "files"}, "max_errors": 0},
                "fingerprints": {},
                "labels": ["negative", "positive"],
                "tasks": {"classification": {"use": "classification", "parts": [""], "cases": 20}},
                "state": "finished",
                "verdict": "fail",
                **info,
            }
        )
        run.write_json("scores.json", {"classification/accuracy": SCORE, "classification/recall[class=a]": SCORE})
        run.write_json("gates.json", gates)
    return Run(folder)
