"""Reports of a run."""

from __future__ import annotations

from harness.records.run import Run
from harness.suite import components


def render(report: str, run: Run) -> bytes:
    """A report of a run, as bytes; raises UserError for one that is not installed."""
    content = components.load("reports", report)(run)
    return content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
