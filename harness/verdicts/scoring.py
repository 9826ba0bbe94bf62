"""From records to scores and verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from harness.data.samples import groups_of, ids_of, slices_of, truths_of
from harness.demands.gate import Gate
from harness.engine.strangers import caught, error_line
from harness.records.table import RecordTable
from harness.scores.address import parse_local
from harness.scores.gates import Decision, TaskScores, resolve_undecided, verdict_of
from harness.scores.score import Score, undefined
from harness.scores.touched import doubted
from harness.types import Sample, Undecided, Verdict
from harness.verdicts.absent import with_absent
from harness.verdicts.addressed import scores_of
from harness.verdicts.grouped import with_groups
from harness.verdicts.transfer import with_drops

if TYPE_CHECKING:
    from harness.tasks.task import ScoringContext, Task

FAILED = "scores"
"""The only score of a task that could not be scored, besides those that have gates."""

TASK_FAILED = "the task could not be scored"
"""How the note of such a score begins."""


@dataclass(frozen=True)
class Verdicts:
    """The outcome of a run: every gate's decision, the verdict of the blocking ones, and what that counts as."""

    decisions: Sequence[Decision]
    verdict: Verdict
    counts_as: Verdict


def score_task(
    task: Task[Any], records: RecordTable[Any], scoring: ScoringContext, samples: Sequence[Sample[Any]]
) -> TaskScores:
    """A task's scores from its records; errored ones are left out, and counted in at best and at worst.

    Where most of a part's cases errored, its scores are of the few that did not, and no gate is decided on them.
    A task that cannot score them has one score, FAILED, which is undefined and says why; where it cannot score the
    extremes, nobody knows what the errors would have changed.
    """
    good = records.without_errors()
    errors = len(records) - len(good)
    try:
        scores = scores_of(task, good, scoring)
    except BaseException as error:  # noqa: BLE001  # a stranger's task must not lose the scores of others
        why = f"{TASK_FAILED}: {' '.join(error_line(caught(error)).split())}"
        return TaskScores({FAILED: undefined(FAILED, why, len(good))}, errors=errors, cases=len(records))
    scores = with_absent(_with_survivors(scores, _survivors(records)) if errors else scores, scoring)
    extremes = _extremes(task, records, scoring, samples) if errors and task.extremes else []
    return TaskScores(*with_groups(scores, extremes, partial(scores_of, task), good, scoring), errors, len(records))


def _extremes(
    task: Task[Any], records: RecordTable[Any], scoring: ScoringContext, samples: Sequence[Sample[Any]]
) -> list[dict[str, Score]]:
    """The scores at best and at worst; none where the task cannot tell them."""
    try:
        return [scores_of(task, imputed, scoring) for imputed in _imputed(task, records, samples, scoring)]
    except BaseException as error:  # noqa: BLE001  # as above
        caught(error)
        return []


def for_gates(scored: TaskScores, gates: Iterable[Gate]) -> TaskScores:
    """The same; of a task that could not be scored with every score that has a gate, undefined for the same reason."""
    failed = scored.scores.get(FAILED)
    if failed is None:
        return scored
    locals_ = [gate.address.partition("/")[2] for gate in gates]
    named = (replace(failed, name=name, keys=keys) for name, keys in map(parse_local, locals_))
    return replace(scored, scores={FAILED: failed, **dict(zip(locals_, named, strict=True))})


def verdicts_of(
    decisions: Sequence[Decision], scored: Mapping[str, TaskScores], max_errors: int, undecided: Undecided
) -> Verdicts:
    """The worst blocking gate; an error when a task has more errored cases than the suite allows."""
    over: list[Verdict] = ["error" for each in scored.values() if each.errors > max_errors or FAILED in each.scores]
    blocking = [decision for decision in decisions if decision.blocks]
    verdict = verdict_of([*(decision.verdict for decision in blocking), *over])
    counts_as = verdict_of([*(resolve_undecided(decision, undecided) for decision in blocking), *over])
    return Verdicts(decisions, verdict, counts_as)


def score_sets(
    task: Task[Any], records: RecordTable[Any], sets: Mapping[str, Sequence[Sample[Any]]], context: ScoringContext
) -> TaskScores:
    """A task's scores on every set by its name, and how much is lost from the first set to each of the others."""
    task = _settled(task, records, sets, context) if task.settled else task
    if len(sets) == 1:
        [samples] = sets.values()
        return score_task(task, records, _of_samples(context, samples), samples)
    truths = {name: truths_of(samples) for name, samples in sets.items()}
    scored = [
        score_task(task, records.of_samples(truths[name]), _of_samples(context, samples), samples)
        for name, samples in sets.items()
    ]
    return with_drops(scored, list(sets))


def _settled(
    task: Task[Any], records: RecordTable[Any], sets: Mapping[str, Sequence[Sample[Any]]], context: ScoringContext
) -> Task[Any]:
    """The task once all records are there; where it cannot be settled, one whose scores say why."""
    truths = {id_: truth for samples in sets.values() for id_, truth in truths_of(samples).items()}
    assert task.settled is not None
    try:
        return task.settled(records.without_errors(), with_truths(context, truths))
    except BaseException as error:  # noqa: BLE001  # a stranger's task must not lose the scores of others
        return replace(task, settled=None, score=partial(_raise, caught(error)))


def _raise(error: BaseException, *_: object) -> NoReturn:
    raise error


def _of_samples(context: ScoringContext, samples: Sequence[Sample[Any]]) -> ScoringContext:
    return replace(with_truths(context, truths_of(samples)), groups=groups_of(samples), slices=slices_of(samples))


def with_truths(context: ScoringContext, truths: Mapping[str, Any]) -> ScoringContext:
    """The context of scores on samples of which this is true, as far as it is known."""
    if None in truths.values():
        truths = {name: each for name, each in truths.items() if each is not None}
    return replace(context, truth=truths)


def _survivors(records: RecordTable[Any]) -> dict[str, str]:
    """For each part most of whose cases errored, how few did not, in words."""
    cases = Counter(records.column("part").to_pylist())
    left = Counter(records.without_errors().column("part").to_pylist())
    few = {part: (left[part], n) for part, n in cases.items() if 2 * left[part] < n}
    return {
        part: f"only {got} of {n} cases{f' of {part}' if part else ''} did not error" for part, (got, n) in few.items()
    }


def _with_survivors(scores: Mapping[str, Score], few: Mapping[str, str]) -> dict[str, Score]:
    """The scores with a doubt where they are of a part, or of all parts, with few survivors."""
    any_part = next(iter(few.values()), "")
    of_part = {
        at: few.get(score.keys["part"], "") if "part" in score.keys else any_part for at, score in scores.items()
    }
    return {at: doubted(score, of_part[at]) for at, score in scores.items()}


def _imputed(
    task: Task[Any], records: RecordTable[Any], samples: Sequence[Sample[Any]], scoring: ScoringContext
) -> Iterator[RecordTable[Any]]:
    """The records with every errored one in place of each of its extremes, all at best, then all at worst."""
    assert task.extremes is not None
    places = {name: at for at, name in enumerate(ids_of(samples))}
    errored = np.flatnonzero(np.array(records.column("status").to_pylist()) == "error")
    failed = [replace(record, status="ok", error=None) for record in records.take(errored)]
    extremes = [task.extremes(samples[places[record.sample]], scoring) for record in failed]
    for payloads in zip(*extremes, strict=False):
        filled = [replace(record, payload=payload) for record, payload in zip(failed, payloads, strict=True)]
        yield records.replaced(errored, RecordTable.of(filled, records.payload))
