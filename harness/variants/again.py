"""Finished runs of variants decided again, each from its own records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from harness.errors import UserError
from harness.variants.forms import titled
from harness.variants.index import Variants, whole_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.records.run import Run
    from harness.scores.score import Score
    from harness.types import Undecided
    from harness.verdicts.scoring import Verdicts


DecideAgain: TypeAlias = "Callable[[Run, Undecided, Path | None], tuple[Verdicts, dict[str, Score]]]"


def runs_of(found: Run) -> dict[str, Run]:
    """The run of each variant by name; of another run only itself, without a name."""
    return dict(found.variants) if isinstance(found, Variants) else {"": found}


def all_decided_again(again: DecideAgain, found: Run, undecided: Undecided, baseline: Path | None) -> Verdicts:
    """The verdicts of a run, or of those of all variants, from the records; `found` then has the scores.

    `again` is `harness.runs.comparing.decided_again`, which does it for one. Raises UserError for a baseline of all:
    they are compared with the reference.
    """
    if baseline and isinstance(found, Variants):
        one = found.last.folder
        raise UserError(f"{found.folder} has several variants: give --baseline with one of them, like {one}")
    decided = {name: again(run, undecided, baseline) for name, run in runs_of(found).items()}
    found.scores = {titled(name, at): score for name, (_, scores) in decided.items() for at, score in scores.items()}
    return whole_of({name: verdicts for name, (verdicts, _) in decided.items()})
