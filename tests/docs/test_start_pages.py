"""The pages one begins with: their files are written, their programs and commands run, from top to bottom."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.runs.load import check
from harness.suite.file import load_suite

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "start").glob("*.md"))
SHIPPED = ROOT / "suites" / "harness_suites" / "quickstart"
NEEDS = {
    "sklearn": ["sklearn", "skops"],
    "transformers": ["transformers"],
    "function": ["torch"],
    "files": ["lightgbm"],
    "several": ["transformers", "skops", "symspellpy"],
    "ci": ["transformers"],
}
VALID_WITH = {
    "graph.harness.yaml": "onnxruntime",
    "recurrent.harness.yaml": "keras",
    "boosted.harness.yaml": "xgboost",
    "few.harness.yaml": "sentence_transformers",
    "program.harness.yaml": "torch",
    "script.harness.yaml": "torch",
    "credit.harness.yaml": "sklearn",
}
"""Suites of a page whose reader has no such model, and the library it needs: they are only checked."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the reader of a page has: a checkpoint, texts with labels, probabilities that somebody saved."""
    shutil.copytree(SHIPPED / "model", tmp_path / "my-checkpoint")
    rows = {name: (SHIPPED / "data" / f"{name}.jsonl").read_text("utf-8").splitlines() for name in ("train", "test")}
    (tmp_path / "train.jsonl").write_text("\n".join(rows["train"][:800]) + "\n", encoding="utf-8")
    (tmp_path / "dev.jsonl").write_text("\n".join(rows["test"][:120]) + "\n", encoding="utf-8")
    for name, wrong in (("predictions", 7), ("candidate", 6)):
        _save(tmp_path / f"{name}.csv", rows["test"][:120], wrong)
    applications = "age,job,default\n" + "".join(f"{20 + at},job {at % 3},{at % 2}\n" for at in range(40))
    (tmp_path / "applications.csv").write_text(applications, encoding="utf-8")
    return tmp_path


def _save(path: Path, rows: Sequence[str], wrong: int) -> None:
    """Probabilities of a model that takes every so manieth positive row for negative."""
    with path.open("w", encoding="utf-8", newline="") as file:
        saved = csv.DictWriter(file, ["id", "label", "negative", "positive"])
        saved.writeheader()
        for at, row in enumerate(map(json.loads, rows)):
            sure = 0.9 if row["label"] == "positive" and at % wrong else 0.1
            saved.writerow({"id": row["id"], "label": row["label"], "negative": round(1 - sure, 3), "positive": sure})


def _ended(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _run(folder: Path, line: str) -> None:
    """A command of a page; a gate may fail, nothing else may."""
    program, *words = shlex.split(line)
    if program == "pip":
        return
    if program == "pytest":
        words = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", *words]
    ended = _ended(folder, *words) if program == "python" else _ended(folder, "-m", program, *words)
    assert ended.returncode in ((0, 1, 5) if program == "pytest" else (0, 1)), (line, ended.stdout, ended.stderr)
    assert "Traceback" not in ended.stderr, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_to_begin_with_works_from_top_to_bottom(page: Path, folder: Path) -> None:
    for library in NEEDS.get(page.stem, []):
        pytest.importorskip(library)
    blocks = re.findall(r"```(\w+)(?: file=(\S+))?\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    for language, name, content in blocks:
        if name:
            (folder / name).write_text(content, encoding="utf-8")
        if name in VALID_WITH:
            assert find_spec(VALID_WITH[name]) is None or check(load_suite(folder / name)).tasks
        elif language == "python" and not name:
            ended = _ended(folder, "-c", content)
            assert ended.returncode == 0, ended.stderr
        elif language == "console":
            for line in content.replace("\\\n", " ").splitlines():
                _run(folder, line)


def test_there_is_a_page_for_each_who_begins() -> None:
    assert {page.stem for page in PAGES} == {
        "transformers",
        "sklearn",
        "function",
        "predictions",
        "ci",
        "files",
        "several",
    }
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [page.stem for page in PAGES if f"docs/start/{page.name}" not in readme] == []
