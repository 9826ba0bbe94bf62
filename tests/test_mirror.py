"""The tests mirror the rooms: who reads `harness/<room>/<module>.py` finds its tests in `tests/<room>/`."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
FILES = sorted(TESTS.rglob("*.py"))
SHELVES = {"plugins", "suites", "reports", "docs", "hostile"}
"""Folders of tests beside the rooms."""


def _rooms() -> set[str]:
    return {path.parent.name for path in (ROOT / "harness").glob("*/__init__.py")}


def test_every_room_has_tests_and_every_folder_of_tests_is_a_room() -> None:
    assert {path.parent.name for path in TESTS.glob("*/test_*.py")} == _rooms() | SHELVES


def test_most_modules_have_a_file_of_tests_of_their_name() -> None:
    modules = [path for room in _rooms() for path in (ROOT / "harness" / room).glob("[!_]*.py")]
    named = [path for path in modules if (TESTS / path.parent.name / f"test_{path.name}").exists()]
    assert len(named) > len(modules) / 2, sorted(path.stem for path in {*modules} - {*named})


def test_no_two_files_of_tests_have_one_name() -> None:
    named = Counter(path.name for path in TESTS.rglob("test_*.py"))
    assert [name for name, count in named.items() if count > 1] == []


def test_files_of_tests_stay_short() -> None:
    assert [path.name for path in FILES if len(path.read_text(encoding="utf-8").splitlines()) > 400] == []


def _replaced_by_name(path: Path) -> Iterator[str]:
    """The dotted names that a file has monkeypatch or mock look up."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0].value
            if called in {"setattr", "delattr", "patch"} and isinstance(name, str) and "." in name:
                yield name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_replaced_by_a_dotted_name(path: Path) -> None:
    """It would make every move of a module a change of its tests, and of no type checker's business."""
    assert list(_replaced_by_name(path)) == []
