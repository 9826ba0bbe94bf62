"""The commands about known failures."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from harness.console.failures import frozen_lines, print_replay, replay_json
from harness.console.words import print_json
from harness.errors import UserError, legible
from harness.failures.freezing import frozen
from harness.failures.known import SUFFIX, read_failures, write_failures
from harness.failures.replaying import Replay
from harness.failures.waivers import read_waivers, waive, waivers_of
from harness.files import stdout_to_stderr
from harness.records.run import Run


def freeze(folder: Path, to: Path | None, tasks: Sequence[str], limit: int | None, within: float | None) -> int:
    """Keep the failures of a run in a file."""
    run = Run(folder)
    target = to or Path(f"{run.name}{SUFFIX}")
    with stdout_to_stderr():
        made = frozen(run, target, tasks, limit, within)
    for line in frozen_lines(made):
        print(legible(line), file=sys.stderr)
    print(target)
    return 0


def waived(path: Path, keys: Sequence[str], reason: str, until: str) -> int:
    """Waive some failures of a file."""
    print(waive(path, read_failures(path), keys, reason, until))
    return 0


def forget(path: Path, keys: Sequence[str]) -> int:
    """Take some failures out of a file; raises UserError while one of them has a waiver."""
    known = read_failures(path)
    for key in keys:
        if key in read_waivers(path, known):
            raise UserError(f"{waivers_of(path)}: {key} is waived there: take its waiver away first")
    write_failures(path, known.without(keys))
    print(path)
    return 0


def replay(made: Callable[[], Replay], *, as_json: bool) -> int:
    """Print what became of known failures once they are asked again; 1 where one fails and is not waived."""
    found = made()
    if as_json:
        print_json(replay_json(found))
    else:
        print_replay(found)
    return 0 if found.passed else 1
