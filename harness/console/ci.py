"""Output for a CI: the requested reports and, on GitHub, a summary and annotations.

Nothing here changes a verdict.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.errors import HarnessError, RunError, UserError, legible
from harness.files import stdout_to_stderr
from harness.records.run import Run
from harness.runs.render import render
from harness.scores.gates import resolve_undecided
from harness.types import Undecided
from harness.verdicts.scoring import Verdicts

_WENT = {"pass": "holds", "undecided": "is undecided", "fail": "fails", "error": "is an error"}


def check_report_paths(wanted: Mapping[str, Path]) -> None:
    """Make the folders of the files asked for; raises UserError, before anything runs, where one cannot be a file."""
    if len({path.resolve() for path in wanted.values()}) < len(wanted):
        options = " and ".join(f"--{kind}" for kind in wanted)
        raise UserError(f"{options}: expected a file for each, but got {next(iter(wanted.values()))} for both")
    for kind, path in wanted.items():
        if path.is_dir():
            raise UserError(f"--{kind}: expected a file, but {path} is a folder: name a file in it")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"--{kind}: cannot make the folder of {path}: {error}") from None


def write_reports(run: Run, verdicts: Verdicts, undecided: Undecided, wanted: Mapping[str, Path]) -> None:
    """Write the requested reports by kind, and annotate on GitHub; raises RunError when a report cannot be written.

    Nobody requested the summary on GitHub: if it cannot be written, that is only a warning.
    """
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotated(verdicts, undecided):
            print(line, file=sys.stderr)
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        _summarize(run, Path(summary))
    problems = [problem for kind, path in wanted.items() for problem in _write(run, kind, path)]
    if problems:
        raise RunError("\n".join(problems))


def annotated(verdicts: Verdicts, undecided: Undecided) -> Iterator[str]:
    """A workflow command of GitHub's for each gate that does not hold: an error, or a warning if it only warns."""
    for gate in verdicts.decisions:
        if gate.verdict != "pass":
            stops = gate.blocks and resolve_undecided(gate, undecided) in {"fail", "error"}
            level, tier = "error" if stops else "warning", "" if gate.blocks else f"{gate.tier} "
            title = f"{tier}gate {gate.address} {_WENT[gate.verdict]}"
            yield f"::{level} title={_property(title)}::{_data(str(gate))}"


def _data(text: str) -> str:
    """The message of a workflow command, on one line, escaped as GitHub's toolkit does."""
    return legible(text).replace("%", "%25")


def _property(text: str) -> str:
    """Likewise one of its properties."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summarize(run: Run, summary: Path) -> None:
    try:
        with summary.open("ab") as file:
            file.write(_rendered("markdown", run) + b"\n")
    except (OSError, HarnessError) as error:
        print(
            f"harness: warning: the job's summary could not be written to {summary}: {legible(error)}", file=sys.stderr
        )


def _write(run: Run, kind: str, path: Path) -> Iterator[str]:
    """Write a report, or say what went wrong and how to have it after all."""
    try:
        path.write_bytes(_rendered(kind, run))
    except (OSError, HarnessError) as error:
        yield (
            f"could not write the report {kind} to {path}: {error}; the run is kept: "
            f"harness report {run.folder} --as {kind} --out FILE writes it elsewhere"
        )


def _rendered(kind: str, run: Run) -> bytes:
    with stdout_to_stderr():
        return render(kind, run)
