"""Several data sets in one suite: the first speaks for the task, the others for themselves and by what is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import TypeAlias

from harness.scores.gates import TaskScores
from harness.scores.score import Score, undefined
from harness.slices.spec import GAP, slice_named
from harness.statistics.intervals import difference_bounds

ScoresByAddress: TypeAlias = Mapping[str, Score]


def with_drops(scored: Sequence[TaskScores], names: Sequence[str]) -> TaskScores:
    """A task's scores on all sets: the first set's by their own address, the others' with `data=NAME`.

    For each score of another set that is not one class's, `SCORE_drop[data=NAME]` is the first set's less that.
    """
    if len(scored) == 1:
        return scored[0]
    scored = _undivided(scored, names)
    errors = sum(each.errors for each in scored)
    extremes = product(*(_extremes(each) for each in scored)) if errors else ()
    return TaskScores(
        _joined([each.scores for each in scored], names),
        [_joined(chosen, names) for chosen in extremes],
        errors,
        sum(each.cases for each in scored),
    )


def _undivided(scored: Sequence[TaskScores], names: Sequence[str]) -> list[TaskScores]:
    """The sets' scores; of a set that is not divided by a slice of another, as its gap says, none has a value.

    A gate may be on any value that the slice has in the other set.
    """
    every = {local: score for each in scored for local, score in each.scores.items()}
    found = []
    for each, set_ in zip(scored, names, strict=True):
        why = {
            score.keys["slice"]: f"{set_}: {score.doubt}"
            for score in each.scores.values()
            if score.doubt and score.value is None and score.name.endswith(GAP) and not score.n
        }
        absent = {
            local: replace(undefined(score.name, why[name]), keys=score.keys, doubt=why[name])
            for local, score in every.items()
            if (name := slice_named(score.keys.get("slice", ""))[0]) in why
        }
        found.append(replace(each, scores={**each.scores, **absent}) if absent else each)
    return found


def drop(first: Score, other: Score, name: str) -> Score:
    """The drop of a score on another, independent set, with bounds from those of the two."""
    keys = {**other.keys, "data": name}
    title = f"{first.name}_drop"
    if first.value is None or other.value is None:
        why = first if first.value is None else other
        return Score(title, None, None, None, other.n, keys, why.note, why.doubt if "slice" in keys else "")
    one, two = ((each.value, each.low, each.high) for each in (first, other))
    (low, high), doubt = difference_bounds(one, two) or (None, None), first.doubt or other.doubt
    return Score(title, first.value - other.value, low, high, min(first.n, other.n), keys, doubt=doubt)


def _extremes(scored: TaskScores) -> Sequence[ScoresByAddress]:
    """The possible scores of a set; unknown for a set whose errored cases cannot be imputed."""
    return scored.extremes or ([{}] if scored.errors else [scored.scores])


def _joined(sets: Sequence[ScoresByAddress], names: Sequence[str]) -> ScoresByAddress:
    first, *others = sets
    found = dict(first)
    for scores, name in zip(others, names[1:], strict=True):
        own = [replace(score, keys={**score.keys, "data": name}) for score in scores.values()]
        whole = {local: score for local, score in scores.items() if local in first and "class" not in score.keys}
        lost = [drop(first[local], score, name) for local, score in whole.items()]
        found |= {score.local: score for score in (*own, *lost)}
    return found
