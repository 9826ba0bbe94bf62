"""The long runs of docs/reliability.md, in small: signals at random moments, and every kind of hostile case."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.hostile import kills

ROOT = Path(__file__).parents[2]
COMMAND = re.compile(r"^python (-m benchmarks\.hostile (\w+)) [0-9]+", re.MULTILINE)
COMMANDS = {what: start for start, what in COMMAND.findall((ROOT / "docs" / "reliability.md").read_text("utf-8"))}


def test_the_page_names_both() -> None:
    assert set(COMMANDS) == {"kills", "cases"}


@pytest.mark.skipif(sys.platform != "linux", reason="it forks a process that imported everything")
@pytest.mark.parametrize(
    ("what", "count", "reached"),
    [
        ("kills", 3, "3 signals"),
        ("cases", 300, "finished: "),
        pytest.param("kills", 100, "100 signals", marks=pytest.mark.slow),
        pytest.param("cases", 30_000, "finished: ", marks=pytest.mark.slow),
    ],
)
def test_nothing_fails(what: str, count: int, reached: str) -> None:
    command = [sys.executable, *COMMANDS[what].split(), str(count), "--seed", str(count)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert reached in found.stdout
    assert "failures" not in found.stdout


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [(b"{}", b"{}", []), (b"{}", b"[]", ["other bytes"]), (b"{}", None, ["missing"]), (None, b"{}", ["unexpected"])],
)
def test_files_that_differ_are_told_apart(one: bytes | None, other: bytes | None, difference: list[str]) -> None:
    assert kills._difference(one, other) == difference
