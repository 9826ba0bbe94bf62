"""Did the answer stay while its reason moved: the rank correlation of two models' attributions of one sample.

It is Spearman's over all units (Krishna et al. 2022, section 3, compare two explainers by it; here one explainer
explains two models), of samples that both models decide alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from harness.demands.gate import TOGETHER
from harness.scores.address import local_address, parse_local
from harness.scores.score import Score, mean
from harness.statistics.agreement import rank_correlation
from harness.verdicts.grouped import with_groups

if TYPE_CHECKING:
    from harness.kinds.inputs import InputKind
    from harness.records.table import RecordTable
    from harness.tasks.task import ScoringContext, Task

[CORRELATION] = TOGETHER
ALIKE = 1 - 1e-9
"""A correlation of 1, but for rounding: the reason is the same."""

Correlations: TypeAlias = Mapping[str, Mapping[str, float]]
"""Of the explainers together and each, by address and sample."""

ONLY_AGAINST_A_RUN = (
    "it needs the weights of all units, and a baseline file keeps the heaviest alone: give the run as `--baseline`"
)


def is_explaining(payload: type[Any]) -> bool:
    """Whether the records of a task are attributions: units, their weights, and what is explained."""
    return {"units", "weights", "explained"} <= {field.name for field in fields(payload)}


def is_correlation(address: str) -> bool:
    """Whether a score is one of two models together."""
    return parse_local(address)[0] == CORRELATION


def addresses(task: Task[Any]) -> list[str]:
    """The scores that two models have together in a task."""
    parts = list(task.parts) if is_explaining(task.payload) else []
    return [CORRELATION, *(local_address(CORRELATION, {"part": part}) for part in parts)] if parts else []


def correlations(old: RecordTable[Any], new: RecordTable[Any], kind: InputKind) -> Correlations:
    """The correlation of every sample that both models decide alike; the whole is each sample's mean over explainers.

    A sample of less than two units, or of weights that are all the same, has none.
    """
    first = {(each.part, each.sample): each.payload for each in old if each.payload}
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for record in new:
        one, other = first.get((record.part, record.sample)), record.payload
        if one and other and one.explained == other.explained:
            value = _correlation(one, other, kind)
            if np.isfinite(value):
                found[record.part][record.sample] = value
    samples = sorted({sample for each in found.values() for sample in each})
    whole = {sample: float(np.mean([each[sample] for each in found.values() if sample in each])) for sample in samples}
    parts = {local_address(CORRELATION, {"part": part}): dict(sorted(each.items())) for part, each in found.items()}
    return {CORRELATION: whole, **parts}  # each by sample, so that no order of records moves a bootstrap's bounds


def _correlation(one: Any, other: Any, kind: InputKind) -> float:
    """Over all units where both have the same, else over the pieces that both cuts share; NaN where there are none."""
    if one.units == other.units:
        return rank_correlation(np.array(one.weights), np.array(other.weights))
    rows = kind.shared(one.units, one.weights), kind.shared(other.units, other.weights)
    return rank_correlation(*rows) if len(rows[0]) == len(rows[1]) else float("nan")


def correlation_scores(
    old: RecordTable[Any], new: RecordTable[Any], scoring: ScoringContext, groups: Mapping[str, str]
) -> dict[str, Score]:
    """The means of the correlations with their bootstrap's bounds, wider where samples come in groups."""

    def scores(records: RecordTable[Any], scoring: ScoringContext) -> Mapping[str, Score]:
        every = correlations(old, records, scoring.kind)
        return {at: _mean(at, list(each.values()), scoring) for at, each in every.items() if each}

    context = replace(scoring, groups=groups)
    return dict(with_groups(scores(new, context), [], scores, new, context)[0])


def _mean(address: str, values: Sequence[float], scoring: ScoringContext) -> Score:
    name, keys = parse_local(address)
    if min(values) >= ALIKE:  # a model has the reasons of its own, for certain
        return Score(name, 1.0, 1.0, 1.0, len(values), keys)
    return mean(name, np.array(values), scoring.confidence, scoring.seed, scoring.resamples, **keys)
