"""The baseline that a suite's run is compared with, found before anything runs."""

from __future__ import annotations

from pathlib import Path

from harness.baselines.accept import Kept, accepted
from harness.baselines.against import Against, against, kept, open_side, wanted
from harness.errors import UserError
from harness.own.locate import no_own_objects
from harness.records.run import Run
from harness.runs.again import decide_again
from harness.runs.load import Checked, gates_of, task_of
from harness.scores.score import Score
from harness.suite.file import SuiteFile, suite_of
from harness.types import Undecided
from harness.verdicts.scoring import Verdicts


def compared(checked: Checked) -> Against | None:
    """What the gates of a suite compare with; None where no gate is on a change and there is no baseline.

    Raises UserError for a gate on what has no baseline, and for a baseline that is none.
    """
    path = baseline_of(checked.file)
    gates = {spec.title: checked.gates(spec) for spec in checked.suite.tasks}
    return against(checked.file, gates, checked.tasks, open_side(path) if path else None)


def decided_again(run: Run, undecided: Undecided, given: Path | None = None) -> tuple[Verdicts, dict[str, Score]]:
    """The verdicts and scores of a finished run, from its records: see `decide_again`.

    It is compared with what it was compared with then, or with the baseline that is given.
    """
    file = suite_of(run.info.suite, run.name)
    side = open_side(given) if given else kept(run)
    if side is None and not wanted({spec.title: gates_of(spec) for spec in file.suite.tasks}):
        return decide_again(run, undecided, None)
    with no_own_objects():
        tasks = {spec.title: task_of(file, at) for at, spec in enumerate(file.suite.tasks)}
        gates = {spec.title: gates_of(spec, tasks[spec.title].lower_is_better) for spec in file.suite.tasks}
        return decide_again(run, undecided, against(file, gates, tasks, side))


def accepted_again(run: Run, kept: Kept = "released", reason: str = "") -> str:
    """The text of a baseline of a finished run: see `accepted`; its verdict is decided again first.

    Raises UserError also where its records give another verdict than it says.
    """
    with no_own_objects():
        if run.info.state == "finished":
            _require_verdict(run)
        file = suite_of(run.info.suite, run.name)
        return accepted(run, {spec.title: task_of(file, at) for at, spec in enumerate(file.suite.tasks)}, kept, reason)


def _require_verdict(run: Run) -> None:
    verdicts, _ = decided_again(run, run.info.undecided)
    if verdicts.verdict != run.verdict:
        raise UserError(
            f"{run.folder}: its records give the verdict {verdicts.verdict!r}, but it says {run.verdict!r}: "
            "its files were changed, run its suite again"
        )


def baseline_of(file: SuiteFile) -> Path | None:
    """Where a suite's baseline is: a path in a suite is relative to it, one on the command line is not."""
    return None if file.suite.baseline is None else file.folder / file.suite.baseline
