"""Whether a run may go on: with the suite, data, model and software that it began with, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.errors import UserError
from harness.records.info import RunInfo


def check_versions(info: RunInfo, now: Mapping[str, str], folder: Path) -> None:
    """Raise UserError where what decides answers has another version than when the run began, or is there no more."""
    before = info.versions
    changed = [
        f"{name} {before.get(name, 'not installed')} (now {now.get(name, 'not installed')})"
        for name in sorted({*before, *now} if before else ())
        if before.get(name) != now.get(name)
    ]
    if changed:
        raise UserError(
            f"{folder} cannot be resumed: it began with {', '.join(changed)}, which may answer otherwise. "
            "Install those versions, or start a new run with another --out"
        )


def check_same(info: RunInfo, fingerprints: Mapping[str, str], seeds: tuple[int, int], folder: Path) -> None:
    """Raise UserError unless suite, model and data are those the run began with; `seeds` are seed and sample_seed."""
    changed = [what for what, value in fingerprints.items() if info.fingerprints.get(what) != value]
    for name, began, now in zip(("seed", "sample-seed"), (info.seed, info.sample_seed), seeds, strict=True):
        if began != now:
            raise UserError(
                f"{folder} cannot be resumed with {name} {now}: it began with {began}. "
                f"Give --{name} {began}, or start a new run with another --out"
            )
    if changed:
        raise UserError(
            f"{folder} cannot be resumed: its {' and '.join(changed)} changed since it began. "
            "Run with what it began with, or start a new run with another --out"
        )
