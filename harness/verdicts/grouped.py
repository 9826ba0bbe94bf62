"""Scores of samples that come in groups: each is computed again without every block of groups, for a wider interval.

This holds for every score of every task, a stranger's too, since it needs only the task's own `score`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from harness.scores.score import Score
from harness.statistics.clusters import Blocks, design_effect, widened

if TYPE_CHECKING:
    from harness.records.table import RecordTable
    from harness.tasks.task import ScoringContext

Scores: TypeAlias = Mapping[str, Score]
ScoreRecords: TypeAlias = "Callable[[RecordTable[Any], ScoringContext], Scores]"
FEWEST_RESAMPLES = 20
"""Of scores whose interval nobody reads."""

FEW_GROUPS = "too few groups of samples: without one of them nobody knows it"


def with_groups(
    scores: Scores, extremes: Sequence[Scores], score: ScoreRecords, records: RecordTable[Any], scoring: ScoringContext
) -> tuple[Scores, Sequence[Scores]]:
    """The scores and those of the extremes with the intervals of grouped samples; as they are without groups.

    A sample without a group is one of its own.
    """
    ids = list(dict.fromkeys(records.column("sample").to_pylist()))
    groups = [scoring.groups.get(name) for name in ids]
    named = [f"in {group}" if group else f"alone {name}" for group, name in zip(groups, ids, strict=True)]
    if len(set(named)) == len(ids):
        return scores, extremes
    if len(set(named)) == 1:
        nobody_knows = dict.fromkeys(scores)
        return _widened(scores, nobody_knows, scoring), [_widened(each, nobody_knows, scoring) for each in extremes]
    blocks = Blocks.of(named, scoring.seed)
    without = _without_each(blocks, ids, score, records, scoring)
    effects = {at: _effect(found, [each.get(at) for each in without], blocks, scoring) for at, found in scores.items()}
    return _widened(scores, effects, scoring), [_widened(each, effects, scoring) for each in extremes]


def _without_each(
    blocks: Blocks, ids: Sequence[str], score: ScoreRecords, records: RecordTable[Any], scoring: ScoringContext
) -> list[Scores]:
    lean, every = replace(scoring, resamples=FEWEST_RESAMPLES), np.array(ids, dtype=object)
    kept = (every[blocks.places != block].tolist() for block in range(blocks.count))
    return [score(records.of_samples(some), lean) for some in kept]


def _effect(score: Score, without: Sequence[Score | None], blocks: Blocks, scoring: ScoringContext) -> float | None:
    """How many times fewer samples the groups are worth to a score; None where nobody knows."""
    if score.value is None or score.low is None or score.high is None:
        return 1.0
    values = [each.value for each in without if each is not None and each.value is not None]
    if len(values) < len(without):
        return None
    return design_effect(score.value, (score.low, score.high), np.array(values), blocks, scoring.confidence)


def _widened(scores: Scores, effects: Mapping[str, float | None], scoring: ScoringContext) -> Scores:
    return {at: _as_if_fewer(score, effects.get(at, 1.0), scoring.confidence) for at, score in scores.items()}


def _as_if_fewer(score: Score, effect: float | None, confidence: float) -> Score:
    """The score with the interval of so many times fewer samples; with none where nobody knows how many."""
    if effect == 1 or score.value is None or score.low is None or score.high is None:
        return score
    if effect is None:
        return replace(score, low=None, high=None, note=FEW_GROUPS)
    low, high = widened(score.value, (score.low, score.high), score.n, effect, confidence)
    return replace(score, low=low, high=high)
