"""What a CI shows of a session, once and by one process: the job's summary, and the file of `--harness-markdown`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness import HarnessError, Run
from harness.reports import legible, render, summarize
from harness_pytest.runs import opened


def report(config: pytest.Config, folders: Sequence[str]) -> tuple[list[str], bool]:
    """Append each run to the job's summary, and write all to the file that was asked for.

    What could not be written in lines, and whether one of them is more than a warning: that file was asked for.
    """
    runs, wanted = [opened(Path(folder)) for folder in folders], config.getoption("--harness-markdown")
    warnings = [problem for run in runs if (problem := summarize(run))]
    try:
        if wanted:
            _write(Path(wanted), runs)
    except (OSError, HarnessError) as error:
        return [*warnings, legible(f"harness: --harness-markdown {wanted}: it could not be written: {error}")], True
    return warnings, False


def _write(path: Path, runs: Sequence[Run]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\n".join(render("markdown", run) for run in runs))
