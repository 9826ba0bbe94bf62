"""The samples that speak loudest against a gate, for reports in words."""

from __future__ import annotations

from harness import HarnessError, Run
from harness.reports import worst_samples


def worst_lines(run: Run, address: str) -> list[str]:
    """A line for each; none where the run has lost its samples."""
    try:
        return [str(each) for each in worst_samples(run, address)]
    except (HarnessError, OSError):
        return []
