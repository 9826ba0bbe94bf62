"""What GitHub shows of a run: an annotation at the line of each gate that does not hold, and the job's summary."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.ci.places import in_workspace, line_of, lines_now, suite_path
from harness.errors import HarnessError, legible
from harness.files import stdout_to_stderr
from harness.records.run import Run
from harness.runs.render import render
from harness.scores.gates import Decision, resolve_undecided
from harness.types import Undecided

_WENT = {"pass": "holds", "undecided": "is undecided", "fail": "fails", "error": "is an error"}


def annotations_of(run: Run, decisions: Sequence[Decision], undecided: Undecided) -> Iterator[str]:
    """An annotation for each gate that does not hold, where this is a job of GitHub's."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    path = suite_path(run)
    lines = lines_now(path)
    for gate in decisions:
        if gate.verdict != "pass":
            yield annotation(gate, undecided, path, line_of(lines, gate.address, gate.kind))


def annotation(gate: Decision, undecided: Undecided, path: Path | None = None, line: int | None = None) -> str:
    """A workflow command of GitHub's for a gate that does not hold: an error, or a warning if it only warns.

    It stands at the gate's line of the suite's file, from 1, if both are known and the file is of the repository.
    """
    stops = gate.blocks and resolve_undecided(gate, undecided) in {"fail", "error"}
    level, tier = "error" if stops else "warning", "" if gate.blocks else f"{gate.tier} "
    file = in_workspace(path) if path and line else ""
    at = f"file={_property(file)},line={line}," if file else ""
    title = f"{tier}gate {gate.address} {_WENT[gate.verdict]}"
    return f"::{level} {at}title={_property(title)}::{_data(str(gate))}"


def summarize(run: Run) -> str:
    """Append a run to the job's summary, where there is one; what went wrong, which is only a warning, in words."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary:
        return ""
    try:
        with stdout_to_stderr():
            content = render("markdown", run)
        with Path(summary).open("ab") as file:
            file.write(content + _where_artifacts_are() + b"\n")
    except (OSError, HarnessError) as error:
        return f"harness: warning: the job's summary could not be written to {summary}: {legible(error)}"
    return ""


def _where_artifacts_are() -> bytes:
    """A link to the page of the workflow's run: the path of the report is the runner's own."""
    server, repository, run = (os.environ.get(f"GITHUB_{name}") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    if not (server and repository and run):
        return b""
    return f"\n[Artifacts of this run]({server}/{repository}/actions/runs/{run})\n".encode()


def _data(text: str) -> str:
    """The message of a workflow command, on one line, escaped as GitHub's toolkit does."""
    return legible(text).replace("%", "%25")


def _property(text: str) -> str:
    """Likewise one of its properties."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
