"""Reports of a run, and of what is none: a comparison, a history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UserError
from harness.suite import components

if TYPE_CHECKING:
    from harness.records.run import Run


def render(report: str, run: Run) -> bytes:
    """A report of a run, as bytes; raises UserError for one that is not installed."""
    content = components.load("reports", report)(run)
    return content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)


def write_report(found: object, kind: str, path: Path) -> None:
    """Write a report of a kind; raises UserError where the file cannot be written."""
    text = components.load("reports", kind)(found)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"cannot write the report to {path}: {error.strerror}") from None
