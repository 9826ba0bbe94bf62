"""The classes that a set has no sample of, named where a score is undefined for want of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import listed
from harness.scores.score import NOT_DEFINED, Score

if TYPE_CHECKING:
    from harness.tasks.task import ScoringContext

NAMED = 5
"""Classes that are named, of what may be a thousand."""


def with_absent(scores: Mapping[str, Score], scoring: ScoringContext) -> dict[str, Score]:
    """The scores; those that are not defined on the labels say which of these no sample has."""
    found = {at: each for at, each in scores.items() if each.note == NOT_DEFINED and not each.keys}
    note = _note(scoring) if found else ""
    noted = {at: replace(each, note=f"{NOT_DEFINED}: {note}") for at, each in found.items()} if note else {}
    return {**scores, **noted}


def _note(scoring: ScoringContext) -> str:
    there = {at for truth in scoring.truth.values() for at in (truth if isinstance(truth, tuple) else (truth,))}
    absent = [label for at, label in enumerate(scoring.labels) if at not in there]
    more = f" and {len(absent) - NAMED} more" if len(absent) > NAMED else ""
    return f"no sample of {listed(absent[:NAMED])}{more}" if absent and scoring.output != "value" else ""
