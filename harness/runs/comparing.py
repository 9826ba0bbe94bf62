"""The baseline that a suite's run is compared with, found before anything runs."""

from __future__ import annotations

from pathlib import Path

from harness.baselines.against import Against, against, kept, open_side
from harness.records.run import Run
from harness.runs.load import Checked, gates_of, task_of
from harness.suite.file import SuiteFile


def compared(checked: Checked) -> Against | None:
    """What the gates of a suite compare with; None where no gate is on a change and there is no baseline.

    Raises UserError for a gate on what has no baseline, and for a baseline that is none.
    """
    path = baseline_of(checked.file)
    parts = {title: list(task.parts) for title, task in checked.tasks.items()}
    gates = {spec.title: checked.gates(spec) for spec in checked.suite.tasks}
    return against(checked.file, gates, parts, open_side(path) if path else None)


def compared_again(run: Run, file: SuiteFile, given: Path | None) -> Against | None:
    """The same of a finished run: with what it was compared with then, or another baseline."""
    side = open_side(given) if given else kept(run.folder)
    parts = {spec.title: list(task_of(file, at).parts) for at, spec in enumerate(file.suite.tasks)}
    return against(file, {spec.title: gates_of(spec) for spec in file.suite.tasks}, parts, side)


def baseline_of(file: SuiteFile) -> Path | None:
    """Where a suite's baseline is: a path in a suite is relative to it, one on the command line is not."""
    return None if file.suite.baseline is None else file.folder / file.suite.baseline
