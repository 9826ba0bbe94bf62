"""A run directory of one task whose records are a text each, written by hand."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from harness import Record
from harness.records.reading import FORMAT

INFO: dict[str, Any] = {
    "name": "quick",
    "state": "finished",
    "suite": {"max_errors": 0},
    "fingerprints": {"suite": "a", "model": "b", "data": "c"},
    "labels": ["negative", "positive"],
    "tasks": {"task": {"use": "attack", "parts": [""], "cases": 2}},
}


EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Small:
    """A payload of one text."""

    text: str


def record(sample: str, text: str = "fine", part: str = "") -> Record[Small]:
    return Record("task", part, sample, "ok", None, 1, Small(text))


def made(folder: Path, files: Mapping[str, Any] = EMPTY, info: Mapping[str, Any] = EMPTY) -> Path:
    """A run directory with some of its files, or some keys of `run.json`, changed."""
    folder.mkdir(parents=True)
    score = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9}
    gate = {"address": "task/accuracy", "kind": "min", "bound": 0.4, **score, "verdict": "pass"}
    content: dict[str, Any] = {"run.json": {"format": FORMAT, **INFO, **info}}
    content |= {"scores.json": {"task/accuracy": score}, "gates.json": [gate], **files}
    for name, each in content.items():
        (folder / name).write_text(each if isinstance(each, str) else json.dumps(each), encoding="utf-8")
    return folder
