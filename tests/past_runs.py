"""Folders of runs as a history reads them: only the files that it looks at, written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from small_run import made


def past(
    folder: Path,
    name: str,
    *,
    accuracy: float | None = 0.5,
    verdict: str | None = "pass",
    bound: float = 0.4,
    when: str = "2026-01-01T00:00:00+00:00",
    suite: str = "quick",
    files: Mapping[str, Any] | None = None,
    **info: Any,
) -> Path:
    """A finished run of one task `task` with a score and a gate, in a folder of runs."""
    score = {"value": accuracy, "low": 0.4, "high": 0.6, "n": 9}
    gate = {"address": "task/accuracy", "kind": "min", "bound": bound, **score, "verdict": verdict}
    content = {"scores.json": {"task/accuracy": score, "task/other": score}, "gates.json": [gate], **(files or {})}
    model = {"use": "python", "object": "toy:predict"}
    known = {"suite": {"model": model, "max_errors": 0, "tasks": [{"use": "attack", "name": "task"}]}}
    return made(folder / name, content, {**known, "name": suite, "verdict": verdict, "finished": when, **info})
