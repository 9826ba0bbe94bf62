"""`--harness-accept`: the run of a suite that passed becomes the suite's baseline file."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness
from harness import Run, Variants, load_suite
from harness.reports import resolve_undecided
from harness_pytest.options import policy


def accepted(config: pytest.Config, suite: str | Path, run: Run, *, whole: bool) -> str:
    """Write the baseline of a suite if that was asked for and its run passed; what came of it, in words.

    Raises UserError where it passed and the file cannot be written.
    """
    if not config.getoption("--harness-accept"):
        return ""
    target = _target(config, suite, run)
    if reason := _refusal(config, run, target, whole=whole):
        return f"not accepted: {reason}"
    return f"accepted: {harness.accept(run, target)}"


def _target(config: pytest.Config, suite: str | Path, run: Run) -> Path:
    """The file that the suite names, else SUITE.baseline beside it; of an installed suite at the root of the tests."""
    path = Path(suite)
    if not path.is_file():
        return config.rootpath / f"{run.name}.baseline"
    file = load_suite(path)
    return file.folder / (file.suite.baseline or f"{run.name}.baseline")


def _refusal(config: pytest.Config, run: Run, target: Path, *, whole: bool) -> str:
    """Why a run is no baseline; empty where it is one."""
    if isinstance(run, Variants):
        return "it has several variants: accept one of them with harness accept"
    counting = policy(config)
    blocking = [each for each in run.gates if each.blocks]
    missed = [f"{each.address}:{each.kind}" for each in blocking if resolve_undecided(each, counting) not in HOLDS]
    if not whole:
        return "it has settings of a test's own"
    if missed:
        return f"{', '.join(missed)} did not hold"
    if run.verdict in {"fail", "error"}:
        return f"its verdict is {run.verdict!r}"
    return f"its baseline {target} is a run: name a file" if target.is_dir() else ""


HOLDS = ("pass", "undecided")
"""An undecided gate counts as undecided only where it may: `--harness-undecided warn`."""
