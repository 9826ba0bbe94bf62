"""Reports of a run, and of what is none: a comparison, a history."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.engine.strangers import caught
from harness.errors import UserError
from harness.sessions.traits import traits_of
from harness.suite import components

if TYPE_CHECKING:
    from harness.records.run import Run


def render(report: str, run: Run) -> bytes:
    """A report of a run, as bytes; raises UserError for one that is not installed."""
    content = components.load("reports", report)(run)
    return content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)


def begin(report: str) -> None:
    """Have a report begin what takes long, beside the loading of models; what is wrong with it shows at the end."""
    try:
        early = traits_of(components.load("reports", report)).early
        if early:
            early()
    except BaseException as error:  # noqa: BLE001  # a stranger's report must not keep a run from its scores
        caught(error)


def write_report(found: object, kind: str, path: Path) -> None:
    """Write a report of a kind; raises UserError where the file cannot be written."""
    text = components.load("reports", kind)(found)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"cannot write the report to {path}: {error.strerror}") from None
