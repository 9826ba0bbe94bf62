"""The page of all adapters names each and its suites are valid; the page that makes one works from an empty folder."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from harness.runs.load import check
from harness.suite import components
from harness.suite.file import load_suite

ROOT = Path(__file__).parents[2]
ADAPTERS = (ROOT / "docs" / "bring_your_model.md").read_text("utf-8")
PAGE = (ROOT / "docs" / "write_an_adapter.md").read_text("utf-8")
SUITES = {re.search(r"use: (\w+)", code)[1]: code for code in re.findall(r"```yaml\n(.*?)```", ADAPTERS, re.DOTALL)}  # type: ignore[index]


def _shipped() -> set[str]:
    return {name for name, at in components.find("models").items() if at.dist and at.dist.name == "model-harness"}


def test_every_adapter_has_a_row_and_lines_to_copy() -> None:
    rows = [line for line in ADAPTERS.splitlines() if line.startswith("| ")]
    assert _shipped() == SUITES.keys()
    assert [name for name in sorted(_shipped()) if not any(f"`{name}`" in row for row in rows)] == []


@pytest.mark.parametrize("name", SUITES)
def test_the_lines_to_copy_are_a_valid_suite(name: str, tmp_path: Path) -> None:
    if needed := components.missing(components.find("models")[name]):
        pytest.skip(f"the model {name!r} needs {', '.join(needed)}")
    (tmp_path / "mine.harness.yaml").write_text(SUITES[name], encoding="utf-8")
    (tmp_path / "dev.jsonl").write_text('{"text": "fine", "label": 1}\n', encoding="utf-8")
    assert check(load_suite(tmp_path / "mine.harness.yaml")).tasks


def test_links_of_both_pages_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)", ADAPTERS + PAGE):
        assert (ROOT / "docs" / link).exists(), link


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in re.findall(r"```\w+ file=(\S+)\n(.*?)```", PAGE, re.DOTALL):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    rows = "".join(
        f'{{"text": "a {word} film {at}", "label": "{label}"}}\n'
        for at in range(20)
        for word, label in (("good", "positive"), ("bad", "negative"))
    )
    (tmp_path / "dev.jsonl").write_text(rows, encoding="utf-8")
    return tmp_path


def _ended(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder / "site")}
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def _commands(page: str) -> list[str]:
    return [line for code in re.findall(r"```console\n(.*?)```", page, re.DOTALL) for line in code.splitlines()]


def test_the_commands_of_the_page_of_all_adapters_run(folder: Path) -> None:
    (folder / "mine.harness.yaml").write_text(SUITES["python"], encoding="utf-8")
    (folder / "reader.py").write_text(
        "def predict(texts):\n    return [[0.1, 0.9] if 'good' in text else [0.9, 0.1] for text in texts]\n"
    )
    commands = _commands(ADAPTERS)
    assert [line.split()[:2] for line in commands] == [["harness", each] for each in ("doctor", "check", "run")]
    for line in commands:
        ended = _ended(folder, *shlex.split(line))
        assert ended.returncode == 0, (line, ended.stdout, ended.stderr)


def test_an_adapter_is_made_from_an_empty_folder(folder: Path) -> None:
    """Its package is built and installed by pip, in a folder of the test in place of the environment."""
    if find_spec("hatchling") is None:
        pytest.skip("needs hatchling, to build the package of the page")
    ended: dict[str, subprocess.CompletedProcess[str]] = {}
    for line in _commands(PAGE):
        program, *words = shlex.split(line)
        if program == "pip":
            words += ["-q", "--no-deps", "--no-index", "--no-build-isolation", "--target", "site"]
        if program == "pytest":
            words = ["-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *words]
        ended[line] = _ended(folder, program, *words)
        assert ended[line].returncode == 0, (line, ended[line].stdout, ended[line].stderr)
    assert "weighted" in ended["harness list models"].stdout
    assert "scale" in ended["harness show weighted"].stdout


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("path: none.json, labels: [a, b]", "cannot be read"),
        ("path: words.json, labels: [a, b], scale: 0", "scale"),
    ],
)
def test_a_mistake_in_a_field_is_answered_by_a_sentence(folder: Path, given: str, word: str) -> None:
    points = folder / "weighted-1.0.dist-info"
    points.mkdir()
    (points / "METADATA").write_text("Metadata-Version: 2.1\nName: weighted\nVersion: 1.0\n")
    (points / "entry_points.txt").write_text("[harness.models]\nweighted = weighted:weighted\n")
    (folder / "site").symlink_to(folder)
    ended = _ended(folder, "harness", "doctor", "--model", f"{{use: weighted, {given}}}")
    assert ended.returncode == 2
    assert word in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
