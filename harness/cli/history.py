"""The command about runs over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.console.history import history_json, print_history
from harness.console.words import print_json
from harness.files import stdout_to_stderr
from harness.history.history import history_of
from harness.runs.render import write_report


def history(folder: Path, html: Path | None, scores: Sequence[str], *, as_json: bool) -> int:
    """Print the history of a folder of runs, and write its page."""
    with stdout_to_stderr():
        found = history_of(folder, scores)
        if html is not None:
            write_report(found, "html", html)
    if as_json:
        print_json(history_json(found))
    else:
        print_history(found)
    return 0
