"""What changed from one model to another, score by score: paired case by case wherever the cases pair."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from harness.baselines.packing import Packing
from harness.baselines.side import Side, TaskHead, truth_of
from harness.between.drops import drops, needed
from harness.between.reasons import Correlations, correlation_scores, correlations, is_correlation, is_explaining
from harness.errors import UserError, listed
from harness.kinds.inputs import input_kind
from harness.kinds.outputs import Truth
from harness.records.hardware import elsewhere
from harness.records.record import Record
from harness.records.table import RecordTable
from harness.scores.address import local_address, parse_local
from harness.scores.score import Score
from harness.scores.touched import doubted
from harness.statistics.clusters import Blocks
from harness.statistics.exact import NO_BOUNDS
from harness.statistics.paired import DIFFERENCES, Difference, Way
from harness.verdicts.addressed import scores_of
from harness.verdicts.grouped import FEWEST_RESAMPLES

if TYPE_CHECKING:
    from harness.tasks.task import Outcomes, ScoringContext, Task

EXACT = {"size"}
"""Scores of no sample: their differences are known exactly."""

UNSETTLED = "what it decides is chosen on other samples of each run, so its cases do not pair"
UNPAIRED = "unpaired: a baseline file does not keep what it is computed from"


@dataclass(frozen=True)
class Changed:
    """A score of two models: on the cases that both have, new less old with its bounds, and who has other cases.

    Of a pairing of ratios the difference is new over old.

    `p` is two-sided, of no difference: for shares McNemar's exact one. `paired` is False where only the two scores are
    known, and then they are of all cases.
    """

    score: Score
    old: float
    new: float
    difference: float
    low: float | None
    high: float | None
    n: int
    only_old: int
    only_new: int
    p: float | None
    paired: bool = True
    note: str = ""


def require_comparable(old: Side, new: Side) -> None:
    """Raise UserError for what cannot be compared at all: other labels, another kind of answer, no common sample."""
    one, other = old.head, new.head
    for what in ("output", "kind", "labels"):
        before, now = getattr(one, what), getattr(other, what)
        if list(before) != list(now):
            named = [listed(each) if what == "labels" else repr(each) for each in (before, now)]
            raise UserError(f"{old.title}: its {what} {_are(what)} {named[0]}, here {named[1]}: they do not compare")
    if not (both := old.truths.keys() & new.truths.keys()):
        raise UserError(f"{old.title}: none of its {len(old.truths)} samples is here: it is of other data")
    if all(old.truths[key] != new.truths[key] for key in both):
        raise UserError(f"{old.title}: every sample that is here too ({len(both)}) has another label in it")


def task_misfit(
    old: TaskHead | None, new: TaskHead, title: str, sides: tuple[str, str] = ("the baseline", "this suite")
) -> str:
    """Why a task cannot be compared: it is missing, or parameters that decide its records differ; else empty.

    `sides` are what the reader calls the two.
    """
    if old is None or old.use != new.use:
        return f"{sides[0]} has no task {title!r}" + (f" of {new.use!r}" if old else "")
    keys = sorted(old.parameters.keys() | new.parameters.keys())
    other = [key for key in keys if old.parameters.get(key) != new.parameters.get(key)]
    return "; ".join(
        f"its {key} {_are(key)} "
        + ", ".join(f"{each.parameters.get(key)!r:.60} in {side}" for each, side in zip((old, new), sides, strict=True))
        for key in other
    )


def _are(name: str) -> str:
    return "are" if name.endswith("s") else "is"


class Cases:
    """What one side has of a task, its errored cases left out; computed once for every pairing that shares it.

    `rounded` is as in a file, so that a model does not differ from its own one.
    """

    def __init__(self, task: Task[Any], title: str, side: Side, scoring: ScoringContext, *, rounded: bool) -> None:
        self._task = task
        self.records = _records(task, title, side, rounded=rounded)
        self.ids = frozenset(self.records.column("sample").to_pylist())
        self.scoring = _of_samples(scoring, side, self.ids & side.truths.keys())
        self._scored: dict[tuple[Sequence[str], bytes], list[Mapping[str, Score]]] = {}

    def without(self, blocks: Blocks, alike: Sequence[str], scoring: ScoringContext) -> list[Mapping[str, Score]]:
        """The scores of some samples without each block of them; once for all pairings that have the very same ones."""
        at = tuple(alike), blocks.places.tobytes()
        if at not in self._scored:
            ids = np.array(alike, dtype=object)
            kept = [ids[blocks.places != block].tolist() for block in range(blocks.count)]
            self._scored[at] = [self._values(self.records.of_samples(some), scoring) for some in kept]
        return self._scored[at]

    def _values(self, records: RecordTable[Any], scoring: ScoringContext) -> Mapping[str, Score]:
        """The scores without bounds, which take most of the time; rough ones where a stranger's task needs them."""
        try:
            return scores_of(self._task, records, replace(scoring, confidence=NO_BOUNDS))
        except Exception:  # noqa: BLE001  # whatever it makes of a confidence that is none
            return scores_of(self._task, records, replace(scoring, resamples=FEWEST_RESAMPLES))

    @cached_property
    def outcomes(self) -> Outcomes:
        """Of the scores that are means or shares, the outcome of each case."""
        return self._task.outcomes(self.records, self.scoring) if self._task.outcomes else {}


KeptCases: TypeAlias = dict[tuple[str, str, bool], Cases]
"""The cases of sides that are paired several times, by task, side and whether they are rounded."""


class Pairing:
    """A task of two models, on the samples that both have and that are labelled alike; `way` is how scores compare.

    Of several sets of data the first speaks for the task, each other one for its scores of `data=NAME`, and
    both for the drop to it.
    """

    def __init__(
        self, task: Task[Any], title: str, old: Side, new: Side, scoring: ScoringContext,
        kept: KeptCases | None = None, data: str | None = None, way: Way = DIFFERENCES
    ) -> None:  # fmt: skip
        kept = {} if kept is None else kept
        self._task, self._title, self._old, self._new = task, title, old, new
        self._sides, rounded = [], not (old.exact and new.exact)
        scoring = replace(scoring, slices=new.slices or old.slices)
        for side in (old, new):
            at = title, side.title, rounded
            if at not in kept:
                kept[at] = Cases(task, title, side, scoring, rounded=rounded)
            self._sides.append(kept[at])
        ran = self._sides[0].ids | self._sides[1].ids
        sets = {key: name for key, name in {**old.sets, **new.sets}.items() if key in ran}
        first, *others = dict.fromkeys(sets.values()) or [""]
        self._data, mine = data or "", first if data is None else data
        self._way, others = way, others if data is None else []
        self._others = {name: Pairing(task, title, old, new, scoring, kept, name, way) for name in others}
        ids = [frozenset(key for key in each.ids if sets.get(key, first) == mine) if sets else each.ids
               for each in self._sides]  # fmt: skip
        self._alike = sorted(key for key in ids[0] & ids[1] if old.truths[key] == new.truths[key])
        self.only = len(ids[0]) - len(self._alike), len(ids[1]) - len(self._alike)
        self._elsewhere = elsewhere(old.head.machine, new.head.machine)
        self._lost = {*old.head.tasks[title].lost, *new.head.tasks[title].lost}
        self._groups = new.groups or old.groups

    @cached_property
    def _scoring(self) -> ScoringContext:
        of_new = self._sides[1].scoring
        return replace(of_new, truth={key: of_new.truth[key] for key in self._alike if key in of_new.truth})

    @cached_property
    def _both(self) -> list[RecordTable[Any]]:
        return [each.records.of_samples(self._alike) for each in self._sides]

    @cached_property
    def _blocks(self) -> Blocks:
        return Blocks.of([self._groups.get(key, key) for key in self._alike], self._scoring.seed)

    def changes(self, wanted: Collection[str] | None = None) -> dict[str, Changed]:
        """Each score that both have, by its address in the task, or some of them."""
        return self._of_every_set(wanted, Pairing._changes)

    def by_case(self, wanted: Collection[str] | None = None) -> dict[str, Changed]:
        """The same of shares and means alone, without scoring anything: a run's own scores say what is doubtful."""
        return self._of_every_set(wanted, Pairing._by_cases)

    def _of_every_set(
        self, wanted: Collection[str] | None, computed: Callable[[Pairing, Collection[str] | None], dict[str, Changed]]
    ) -> dict[str, Changed]:
        some = wanted if wanted is None else {*wanted, *(each for at in wanted for each in needed(at))}
        first = computed(self, some)
        found = dict(first)
        for name, other in self._others.items():
            own = computed(other, None if some is None else [_without_data(at) for at in some if _is_of(at, name)])
            found |= {_of_data(at, name): _named(change, name) for at, change in own.items()}
            found |= drops(first, own, name)
        return {at: change for at, change in found.items() if wanted is None or at in wanted}

    def _changes(self, wanted: Collection[str] | None) -> dict[str, Changed]:
        if not self._alike or (wanted is not None and not wanted):
            return {}
        lean = replace(self._scoring, resamples=FEWEST_RESAMPLES)
        new = scores_of(self._task, self._both[1], lean)  # for its doubts, which outcomes do not know
        names = [at for at in new if wanted is None or at in wanted]
        by_block = [at for at in names if at not in self._outcomes and at not in self._lost]
        old = scores_of(self._task, self._both[0], lean) if by_block else {}
        without = self._without() if old.keys() & set(by_block) else []
        found: dict[str, Changed | None] = {}
        for at in names:
            if at in self._lost:
                found[at] = self._unpaired(at)
            elif at in self._outcomes:
                found[at] = self._by_case(new[at], *self._outcomes[at])
            elif at in old:
                found[at] = self._by_block(at, old[at], new[at], without)
        found |= {at: self._of_reasons(score) for at, score in self._reasons(wanted).items()}
        return {at: change for at, change in found.items() if change is not None}

    def _by_cases(self, wanted: Collection[str] | None) -> dict[str, Changed]:
        known = self._new.scores
        found = {
            at: self._by_case(known.get(f"{self._title}/{_of_data(at, self._data)}") or _score_at(at), *both)
            for at, both in self._outcomes.items()
            if at not in self._lost and (wanted is None or at in wanted)
        }
        return {at: change for at, change in found.items() if change is not None}

    @cached_property
    def correlations(self) -> Correlations:
        """How far the reasons for equal answers are the same, by address and sample; none against a file."""
        known = is_explaining(self._task.payload) and self._old.exact and self._new.exact
        if not known:
            return {}
        old, new = self._both
        return correlations(old, new, self._scoring.kind)

    def _reasons(self, wanted: Collection[str] | None) -> Mapping[str, Score]:
        if not any(self.correlations.values()) or (wanted is not None and not any(map(is_correlation, wanted))):
            return {}
        old, new = self._both
        found = correlation_scores(old, new, self._scoring, self._groups)
        return {at: score for at, score in found.items() if wanted is None or at in wanted}

    def _of_reasons(self, score: Score) -> Changed:
        """A model's reasons are its own: of the old one the correlation is 1."""
        value, low, high = (None if each is None else each - 1 for each in (score.value, score.low, score.high))
        moved = Difference(value or 0.0, low, high, None)
        return self._changed(score, (1.0, 1 + (value or 0.0)), moved, score.n, (0, 0))

    def own_scores(self) -> Mapping[str, Score]:
        """The new one's scores on the samples that both have."""
        return scores_of(self._task, self._both[1], self._scoring)

    @cached_property
    def outcomes(self) -> dict[str, tuple[Mapping[str, float], Mapping[str, float]]]:
        """What each case has in both, by score that is a mean or a share; of grouped samples none is a case."""
        others = {
            _of_data(at, name): both for name, other in self._others.items() for at, both in other.outcomes.items()
        }
        return self._outcomes | others

    @cached_property
    def _outcomes(self) -> dict[str, tuple[Mapping[str, float], Mapping[str, float]]]:
        if self._groups:
            return {}
        old, new = (self._of_alike(each.outcomes) for each in self._sides)
        return {at: (old[at], new[at]) for at in old.keys() & new.keys()}

    def _of_alike(self, outcomes: Outcomes) -> dict[str, dict[str, float]]:
        alike = frozenset(self._alike)
        return {at: {key: each[key] for key in each.keys() & alike} for at, each in outcomes.items()}

    def _by_case(self, score: Score, old: Mapping[str, float], new: Mapping[str, float]) -> Changed | None:
        both = sorted(old.keys() & new.keys())
        if not both:
            return None
        one, other = (np.array([each[key] for key in both]) for each in (old, new))
        scoring = self._scoring
        if np.isin([one, other], (0.0, 1.0)).all():
            moved = self._way.of_shares(one == 1, other == 1, scoring.confidence)
        else:
            moved = self._way.of_values(one, other, scoring.confidence, scoring.seed, scoring.resamples)
        more = len(old) - len(both), len(new) - len(both)
        return self._changed(score, (float(one.mean()), float(other.mean())), moved, len(both), more)

    def _by_block(
        self, at: str, old: Score, new: Score, without: Sequence[tuple[Mapping[str, Score], ...]]
    ) -> Changed | None:
        rows = [[each[at].value if at in each else None for each in pair] for pair in without]
        if old.value is None or new.value is None:
            return None
        known = np.array(rows, dtype=np.float64)
        moved = self._way.of_bounds((old.value, None, None), (new.value, None, None))
        few = new.name in self._task.of_machine and None in (old.low, old.high, new.low, new.high)
        if np.isfinite(known).all() and len(known) > 1 and not few:
            values = old.value, new.value
            moved = self._way.of_blocks(values, (known[:, 0], known[:, 1]), self._blocks, self._scoring.confidence)
        return self._changed(new, (old.value, new.value), moved, new.n, (0, 0))

    def _without(self) -> list[tuple[Mapping[str, Score], ...]]:
        """The scores of both without each block of samples."""
        about = self._blocks, self._alike, self._scoring
        return list(zip(*(each.without(*about) for each in self._sides), strict=True))

    def _unpaired(self, at: str) -> Changed | None:
        old, new = (side.scores.get(f"{self._title}/{_of_data(at, self._data)}") for side in (self._old, self._new))
        if old is None or new is None or old.value is None or new.value is None:
            return None
        moved = self._way.of_bounds((old.value, old.low, old.high), (new.value, new.low, new.high))
        found = self._changed(new, (old.value, new.value), moved, new.n, (0, 0))
        return replace(found, paired=False, note=UNPAIRED)

    def _changed(
        self, score: Score, values: tuple[float, float], moved: Difference, n: int, more: tuple[int, int]
    ) -> Changed:
        only_old, only_new = (one + other for one, other in zip(self.only, more, strict=True))
        if moved.low is None and score.name in EXACT:
            moved = moved._replace(low=moved.value, high=moved.value, p=None)
        elif moved.low is None and score.name in self._task.of_machine:  # a percentile of too few calls
            moved = moved._replace(p=None)
        score = doubted(score, self._elsewhere if score.name in self._task.of_machine else "")
        note = "" if moved.low is not None else "nobody knows how the difference varies"
        return Changed(score, *values, moved.value, moved.low, moved.high, n, only_old, only_new, moved.p, note=note)


def _of_data(address: str, data: str) -> str:
    name, keys = parse_local(address)
    return local_address(name, {**keys, "data": data}) if data else address


def _is_of(address: str, data: str) -> bool:
    return parse_local(address)[1].get("data") == data


def _without_data(address: str) -> str:
    name, keys = parse_local(address)
    return local_address(name, {key: value for key, value in keys.items() if key != "data"})


def _named(change: Changed, data: str) -> Changed:
    return replace(change, score=replace(change.score, keys={**change.score.keys, "data": data}))


def _score_at(address: str) -> Score:
    name, keys = parse_local(address)
    return Score(name, None, None, None, 0, keys)


def _records(task: Task[Any], title: str, side: Side, *, rounded: bool) -> RecordTable[Any]:
    """The records of one side without errors, rounded as in a file where the other one is: a model equals itself."""
    records = side.records(title, task.payload).without_errors()
    if not rounded or not side.exact:
        return records
    packing = Packing(task.payload, side.head.labels)
    truths = {key: truth_of(written, side.head) for key, written in side.truths.items()}
    return RecordTable.of([_rounded(record, packing, truths[record.sample]) for record in records], task.payload)


def _rounded(record: Record[Any], packing: Packing, truth: Truth | None) -> Record[Any]:
    return replace(record, payload=packing.unpack(packing.pack(record.payload, truth), truth), finding=None)


def _of_samples(scoring: ScoringContext, side: Side, keys: Iterable[str]) -> ScoringContext:
    truths = {key: truth_of(side.truths[key], side.head) for key in keys}
    return replace(
        scoring,
        labels=side.head.labels,
        truth={key: truth for key, truth in truths.items() if truth is not None},
        output=side.head.output,
        kind=input_kind(side.head.kind),
    )
