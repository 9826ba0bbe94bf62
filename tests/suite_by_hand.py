"""A suite file with every key, written and loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness import UserError
from harness.suite.file import SuiteFile, load_suite

FULL = """\
model: python:toy:predict
models:
  encoder: {use: transformers, path: ./encoder}
data: {use: files, path: dev.jsonl, columns: {input: text, id: key}, labels: {0: no, 1: yes}, limit: 50}
seed: 7
confidence: 0.9
max_errors: 2
tasks:
  - classification
  - use: attack
    name: letters
    attacks:
      - deepwordbug
      - {use: textattack, recipe: pwws, name: words}
    limit: 10
    gates:
      "recall[class=a.b,part=x]": {min: 0.5, max: 1}
"""


def loaded(folder: Path, text: str = FULL, overrides: Mapping[str, Any] | None = None) -> SuiteFile:
    path = folder / "quick.harness.yaml"
    path.write_text(text, encoding="utf-8")
    return load_suite(path, overrides)


def refusal(folder: Path, text: str = FULL, overrides: Mapping[str, Any] | None = None) -> str:
    with pytest.raises(UserError) as refused:
        loaded(folder, text, overrides)
    return str(refused.value).replace(f"{folder}/", "")
