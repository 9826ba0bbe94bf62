"""A run's failures added to the file that keeps them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.failures.found import failures_of
from harness.failures.known import read_failures, write_failures
from harness.failures.waivers import read_waivers
from harness.records.run import Run


@dataclass(frozen=True)
class Frozen:
    """What a freeze did: how many failures it added, how many the file has now, and what was left out and why."""

    added: int
    total: int
    left_out: Mapping[str, Mapping[str, int]]


def frozen(
    run: Run, path: Path, tasks: Collection[str] = (), limit: int | None = None, within: float | None = None
) -> Frozen:
    """Add the failures of a run to a file, which is made if it is not there; see `failures_of`.

    Those that are there keep their lines, and their waivers. Raises UserError for a file that is none, was cut or
    edited, or has failures of other labels, another output or another kind of input.
    """
    before = read_failures(path) if path.exists() else None
    if before is not None and within is None:
        within = before.origin.within
    there = before.failures if before is not None else {}
    found = failures_of(run, path.parent, tasks, limit, within, skipped=there)
    merged = found.known if before is None else before.merged(found.known)
    read_waivers(path, merged)
    write_failures(path, merged)
    return Frozen(len(found.known.failures), len(merged.failures), found.left_out)
