"""The reports of a run that its caller asked for, by kind and file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.errors import HarnessError, RunError, UserError
from harness.files import stdout_to_stderr
from harness.records.run import Run
from harness.runs.render import render


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


def write_reports(run: Run, wanted: Mapping[str, Path]) -> None:
    """Write the requested reports by kind; raises RunError, after all others, when one cannot be written."""
    problems = [problem for kind, path in wanted.items() for problem in _write(run, kind, path)]
    if problems:
        raise RunError("\n".join(problems))


def _write(run: Run, kind: str, path: Path) -> Iterator[str]:
    """Write a report, or say what went wrong and how to have it after all."""
    try:
        with stdout_to_stderr():
            content = render(kind, run)
        path.write_bytes(content)
    except (OSError, HarnessError) as error:
        yield (
            f"could not write the report {kind} to {path}: {error}; the run is kept: "
            f"harness report {run.folder} --as {kind} --out FILE writes it elsewhere"
        )
