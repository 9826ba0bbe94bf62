"""The commands about one model in place of another."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from harness.baselines.accept import Kept
from harness.baselines.file import FileSide, read_baseline, write_baseline
from harness.comparisons.comparison import Comparison
from harness.console.compare import comparison_json, print_comparison
from harness.console.words import print_json
from harness.errors import UserError, legible, listed
from harness.files import stdout_to_stderr
from harness.records.run import Run
from harness.runs.comparing import accepted_again
from harness.runs.render import write_report


def accept(folder: Path, to: Path | None, kept: Kept, reason: str) -> int:
    """Keep what a finished run's model did as a baseline file; its verdict is decided again first."""
    run, target = Run(folder), to or Path(f"{Run(folder).name}.baseline")
    with stdout_to_stderr():
        text = accepted_again(run, kept, reason)
    try:
        write_baseline(target, text)
    except OSError as error:
        raise UserError(f"cannot write the baseline to {target}: {error.strerror}") from None
    for line in _told(read_baseline(target), run):
        print(legible(line), file=sys.stderr)
    print(target)
    return 0


def _told(side: FileSide, run: Run) -> Iterator[str]:
    """What was kept, and what was not."""
    cases = sum(task.cases for task in side.head.tasks.values())
    yield f"{run.folder} ({run.verdict}) is the baseline now: {len(side.truths)} samples, {cases} cases"
    for title, ran in run.info.tasks.items():
        if ran.planned:
            yield f"{title}: ended early: only {ran.samples} of {ran.planned} samples can be compared with it"
    for title, task in side.head.tasks.items():
        if task.errors:
            yield f"{title}: {task.errors} of {task.cases} cases errored: they pair with none"
        if task.lost:
            yield f"{title}: {listed(task.lost)}: not kept case by case; a run pairs them, this file does not"


def compare(made: Callable[[], Comparison], reports: Mapping[str, Path], *, as_json: bool) -> int:
    """Print what moved in a comparison once it is made, and write the reports by kind: it is no gate."""
    with stdout_to_stderr():
        found = made()
        for kind, path in reports.items():
            write_report(found, kind, path)
    if as_json:
        print_json(comparison_json(found))
    else:
        print_comparison(found)
    return 0
