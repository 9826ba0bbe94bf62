"""Reports of what is no run: a comparison, a history."""

from __future__ import annotations

from pathlib import Path

from harness.errors import UserError
from harness.suite import components


def write_report(found: object, kind: str, path: Path) -> None:
    """Write a report of a kind; raises UserError where the file cannot be written."""
    text = components.load("reports", kind)(found)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"cannot write the report to {path}: {error.strerror}") from None
