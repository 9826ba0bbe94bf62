"""The common part of tasks that measure predictions: metrics, checked by the type they measure, and intervals."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol, Self, TypeAlias

import numpy as np

from harness.errors import UserError
from harness.kinds.outputs import are_one_hot
from harness.scores.address import parse_local
from harness.scores.estimates import ValuePredictions
from harness.scores.intervals import Indices, bootstrap_all, wilson
from harness.scores.metrics import ClassPredictions, Counted, LabelPredictions, class_f1
from harness.scores.score import Score, share, undefined
from harness.sessions.traits import traits_of
from harness.suite.components import Component, hint_of
from harness.suite.file import PartSpec
from harness.suite.overrides import MAIN
from harness.tasks.careful import Careful, with_failures
from harness.tasks.task import Context, ScoringContext
from harness.types import Array


class Measured(Protocol):
    """The input of metrics: rows that the bootstrap can resample."""

    def __len__(self) -> int: ...
    def take(self, rows: Indices) -> Self: ...


Metric: TypeAlias = Callable[[Any], float]
Interval: TypeAlias = tuple[float, float] | None
FAMILIES: Mapping[type[Any], str] = {
    ClassPredictions: "classes",
    ValuePredictions: "values",
    LabelPredictions: "label sets",
}
"""The types that a metric can measure, in words."""

NO_PROBABILITIES = "it needs probabilities, and this model answers classes"
"""Why a score is undefined for a model that only decides."""

ONE_HOT = "every answer is 0 or 1: a model that only decides has `output: classes`"
"""What is noticed about scores of probabilities that are none."""


def named(*names: str) -> list[PartSpec]:
    """Metrics by name, as a suite would list them."""
    return [PartSpec(use=name) for name in names]


def metric_functions(context: Context, specs: Sequence[PartSpec], family: type[Any]) -> dict[str, Metric]:
    """The metrics of a task by the name of their score: `top_k:3` is `top_k@3`.

    Raises UserError for one that measures something else than this task has.
    """
    specs = [spec if spec.name else _renamed(spec) for spec in specs]
    found = context.components("metrics", specs) if specs else {}
    for at, (name, component) in enumerate(found.items()):
        _require_name(name, at)
        _require_family(component, family, at)
    return {
        name: traits_of(component.function)(partial(component.function, **component.parameters))
        for name, component in found.items()
    }


def with_interval(name: str, metric: Metric, data: Measured, scoring: ScoringContext) -> Score:
    """A metric with its bootstrap interval; undefined where it is not a number."""
    [score] = with_intervals({name: metric}, data, scoring)
    return score


def with_intervals(metrics: Mapping[str, Metric], data: Measured, scoring: ScoringContext) -> list[Score]:
    """Every metric with its bootstrap interval, over the same resamples; undefined where it is not a number."""
    if not len(data):
        return [undefined(name, "no case was measured") for name in metrics]
    answered = {name: Careful(metric) for name, metric in metrics.items() if _is_answered(metric, scoring)}
    values = {name: metric(data) for name, metric in answered.items()}
    defined = {name: metric for name, metric in answered.items() if np.isfinite(values[name])}

    def on(rows: Indices) -> list[float]:
        taken = data.take(rows)
        return [metric(taken) for metric in defined.values()]

    found = (
        bootstrap_all(on, len(data), confidence=scoring.confidence, seed=scoring.seed, resamples=scoring.resamples)
        if defined
        else []
    )
    intervals = dict(zip(defined, found, strict=True))
    scores = [
        _score(name, values[name], intervals.get(name), data, scoring)
        if name in values
        else undefined(name, NO_PROBABILITIES, len(data))
        for name in metrics
    ]
    return with_failures(scores, answered)


def _is_answered(metric: Metric, scoring: ScoringContext) -> bool:
    """Whether the model's output is enough for a metric."""
    return scoring.output != "classes" or not traits_of(metric).needs_probabilities


def noticed(metrics: Mapping[str, Metric], scores: Sequence[Score], rows: Array) -> list[Score]:
    """The scores, those of probabilities with a note where all answers `(n, classes)` are 0 or 1."""
    if not len(rows) or not are_one_hot(rows):
        return list(scores)
    named = {name for name, metric in metrics.items() if traits_of(metric).needs_probabilities}
    return [replace(each, note=each.note or ONE_HOT) if each.name in named else each for each in scores]


def _score(name: str, value: float, interval: Interval, data: Measured, scoring: ScoringContext) -> Score:
    if not np.isfinite(value):
        return undefined(name, "not defined on these labels", len(data))
    if interval and interval[0] == interval[1]:
        interval = _of_no_variation(value, data, scoring.confidence)
    low, high = interval or (None, None)
    return Score(name, value, low, high, len(data))


def _of_no_variation(value: float, data: Measured, confidence: float) -> tuple[float, float] | None:
    """The interval where every resample gives the same: no bootstrap sees the error that has not occurred yet.

    At 0 or 1 the end inside is Wilson's of a share that is never, or always, met in n cases; else nobody knows.
    """
    bounded = value in {0.0, 1.0} and not isinstance(data, ValuePredictions)
    return wilson(value * len(data), len(data), confidence) if bounded else None


def class_scores(counted: Counted, scoring: ScoringContext) -> list[Score]:
    """Recall, precision and F1 of every class."""
    found = []
    labels = list(enumerate(scoring.labels))
    f1s = with_intervals({label: partial(_f1_of, at=at) for at, label in labels}, counted, scoring)
    for (at, label), of_class in zip(labels, f1s, strict=True):
        hits, support, claimed = int(counted.hits[at]), int(counted.support[at]), int(counted.claimed[at])
        found.append(share("recall", hits, support, scoring.confidence, class_=label))
        found.append(share("precision", hits, claimed, scoring.confidence, class_=label))
        found.append(replace(of_class, name="f1", n=support, keys={"class": label}))
    return found


def no_class_scores(scoring: ScoringContext) -> list[Score]:
    """The same without a case: every one undefined."""
    names = ("recall", "precision", "f1")
    return [undefined(name, "no case was measured", class_=label) for label in scoring.labels for name in names]


def _f1_of(counted: Counted, at: int) -> float:
    """NaN if the class neither occurs nor is predicted."""
    return float(class_f1(counted)[at]) if counted.support[at] + counted.claimed[at] else float("nan")


def _renamed(spec: PartSpec) -> PartSpec:
    main = spec.parameters.get(MAIN)
    return spec.model_copy(update={"name": f"{spec.use}@{main}" if main else spec.use})


def _require_name(name: str, at: int) -> None:
    if parse_local(name) != (name, {}):
        raise UserError(f"expected a name that fits an address, but got {name!r}", "metrics", at)


def _require_family(component: Component, family: type[Any], at: int) -> None:
    wanted = measures(component.name, component.function, at)
    if family not in wanted:
        raise UserError(
            f"metric {component.name!r} measures {' or '.join(FAMILIES[each] for each in wanted)}, "
            f"but this task has {FAMILIES[family]}",
            "metrics",
            at,
        )


def measures(name: str, function: Callable[..., Any], at: int = 0) -> tuple[type[Any], ...]:
    """The types that a metric measures: that of its first parameter, or those of a union.

    Raises UserError where it does not say so, or says it to type checkers only.
    """
    signature = inspect.signature(function)
    hints = [hint_of(function, each) for each in signature.parameters.values() if each.kind is not each.KEYWORD_ONLY]
    options = typing.get_args(hints[0]) or (hints[0],) if hints else ()
    if not options or any(each not in tuple(FAMILIES) for each in options):
        raise UserError(
            f"metric {name!r}: expected the type of its first parameter to be ClassPredictions, "
            "ValuePredictions, LabelPredictions or a "
            f"union of them, but got `{signature}`: name the one it measures, and import it outside of "
            "`if TYPE_CHECKING`, so that it can be read",
            "metrics",
            at,
        )
    return options
