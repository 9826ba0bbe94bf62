"""A task whose every score is there for each slice, too, with the gap between slices and the worst of them.

This holds for every score of every task, a stranger's too, since it needs only the task's own `score`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from harness.baselines.direction import Ways, lower_is_better
from harness.engine.strangers import caught, error_line
from harness.scores.address import local_address, parse_local
from harness.scores.score import Score, undefined
from harness.scores.touched import doubted
from harness.slices.spec import GAP, SEGMENTS, WORST, SliceSpec
from harness.slicing.dividing import Values, divided, slice_values
from harness.slicing.gaps import gap, worst
from harness.slicing.segments import weak_segments
from harness.slicing.standardised import Mixes, MixesOfSlices

if TYPE_CHECKING:
    from harness.records.record import Record
    from harness.records.table import RecordTable
    from harness.tasks.task import Outcomes, ScoringContext, Task

OF_NO_SAMPLE = frozenset({"size"})
"""Scores that are the same whatever the samples."""

FewOf = Mapping[str, Score]


def sliced(task: Task[Any], slices: Mapping[str, SliceSpec]) -> Task[Any]:
    """The task with these slices by their names; as it is without any."""
    if not slices:
        return task
    settled = task.settled
    return replace(
        task,
        score=lambda records, scoring: _scores(task, slices, records, scoring),
        outcomes=task.outcomes and (lambda records, scoring: _outcomes(task, slices, records, scoring)),
        settled=settled and (lambda records, scoring: sliced(settled(records, scoring), slices)),
    )


def _scores(
    task: Task[Any], slices: Mapping[str, SliceSpec], records: Sequence[Record[Any]], scoring: ScoringContext
) -> list[Score]:
    whole = list(task.score(records, scoring))
    left = task.of_machine | OF_NO_SAMPLE
    some = {score.local: score for score in whole if score.name not in left and "slice" not in score.keys}
    values = slice_values(slices, records, scoring) if some else {}
    outcomes = (
        task.outcomes(cast("RecordTable[Any]", records), scoring)
        if task.outcomes and values and _has_classes(scoring)
        else {}
    )
    found, mixes = list(whole), Mixes(outcomes, scoring.truth)
    for name, each in values.items():
        if slices[name].column is not None and not each:
            continue
        of_slices = _of_slices(task, name, slices[name], records, scoring, each, some)
        found += [score for scores in of_slices.values() for score in scores.values()]
        found += _between(name, of_slices, some, scoring.confidence, mixes.of(each), task.lower_is_better)
    for name, spec in slices.items():
        if spec.column is not None and not values.get(name):
            found += _nowhere(name, spec.column, some, task.lower_is_better)
        if spec.segments and name in scoring.slices:
            found += _weak(task, name, spec, records, scoring, values, some)
    return found


def _nowhere(name: str, column: str, wanted: FewOf, ways: Ways) -> list[Score]:
    """The scores between slices of a set whose data have not the column: they have no value and decide nothing."""
    why = f"no sample has a value in the column {column!r} of the slice {name!r}"
    return [
        replace(undefined(title, why), keys={**score.keys, "slice": name}, doubt=why)
        for at, score in wanted.items()
        for title in (f"{score.name}{GAP}", worst_name(at, wanted))
        if title.endswith(GAP) or lower_is_better(score.name, ways) is not None
    ]


def _weak(
    task: Task[Any],
    name: str,
    spec: SliceSpec,
    records: Sequence[Record[Any]],
    scoring: ScoringContext,
    values: Mapping[str, Values],
    wanted: FewOf,
) -> list[Score]:
    """The scores of each weak segment that is confirmed, on the half that confirms it, and how many there are."""
    keys = {"slice": name}
    if math.isnan(scoring.confidence):
        return []
    wrong = _wrong(task, records, scoring)
    if not wrong:
        why = "the task has no share of all samples that it gets right"
        return [replace(undefined(SEGMENTS, why), keys=keys)]
    found = weak_segments(wrong, scoring.slices[name], values, spec.least, scoring.confidence)
    stated = [f"{each.words}: {each.error:.0%} wrong, {each.others:.0%} elsewhere, p {each.p:.1g}" for each in found]
    count, note = float(len(found)), "; ".join(stated) or "none was confirmed"
    scores = [Score(SEGMENTS, count, count, count, len(wrong), keys, note)]
    for each in found:
        [(_, its, context)] = divided(records, scoring, dict.fromkeys(each.samples, each.words))
        of_segment = {"slice": f"{name}:{each.words}"}
        scores += [
            replace(score, keys={**score.keys, **of_segment})
            for score in _of_slice(task, its, context, wanted).values()
        ]
    return scores


def _wrong(task: Task[Any], records: Sequence[Record[Any]], scoring: ScoringContext) -> dict[str, float]:
    """1 for each sample that the task's first share finds wrong, 0 for each other; empty where it has none."""
    every = task.outcomes(cast("RecordTable[Any]", records), scoring) if task.outcomes and len(records) else {}
    for at, each in every.items():
        if "[" not in at and lower_is_better(at, task.lower_is_better) is False and {*each.values()} <= {0.0, 1.0}:
            return {sample: 1 - outcome for sample, outcome in each.items()}
    return {}


def _has_classes(scoring: ScoringContext) -> bool:
    return scoring.output in {"probabilities", "classes"}


def _of_slices(
    task: Task[Any],
    name: str,
    spec: SliceSpec,
    records: Sequence[Record[Any]],
    scoring: ScoringContext,
    values: Values,
    wanted: FewOf,
) -> dict[str, dict[str, Score]]:
    """The scores of each slice by its value and by their address in the task, doubted where it has few samples."""
    found: dict[str, dict[str, Score]] = {value: {} for value in spec.known_values or ()}
    for value, its, context in divided(records, scoring, values):
        key = f"{name}:{value}"
        n = len(its.column("sample").unique()) if hasattr(its, "column") else len({each.sample for each in its})
        need = f"{spec.least} (or set `least` of the slice)"
        why = "" if n >= spec.least else f"{key} has {n} sample{'s' * (n != 1)}, and a gate needs {need}"
        found[value] = {at: doubted(score, why) for at, score in _of_slice(task, its, context, wanted).items()}
    return {
        value: {
            at: replace(score, keys={**score.keys, "slice": f"{name}:{value}"})
            for at, score in (scores or _undefined(wanted, "it has no sample")).items()
        }
        for value, scores in found.items()
    }


def _of_slice(
    task: Task[Any], records: Sequence[Record[Any]], scoring: ScoringContext, wanted: FewOf
) -> dict[str, Score]:
    """The scores of one slice; where the task cannot score it, what it raised is why none is defined."""
    try:
        return {score.local: score for score in task.score(records, scoring) if score.local in wanted}
    except BaseException as error:  # noqa: BLE001  # a stranger's task that scores all samples need not score a few
        return _undefined(wanted, " ".join(error_line(caught(error)).split()))


def _undefined(wanted: FewOf, why: str) -> dict[str, Score]:
    return {at: replace(undefined(score.name, why), keys=dict(score.keys)) for at, score in wanted.items()}


def _between(
    name: str,
    of_slices: Mapping[str, Mapping[str, Score]],
    wanted: FewOf,
    confidence: float,
    mixes: MixesOfSlices,
    ways: Ways,
) -> list[Score]:
    """The gap between the slices of one name, and the worst of them, for each score."""
    found = []
    for at, score in wanted.items():
        its = {value: scores[at] for value, scores in of_slices.items() if at in scores}
        keys = {**score.keys, "slice": name}
        found.append(gap(its, score.name, keys, confidence, partial(mixes.explanation, at)))
        lower = lower_is_better(score.name, ways)
        if lower is not None:
            found.append(worst(its, worst_name(at, wanted), keys, confidence, most=lower))
    return found


def worst_name(local: str, known: Mapping[str, object]) -> str:
    """What the worst of a score over slices is called; the worst of the worst parts is `worst_` once."""
    name, keys = parse_local(local)
    once = name.startswith(WORST) and local_address(name.removeprefix(WORST), keys) not in known
    return name if once else f"{WORST}{name}"


def _outcomes(
    task: Task[Any], slices: Mapping[str, SliceSpec], records: RecordTable[Any], scoring: ScoringContext
) -> Outcomes:
    """What the scores of slices are means of, besides those of all; not of slices that each model has its own of."""
    assert task.outcomes is not None
    whole = task.outcomes(records, scoring)
    found: dict[str, Mapping[str, float]] = dict(whole)
    for name, values in scoring.slices.items():
        for at, each in whole.items() if name in slices and not slices[name].segments else ():
            score, keys = parse_local(at)
            parts: dict[str, dict[str, float]] = {}
            for sample, outcome in each.items():
                if value := values.get(sample):
                    parts.setdefault(value, {})[sample] = outcome
            found |= {local_address(score, {**keys, "slice": f"{name}:{value}"}): some for value, some in parts.items()}
    return found
