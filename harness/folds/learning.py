"""The task `learning`: what more training samples bring, from models fitted on shares of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from harness.engine.adapters import Connection
from harness.errors import UserError
from harness.records.record import Record
from harness.records.table import RecordTable
from harness.scores.address import local_address, parse_local
from harness.scores.score import Score, mean, undefined
from harness.sessions.traits import Traits
from harness.sources.context import Context
from harness.statistics.intervals import paired_difference
from harness.suite.file import Parts
from harness.tasks.classification import classification
from harness.tasks.multilabel import multilabel
from harness.tasks.regression import regression
from harness.tasks.task import PartFactory, ScoringContext, Task
from harness.types import Sample

TASKS: Mapping[str, Callable[..., Task[Any]]] = {
    "classification": classification,
    "regression": regression,
    "multilabel": multilabel,
}
"""The tasks of which a curve can be had."""

Share = Annotated[float, Field(gt=0, le=1)]


def learning(
    context: Context,
    *,
    of: Literal["classification", "regression", "multilabel"] = "classification",
    sizes: list[Share] = [0.1, 0.25, 0.5, 1.0],  # noqa: B006  # only read
    metrics: Parts | None = None,
) -> Task[Any]:
    """The scores of a task after fitting on shares of the training samples: `accuracy[part=25%]`.

    Needs `cross_validation`: each share of `sizes` has models of its own, fitted on so many of the samples that are not
    left out, the smaller shares among the larger. `accuracy_gain` (the first score that is a mean, whatever the task)
    is what the largest share has over the next one, on the same samples: near 0, more samples like these help little.
    """
    if sizes != sorted(set(sizes)):
        raise UserError(f"sizes: expected different shares in rising order, but got {sizes}", "sizes")
    inner = TASKS[of](context, **({} if metrics is None else {"metrics": metrics}))
    [prepare] = inner.parts.values()
    names = {_name(share): share for share in sizes}
    return replace(
        inner,
        parts={name: _fitted_on(prepare, share) for name, share in names.items()},
        score=lambda records, scoring: _scores(inner, list(names), records, scoring),
        outcomes=lambda records, scoring: _outcomes(inner, list(names), records, scoring),
        proportions=frozenset(),
        extremes=None,
        judge_table=None,
    )


def _name(share: float) -> str:
    return f"{100 * share:.4g}%"


def _fitted_on(prepare: PartFactory[Any], share: float) -> PartFactory[Any]:
    """The part with its session's share written on a function, which a bare `AskOnce` has no place for."""

    def part(model: Connection) -> Any:
        session = prepare(model)

        def ask(sample: Sample[Any], rng: Random) -> Any:
            return session(sample, rng)

        return Traits(share=share)(ask)

    return part


def _of_part(records: Sequence[Record[Any]], part: str, payload: type[Any]) -> RecordTable[Any]:
    table = records if isinstance(records, RecordTable) else RecordTable.of(records, payload)
    return table.take(np.flatnonzero(np.array(table.column("part").to_pylist()) == part))


def _scores(
    inner: Task[Any], parts: Sequence[str], records: Sequence[Record[Any]], scoring: ScoringContext
) -> list[Score]:
    found = [
        replace(score, keys={"part": part, **score.keys})
        for part in parts
        for score in inner.score(_of_part(records, part, inner.payload), scoring)
    ]
    return [*found, *_gains(inner, parts, records, scoring)]


def _outcomes(
    inner: Task[Any], parts: Sequence[str], records: RecordTable[Any], scoring: ScoringContext
) -> dict[str, Mapping[str, float]]:
    assert inner.outcomes
    return {
        local_address((named := parse_local(address))[0], {"part": part, **named[1]}): each
        for part in parts
        for address, each in inner.outcomes(_of_part(records, part, inner.payload), scoring).items()
    }


def _gains(
    inner: Task[Any], parts: Sequence[str], records: Sequence[Record[Any]], scoring: ScoringContext
) -> list[Score]:
    """What the last part has over the one before, on the samples of both."""
    if len(parts) < 2 or inner.outcomes is None:
        return []
    less, more = (inner.outcomes(_of_part(records, part, inner.payload), scoring) for part in parts[-2:])
    name = next(iter(more), "")
    both = [sample for sample in more.get(name, {}) if sample in less[name]]
    if not both:
        return [undefined(f"{name or 'accuracy'}_gain", "no sample was measured at both sizes")]
    one, other = (np.array([each[name][sample] for sample in both]) for each in (more, less))
    return [replace(_gain(f"{name}_gain", one, other, scoring), note=f"{parts[-1]} against {parts[-2]}")]


def _gain(name: str, more: Any, less: Any, scoring: ScoringContext) -> Score:
    """Of shares by the counts of the four outcomes, of other means by those of the differences."""
    if not set(np.unique([more, less])) <= {0.0, 1.0}:
        return mean(name, more - less, scoring.confidence, scoring.seed, scoring.resamples)
    both, first, second, neither = (int(((more == a) & (less == b)).sum()) for a in (1, 0) for b in (1, 0))
    low, high = paired_difference(both, first, second, neither, scoring.confidence)
    return Score(name, float(more.mean() - less.mean()), low, high, len(more))
