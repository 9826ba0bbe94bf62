"""Reports of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.suite import components

if TYPE_CHECKING:
    from harness.records.run import Run


def render(report: str, run: Run) -> bytes:
    """A report of a run, as bytes; raises UserError for one that is not installed."""
    content = components.load("reports", report)(run)
    return content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
