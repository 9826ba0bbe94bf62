"""`[tool.harness]` of the working directory's pyproject.toml: options that a call does not give."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import UserError, listed, nearest

POLICIES = ("fail", "pass", "warn", "point")
"""`harness.types.Undecided`, which would take numpy to import."""

FILE, TABLE = "pyproject.toml", "tool.harness"

KEYS: Mapping[str, type[str | int]] = {
    "suite": str,
    "model": str,
    "data": str,
    "device": str,
    "budget": int,
    "cache": str,
    "runs": str,
    "undecided": str,
}
"""What may stand there, each an option of the command line or, `suite`, its argument."""

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "run": tuple(KEYS),
    "check": ("suite", "model", "data", "device"),
    "plan": ("suite", "model", "data", "device", "budget"),
    "gate": ("undecided",),
}
"""The commands that take them, and which."""


def settings_of(folder: Path, command: str) -> dict[str, str | int | list[str]]:
    """The options that a folder's pyproject.toml gives a command; raises UserError for what is none."""
    if command not in COMMANDS:
        return {}
    found = {key: _checked(key, value) for key, value in _table(folder / FILE).items()}
    given: dict[str, str | int | list[str]] = {key: found[key] for key in COMMANDS[command] if key in found}
    if command == "check" and "suite" in found:  # which takes several
        given["suite"] = [str(found["suite"])]
    return given


def _table(path: Path) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        tools = tomllib.loads(text).get("tool", {}) if "harness" in text else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{FILE}: cannot be read: {error}") from None
    table = tools.get("harness", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise UserError(f"{FILE}: {TABLE}: expected a table, but got {table!r}")
    return table


def _checked(key: str, value: object) -> str | int:
    where = f"{FILE}: {TABLE}.{key}"
    if key not in KEYS:
        raise UserError(f"{where}: unknown key: expected one of {listed(KEYS)}{nearest(key, KEYS)}")
    if type(value) is not KEYS[key] or not value:
        expected = "a text" if KEYS[key] is str else "a whole number, 1 or more"
        raise UserError(f"{where}: expected {expected}, but got {value!r}")
    if key == "undecided" and value not in POLICIES:
        raise UserError(
            f"{where}: expected one of {listed(POLICIES)}, but got {value!r}{nearest(str(value), POLICIES)}"
        )
    assert isinstance(value, (str, int))
    return value
