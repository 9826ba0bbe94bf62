"""The agreement of two explanations of one input, whatever units each cuts it into.

It is taken over the pieces that all explanations of an input share, since explainers differ in their units: of a text
its words, among which a unit's weight is shared by characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Protocol, TypeVar

import numpy as np

from harness.kinds.inputs import InputKind
from harness.records.record import Record
from harness.scores.score import Score, mean
from harness.statistics.agreement import rank_correlation, top_agreement
from harness.tasks.task import ScoringContext


class Weighed(Protocol):
    """The part of an explanation that is compared: its units, their weights, and what they explain."""

    @property
    def units(self) -> list[str]: ...
    @property
    def weights(self) -> list[float]: ...
    @property
    def explained(self) -> str: ...


W = TypeVar("W", bound=Weighed)


def agreement_scores(records: Sequence[Record[W]], scoring: ScoringContext, parts: Sequence[str]) -> list[Score]:
    """Mean rank correlation and top-word overlap of each pair of explainers and of all; none with one explainer."""
    pairs = {"~".join(pair): _of_pair(records, *pair, scoring.kind) for pair in combinations(parts, 2)}
    found = []
    for at, name in enumerate(("agreement", "top_agreement") if pairs else ()):
        by_sample: dict[str, list[float]] = defaultdict(list)
        for pair, rows in pairs.items():
            values = {sample: row[at] for sample, row in rows.items() if np.isfinite(row[at])}
            found.append(_mean(name, values.values(), scoring, part=pair))
            for sample, value in values.items():
                by_sample[sample].append(value)
        means = [float(np.mean(by_sample[sample])) for sample in sorted(by_sample)]
        found.append(_mean(name, means, scoring))
    return found


def _of_pair(records: Sequence[Record[W]], one: str, other: str, kind: InputKind) -> dict[str, tuple[float, float]]:
    """The two measures of every sample that both explainers explained, for the same class."""
    first = {record.sample: record.payload for record in records if record.part == one and record.payload}
    found = {}
    for record in records:
        a, b = first.get(record.sample), record.payload
        if record.part == other and a and b and a.explained == b.explained:
            rows = kind.shared(a.units, a.weights), kind.shared(b.units, b.weights)
            if len(rows[0]) != len(rows[1]):  # two cuts of an image that share no pieces
                continue
            found[record.sample] = (rank_correlation(*rows), top_agreement(*rows))
    return found


def _mean(name: str, values: Iterable[float], scoring: ScoringContext, **keys: str) -> Score:
    known = np.array(list(values), dtype=np.float64)
    return mean(name, known, scoring.confidence, scoring.seed, scoring.resamples, **keys)
