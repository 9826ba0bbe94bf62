"""Scores with bounds that hold at every look, in place of those that hold for a number of samples fixed beforehand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.data.samples import truths_of
from harness.demands.gate import CHANGES
from harness.early.watch import WORST, Watch, local_of, range_of
from harness.scores.address import parse_local
from harness.scores.gates import TaskScores
from harness.scores.score import Score
from harness.statistics.betting import Range, betting_bounds

if TYPE_CHECKING:
    from harness.baselines.against import Against
    from harness.records.run import Run
    from harness.records.table import RecordTable
    from harness.tasks.task import Outcomes, ScoringContext, Task
    from harness.types import Array, Sample

Bounds = tuple[float, float]


@dataclass(frozen=True)
class EarlyTask:
    """A task that may end early: its gates, all samples that it would run on in their order, and the baseline, if any.

    What it computes depends on the records that it is given only, and on nothing that came later.
    """

    title: str
    task: Task[Any]
    watch: Watch
    planned: Sequence[Sample[Any]]
    context: ScoringContext
    run: Run
    against: Against | None = None

    def bounded(self, scored: TaskScores, records: RecordTable[Any]) -> TaskScores:
        """The same scores, those that have a gate with bounds that hold at every look."""
        counted = self._counted(records, scored.scores)
        scores, changes = dict(scored.scores), dict(scored.changes)
        for gate in self.watch.gates:
            local = local_of(gate)
            score = scored.scores.get(local)
            if score is None or score.value is None:
                continue
            if gate.kind in CHANGES:
                changes[local] = counted.change(local, changes.get(local, score))
            else:
                scores[local] = counted.bounded(score)
        bounded = {local: scores[local] for local in self.watch.locals & scores.keys()}
        return replace(
            scored, scores=scores, changes=changes, extremes=[{**each, **bounded} for each in scored.extremes]
        )

    def _counted(self, records: RecordTable[Any], scores: Mapping[str, Score]) -> _Counted:
        assert self.task.outcomes is not None
        seen = set(records.column("sample").to_pylist())
        ids = [name for name in self.truths if name in seen]
        known = {name: self.truths[name] for name in ids if self.truths[name] is not None}
        outcomes = self.task.outcomes(records.without_errors(), replace(self.context, truth=known))
        return _Counted(self, ids, outcomes, _errored(records), scores)

    @cached_property
    def truths(self) -> Mapping[str, Any]:
        """What is true of each planned sample, by its id and in their order."""
        return truths_of(self.planned)

    @cached_property
    def before(self) -> Outcomes:
        """What each score is the mean of in the baseline, by this run's samples: those that are labelled alike."""
        return self.against.outcomes(self.run, self.title, self.task, self.context) if self.against else {}

    def horizon(self, local: str) -> int:
        """About how many cases of a score there would be at the end."""
        labels, of_class = list(self.context.labels), parse_local(local)[1].get("class")
        if of_class not in labels:
            return len(self.truths)
        at = labels.index(of_class)
        applies = [at in truth if isinstance(truth, Collection) else truth == at for truth in self.truths.values()]
        return max(1, applies.count(True))


@dataclass(frozen=True)
class _Counted:
    """The first samples of a task, in their order, what scores are means of, and the samples with a case that errored.

    These count as the least there can be where a lower bound is computed, as the greatest where an upper one is.
    """

    early: EarlyTask
    ids: Sequence[str]
    outcomes: Outcomes
    errored: Collection[str]
    scores: Mapping[str, Score]

    def bounded(self, score: Score) -> Score:
        """A score with its bounds; of the worst of some parts those of each, the parts that may fail corrected."""
        watch, within = self.early.watch, range_of(score.local, self.early.task, change=False)
        assert within is not None
        low, high = watch.alphas(score.local, change=False)
        if not score.name.startswith(WORST):
            bounds = self._bounds(score.local, self.outcomes.get(score.local, {}), (low, high), within)
            return replace(score, low=bounds[0], high=bounds[1])
        parts = self._parts(score.name.removeprefix(WORST))
        most = score.name.endswith("_drop")
        alphas = (low / len(parts), high) if most else (low, high / len(parts))
        every = [self._bounds(at, self.outcomes[at], alphas, within) for at in parts]
        worst = max if most else min
        return replace(score, low=worst(each[0] for each in every), high=worst(each[1] for each in every))

    def _parts(self, name: str) -> Sequence[str]:
        """The scores that the worst is of: all, as long as a part that changed too few samples may change more."""
        parts = [at for at, values in self.outcomes.items() if values and _is_part(at, name)]
        if len(self.ids) < len(self.early.truths):
            return parts
        return [at for at in parts if not self.scores[at].doubt] or parts

    def change(self, local: str, score: Score) -> Score:
        """How far a score rose from the baseline, with its bounds; `score` is what is known of it otherwise."""
        within = range_of(local, self.early.task, change=True)
        assert within is not None
        old, new = self.early.before.get(local, {}), self.outcomes.get(local, {})
        moved = {name: new[name] - old[name] for name in self.ids if name in new and name in old}
        alphas, horizon = self.early.watch.alphas(local, change=True), len(old)
        low, high = self._bounds(local, moved, alphas, within, horizon)
        value = float(np.mean(list(moved.values()))) if moved else None
        return replace(score, value=value, low=low, high=high, n=len(moved))

    def _bounds(
        self, local: str, values: Mapping[str, float], alphas: Bounds, within: Range, horizon: int | None = None
    ) -> Bounds:
        horizon = horizon or self.early.horizon(local)
        low, high = (betting_bounds(self._in_order(values, end), horizon, alphas, within) for end in within)
        return low[0], high[1]

    def _in_order(self, values: Mapping[str, float], imputed: float) -> Array:
        found = [values.get(name, imputed) for name in self.ids if name in values or name in self.errored]
        return np.array(found, dtype=np.float64)


def _is_part(local: str, name: str) -> bool:
    found, keys = parse_local(local)
    return found == name and list(keys) == ["part"]


def _errored(records: RecordTable[Any]) -> set[str]:
    """The samples with a case that errored."""
    columns = (records.column(name).to_pylist() for name in ("sample", "status"))
    return {sample for sample, status in zip(*columns, strict=True) if status == "error"}
