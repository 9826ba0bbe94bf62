"""The scores of a task by slice: bars with intervals for each slice, and the worst samples of the worst one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness import Run, Score, UserError
from harness.reports import lower_is_better, protected_in, slice_named, worst_samples
from harness_report.advice import MAX_TEXT_CHARACTERS, Bad
from harness_report.gates import decisions_of
from harness_report.scores import ScoreTable, scores_of, table

MOST_WITH_SAMPLES = 10
"""Slices whose worst samples are looked up: each time the run's records are gone through."""


@dataclass(frozen=True)
class SliceView:
    """The slices of one name: their headline score and those with a gate, and samples of the worst slice.

    Of a protected one no sample is shown, and none of a score that nobody knows the better way of.
    """

    name: str
    table: ScoreTable
    worst: str
    samples: list[Bad]
    protected: bool


def slices(run: Run, task: str) -> list[SliceView]:
    """The slices of a task on its first set of data, in the order of the suite; none of a run that is not finished."""
    found = {at: score for at, score in scores_of(run, task).items() if "data" not in score.keys}
    gated = {gate.address.partition("/")[2] for gate in decisions_of(run) if gate.address.startswith(f"{task}/")}
    names = dict.fromkeys(slice_named(score.keys["slice"])[0] for score in found.values() if "slice" in score.keys)
    hidden = protected_in(run.info.suite)
    return [_view(run, task, found, gated, name, name in hidden, at) for at, name in enumerate(names)]


def _view(
    run: Run, task: str, found: Mapping[str, Score], gated: set[str], name: str, protected: bool, at: int
) -> SliceView:
    mine = {local: each for local, each in found.items() if slice_named(each.keys.get("slice", ""))[0] == name}
    first = next(
        (score for score in mine.values() if list(score.keys) == ["slice"] and ":" in score.keys["slice"]), None
    )
    headline = first.name if first else ""
    shown = {
        local: score
        for local, score in mine.items()
        if local in gated or (list(score.keys) == ["slice"] and score.name in _of(headline))
    }
    worst = _worst(mine, headline, run.info.tasks[task].lower_is_better)
    looked_up = worst is not None and not protected and at < MOST_WITH_SAMPLES
    samples = _samples(run, f"{task}/{worst.local}") if worst is not None and looked_up else []
    value = slice_named(worst.keys["slice"])[1] if worst is not None else None
    return SliceView(name, table(shown, decisions_of(run), task), value or "", samples, protected)


def _of(name: str) -> set[str]:
    return {name, f"{name}_gap", f"worst_{name}"}


def _worst(mine: Mapping[str, Score], headline: str, ways: Mapping[str, bool]) -> Score | None:
    """The slice with the worst headline score, if it is known which way that is."""
    lower = lower_is_better(headline, ways)
    of_slices = [
        score
        for score in mine.values()
        if score.name == headline and list(score.keys) == ["slice"] and score.value is not None and not score.doubt
    ]
    return None if lower is None or not of_slices else (max if lower else min)(of_slices, key=float)


def _samples(run: Run, address: str) -> list[Bad]:
    """None where the run has lost its samples."""
    try:
        found = worst_samples(run, address)
    except UserError:
        return []
    return [Bad(each.sample, each.text[:MAX_TEXT_CHARACTERS], each.why) for each in found]
