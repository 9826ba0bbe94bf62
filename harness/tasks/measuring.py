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
from harness.scores.metric_intervals import varied
from harness.scores.metrics import ClassPredictions, Counted, LabelPredictions
from harness.scores.score import NOT_DEFINED, Score, share, undefined
from harness.sessions.traits import traits_of
from harness.sources.context import Context
from harness.statistics.draws import Indices
from harness.statistics.intervals import Interval, bootstrap_all
from harness.statistics.ratios import f1_bounds
from harness.suite.components import Component, hint_of
from harness.suite.file import PartSpec
from harness.suite.overrides import MAIN
from harness.tasks.careful import Careful, with_failures
from harness.tasks.task import ScoringContext
from harness.types import Array


class Measured(Protocol):
    """The input of metrics: rows that the bootstrap can resample."""

    def __len__(self) -> int: ...
    def take(self, rows: Indices) -> Self: ...


Metric: TypeAlias = Callable[[Any], float]
Metrics: TypeAlias = Mapping[str, Metric]
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
    return {name: _with_parameters(component) for name, component in found.items()}


def _with_parameters(component: Component) -> Metric:
    """A metric with its parameters set, those of its interval too."""
    traits, parameters = traits_of(component.function), component.parameters
    if traits.interval and parameters:
        traits = replace(traits, interval=partial(traits.interval, **parameters))
    return traits(partial(component.function, **parameters))


def with_interval(name: str, metric: Metric, data: Measured, scoring: ScoringContext) -> Score:
    """A metric with its interval; undefined where it is not a number."""
    [score] = with_intervals({name: metric}, data, scoring)
    return score


def with_intervals(metrics: Metrics, data: Measured, scoring: ScoringContext) -> list[Score]:
    """Every metric with its interval; undefined where it is not a number.

    The interval is the metric's own where it has one, else the percentile bootstrap's, over the same resamples for all.
    """
    if not len(data):
        return [undefined(name, "no case was measured") for name in metrics]
    answered = {name: Careful(metric) for name, metric in measurable(metrics, scoring).items()}
    values = {name: metric(data) for name, metric in answered.items()}
    defined = {name: metric for name, metric in answered.items() if np.isfinite(values[name])}
    intervals = _own(defined, data, scoring) | _resampled(defined, values, data, scoring)
    scores = [
        _score(name, values[name], intervals.get(name), data)
        if name in values
        else undefined(name, NO_PROBABILITIES, len(data))
        for name in metrics
    ]
    return with_failures(scores, answered)


def outcomes_of(metrics: Metrics, data: Any, samples: Sequence[str]) -> dict[str, dict[str, float]]:
    """What each metric that is a mean or a share of rows is the mean of, by sample."""
    by_row = {name: _rows_of(traits_of(metric).interval) for name, metric in metrics.items()}
    return {
        name: dict(zip(samples, np.asarray(rows(data), np.float64).tolist(), strict=True))
        for name, rows in by_row.items()
        if rows is not None
    }


def _rows_of(interval: Any) -> Callable[[Any], Any] | None:
    """The value per row whose mean an interval is of, its parameters set."""
    if isinstance(interval, partial):
        rows = _rows_of(interval.func)
        return rows and partial(rows, **interval.keywords)
    return getattr(interval, "rows", None)


def _own(metrics: Mapping[str, Careful], data: Measured, scoring: ScoringContext) -> dict[str, Interval]:
    return {name: metric.interval(data, scoring) for name, metric in metrics.items() if metric.has_interval}


def _resampled(
    metrics: Mapping[str, Careful], values: Mapping[str, float], data: Measured, scoring: ScoringContext
) -> dict[str, Interval]:
    """The percentile bootstrap's intervals of the metrics that have none of their own."""
    others = {name: metric for name, metric in metrics.items() if not metric.has_interval}
    if np.isnan(scoring.confidence):
        return dict.fromkeys(others, Interval())

    def on(rows: Indices) -> list[float]:
        taken = data.take(rows)
        return [metric(taken) for metric in others.values()]

    found = (
        bootstrap_all(on, len(data), confidence=scoring.confidence, seed=scoring.seed, resamples=scoring.resamples)
        if others
        else []
    )
    return {
        name: varied(bounds, values[name], len(data), scoring.confidence, share=not isinstance(data, ValuePredictions))
        for name, bounds in zip(others, found, strict=True)
    }


def measurable(metrics: Metrics, scoring: ScoringContext) -> Metrics:
    """Those for which the model's output is enough."""
    classes = scoring.output == "classes"
    return {name: metric for name, metric in metrics.items() if not (classes and traits_of(metric).needs_probabilities)}


def noticed(metrics: Metrics, scores: Sequence[Score], rows: Array) -> list[Score]:
    """The scores, those of probabilities with a note and a doubt where all answers `(n, classes)` are 0 or 1."""
    if not len(rows) or not are_one_hot(rows):
        return list(scores)
    named = {name for name, metric in metrics.items() if traits_of(metric).needs_probabilities}
    return [replace(each, note=each.note or ONE_HOT, doubt=ONE_HOT) if each.name in named else each for each in scores]


def _score(name: str, value: float, interval: Interval | None, data: Measured) -> Score:
    if interval is None:
        return undefined(name, NOT_DEFINED, len(data))
    found = value if interval.value is None else interval.value
    return Score(name, found, interval.low, interval.high, len(data), note=interval.note)


def class_scores(counted: Counted, scoring: ScoringContext) -> list[Score]:
    """Recall, precision and F1 of every class, with exact intervals."""
    found = []
    for at, label in enumerate(scoring.labels):
        hits, support, claimed = int(counted.hits[at]), int(counted.support[at]), int(counted.claimed[at])
        found.append(share("recall", hits, support, scoring.confidence, class_=label))
        found.append(share("precision", hits, claimed, scoring.confidence, class_=label))
        found.append(_f1(label, hits, support, claimed, scoring.confidence))
    return found


def _f1(label: str, hits: int, support: int, claimed: int, confidence: float) -> Score:
    """F1 of one class; undefined if the class neither occurs nor is predicted."""
    if not support + claimed:
        return undefined("f1", NOT_DEFINED, support, class_=label)
    low, high = f1_bounds(hits, support + claimed - hits, confidence)
    return Score("f1", 2 * hits / (support + claimed), low, high, support, {"class": label})


def no_class_scores(scoring: ScoringContext) -> list[Score]:
    """The same without a case: every one undefined."""
    names = ("recall", "precision", "f1")
    return [undefined(name, "no case was measured", class_=label) for label in scoring.labels for name in names]


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
