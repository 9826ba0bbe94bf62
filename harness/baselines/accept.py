"""From a run to a baseline: what it keeps, and which scores cannot be computed from that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from harness.baselines.differences import Pairing
from harness.baselines.file import FileSide, baseline_text
from harness.baselines.run_side import RunSide
from harness.errors import UserError
from harness.records.run import Run
from harness.tasks.task import ScoringContext, Task

TOLERANCE = 2e-3
"""A score that comes back from a file within this, relative to 1 or its own size if that is more, is kept."""

Kept = Literal["released", "best"]


def accepted(run: Run, tasks: Mapping[str, Task[Any]], kept: Kept = "released", reason: str = "") -> str:
    """The text of a baseline of a finished run.

    Raises UserError for one that did not finish, or that failed and has no `reason`.
    """
    _require_good(run, reason)
    side, payloads = RunSide(run), {title: task.payload for title, task in tasks.items()}
    head = replace(side.head, kept=kept, reason=reason)
    scoring = ScoringContext(run.info.labels, {}, run.info.confidence, run.info.seed)
    found = FileSide(Path("baseline"), baseline_text(side, payloads, head))
    lost = {title: sorted(_lost(task, title, side, found, scoring)) for title, task in tasks.items()}
    changed = {title: replace(task, lost=lost.get(title, ())) for title, task in head.tasks.items()}
    return baseline_text(side, payloads, replace(head, tasks=changed))


def _require_good(run: Run, reason: str) -> None:
    if run.info.state != "finished":
        raise UserError(f"{run.folder}: expected a finished run, but it is {run.info.state}: --resume it")
    if run.verdict in {"fail", "error"} and not reason:
        raise UserError(
            f"{run.folder}: its verdict is {run.verdict!r}: what failed is no baseline. "
            "If it is to be one all the same, say why: --anyway REASON, which is kept in the file"
        )


def _lost(task: Task[Any], title: str, run: RunSide, file: FileSide, scoring: ScoringContext) -> Iterator[str]:
    """The scores of a task that the file does not give back."""
    known = {at: score for at, score in run.scores.items() if at.startswith(f"{title}/")}
    back = Pairing(task, title, file, file, scoring).own_scores()
    for address, score in known.items():
        local = address.partition("/")[2]
        if score.keys.keys() & {"data", "slice"} or score.value is None:
            continue
        got = back[local].value if local in back else None
        if got is None or not np.isclose(got, score.value, rtol=TOLERANCE, atol=TOLERANCE):
            yield local
