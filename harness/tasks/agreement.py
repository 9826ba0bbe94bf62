"""The agreement of two explanations of one input, whatever units each cuts it into: over the pieces that both share.

Of a text these are its words, among which a unit's weight is shared by characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np

from harness.kinds.inputs import InputKind
from harness.records.record import Record
from harness.scores.address import local_address, parse_local
from harness.scores.score import Score, mean, undefined
from harness.statistics.agreement import rank_correlation, top_agreement
from harness.tasks.task import ScoringContext

RANGES = {"agreement": (-1.0, 1.0), "top_agreement": (0.0, 1.0)}
"""What each can be at all: an interval of few samples reaches beyond, which is no news of it."""

ALONE = "no input of which both weigh the same columns, for the same answer, by weights that differ"

Explanations: TypeAlias = Sequence[Record[Any]]
"""Records whose payloads have `units`, their `weights`, and what is `explained`."""


def agreement_scores(records: Explanations, scoring: ScoringContext, parts: Sequence[str]) -> list[Score]:
    """Mean rank correlation and top-word overlap of each pair of explainers and of all; none with one explainer."""
    found = agreement_outcomes(records, scoring, parts)
    return [_mean(*parse_local(local), list(values.values()), scoring) for local, values in found.items()]


def agreement_outcomes(
    records: Explanations, scoring: ScoringContext, parts: Sequence[str]
) -> dict[str, dict[str, float]]:
    """What these scores are the means of, by address and sample; of all explainers, the mean over the pairs."""
    pairs = {"~".join(pair): _of_pair(records, *pair, scoring.kind) for pair in combinations(parts, 2)}
    found: dict[str, dict[str, float]] = {}
    for at, name in enumerate(RANGES if pairs else ()):
        by_sample: dict[str, list[float]] = defaultdict(list)
        for pair, rows in pairs.items():
            values = {sample: row[at] for sample, row in rows.items() if np.isfinite(row[at])}
            found[local_address(name, {"part": pair})] = values
            for sample, value in values.items():
                by_sample[sample].append(value)
        found[name] = {sample: float(np.mean(by_sample[sample])) for sample in sorted(by_sample)}
    return found


def _of_pair(records: Explanations, one: str, other: str, kind: InputKind) -> dict[str, tuple[float, float]]:
    """The two measures of every sample of which both explainers weighed the same columns, for the same class."""
    first = {record.sample: record.payload for record in records if record.part == one and record.payload}
    found = {}
    for record in records:
        a, b = first.get(record.sample), record.payload
        if record.part == other and a and b and (a.explained, a.columns) == (b.explained, b.columns):
            rows = kind.shared(a.units, a.weights), kind.shared(b.units, b.weights)
            if len(rows[0]) != len(rows[1]):  # two cuts of an image that share no pieces
                continue
            found[record.sample] = (rank_correlation(*rows), top_agreement(*rows))
    return found


def _mean(name: str, keys: Mapping[str, str], values: Sequence[float], scoring: ScoringContext) -> Score:
    if not values:
        return undefined(name, ALONE, 0, **keys)
    known = np.array(values, dtype=np.float64)
    score = mean(name, known, scoring.confidence, scoring.seed, scoring.resamples, **keys)
    low, high = (None if each is None else float(np.clip(each, *RANGES[name])) for each in (score.low, score.high))
    return replace(score, low=low, high=high)
