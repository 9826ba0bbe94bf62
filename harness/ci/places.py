"""Where the gates of a run stand: the suite's file and the line, found again from what a run says of its suite."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from harness.errors import UserError
from harness.own.source import INSTALLED
from harness.records.run import Run
from harness.scores.address import local_address, parse_local
from harness.suite.file import SuiteFile, load_suite
from harness.variants.forms import titled
from harness.variants.index import Variants

GateLines: TypeAlias = Mapping[tuple[str, str], int]
"""Lines, from 1, by the address of a gate and its kind, or with no kind that of its score."""

ENDINGS = (".harness.yaml", ".harness.yml", ".yaml", ".yml")
"""How files of suites end."""


def gate_lines(file: SuiteFile) -> GateLines:
    """The lines of a suite's gates, whichever way their addresses are written there; those of variants by their own."""
    found: dict[tuple[str, str], int] = {}
    for key, place in file.places.items():
        line = place.rpartition(":")[2]
        if len(key) in {4, 5} and (key[0], key[2]) == ("tasks", "gates") and line.isdecimal():
            address = f"{file.suite.tasks[int(key[1])].title}/{local_address(*parse_local(str(key[3])))}"
            kind = "".join(map(str, key[4:]))
            found |= {(titled(name, address), kind): int(line) for name in file.suite.variants or ("",)}
    return found


def line_of(lines: GateLines, address: str, kind: str) -> int | None:
    """The line of a gate; that of its score where the bound was set from outside of the file."""
    return lines.get((address, kind), lines.get((address, "")))


def suite_path(run: Run) -> Path | None:
    """The suite's file; None of an installed one, and where nobody knows which file it was."""
    first = run.reference if isinstance(run, Variants) else run
    folder = (first.folder / first.info.folder).resolve()
    found = [path for ending in ENDINGS if (path := folder / f"{run.name}{ending}").is_file()]
    return found[0] if len(found) == 1 and not INSTALLED & {*folder.parts} else None


def lines_now(path: Path | None) -> GateLines:
    """The lines of a file as it is now; none of what is no suite any more."""
    try:
        return gate_lines(load_suite(path)) if path else {}
    except UserError:
        return {}


def in_workspace(path: Path) -> str:
    """A path from the root of the repository that GitHub checked out; empty for one outside of it."""
    workspace = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd())
    try:
        return path.resolve().relative_to(workspace.resolve()).as_posix()
    except ValueError:
        return ""
