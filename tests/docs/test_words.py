"""The house rule of prose, as far as a list of words can hold it: see CONTRIBUTING.md."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from harness.cli.main import app

ROOT = Path(__file__).parents[2]
AVOIDED = re.compile(r"\b(told|said|held|lacks?|lacking|comes\s+to|came\s+to|to\s+be\s+had)\b", re.IGNORECASE)
"""Hard words, with the plain ones in their place: report, show, contain, need, is missing, the result of, available."""

FOLDERS = ("harness", "plugins", "reports", "suites", "benchmarks", "examples", "docs", "tests/outside_plugin")
PROSE = {".py", ".md", ".j2", ".js", ".css", ".yaml", ".yml", ".txt", ".ipynb"}
WORD_LISTS = {ROOT / "plugins" / "harness_fairness" / "grammar.py"}
"""Files with lists of English words, which are data, beside those in folders called `lists`."""

FILES = [
    path
    for folder in FOLDERS
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in PROSE and path.parent.name != "lists" and path not in WORD_LISTS
]
FILES += [ROOT / name for name in ("README.md", "CHANGELOG.md", "BENCHMARKS.md", "action.yml", "Makefile", ".ci/run")]


def test_no_text_of_the_project_uses_a_hard_word() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{text.count(chr(10), 0, match.start()) + 1}: {match[0]}"
        for path in FILES
        for text in [path.read_text(encoding="utf-8")]
        for match in AVOIDED.finditer(text)
    }
    assert found == set()


@pytest.mark.parametrize("command", ["", *get_command(app).commands])  # type: ignore[attr-defined]
def test_no_help_uses_a_hard_word(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"])
    assert (shown.exit_code, AVOIDED.findall(shown.output)) == (0, [])
