"""Metrics on predictions from a seeded generator: a number or NaN, whatever the order and the number of the rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import astuple, fields, replace
from numbers import Real
from typing import Any

import numpy as np

from harness.errors import UserError
from harness.scores.estimates import ValuePredictions
from harness.scores.metrics import ClassPredictions, LabelPredictions
from harness.sessions.traits import traits_of
from harness.suite.components import Component
from harness.tasks.measuring import measures
from harness.testing.problems import Problem, line_of, shown

ROWS, CLASSES = 40, 3
NUMBER = "return one float, NaN where the metric is not defined"


def metric_problems(component: Component) -> Iterator[Problem]:
    """What is wrong with a metric."""
    try:
        families = measures(component.name, component.function)
    except UserError as error:
        yield Problem("family", str(error), "annotate the first parameter")
        return
    for family in families:
        yield from _of_family(component, family)


def _of_family(component: Component, family: type[Any]) -> Iterator[Problem]:
    rng = np.random.default_rng(0)
    predictions = _predictions(family, rng)
    failed = [problem for name, data in _unusual(predictions, rng).items() if (problem := _odd(component, name, data))]
    yield from failed
    if any(problem.check == "usual predictions" for problem in failed):
        return
    yield from _steady(component, predictions, rng)
    if family is ClassPredictions and not traits_of(component.function).needs_probabilities:
        yield from _of_decisions(component, predictions)


def _predictions(family: type[Any], rng: np.random.Generator) -> Any:
    rows = rng.dirichlet(np.ones(CLASSES), ROWS)
    if family is ClassPredictions:
        return ClassPredictions(rng.integers(0, CLASSES, ROWS), rows)
    if family is LabelPredictions:
        return LabelPredictions(rng.random((ROWS, CLASSES)) < 0.4, rng.random((ROWS, CLASSES)))
    return ValuePredictions(rng.normal(20, 5, ROWS), rng.normal(20, 5, ROWS))


def _unusual(predictions: Any, rng: np.random.Generator) -> dict[str, Any]:
    """The predictions, and what a small set or a resample of the bootstrap may make of them."""
    first, second, *_ = ((each.name, getattr(predictions, each.name)) for each in fields(predictions))
    same = np.zeros(ROWS, np.intp)
    return {
        "usual predictions": predictions.take(np.arange(ROWS)),
        "no row": predictions.take(same[:0]),
        "one row": predictions.take(same[:1]),
        "one row again and again": predictions.take(same),
        "one class": replace(deepcopy(predictions), **{first[0]: first[1][same]}),
        "constant predictions": replace(deepcopy(predictions), **{second[0]: second[1][same]}),
        "a resample": predictions.take(rng.integers(0, ROWS, ROWS)),
    }


def _odd(component: Component, name: str, data: Any) -> Problem | None:
    try:
        found = _measured(component, data)
    except Exception as error:  # noqa: BLE001  # whatever a stranger's metric raises
        return Problem(name, f"it raises {line_of(error)}", NUMBER)
    if isinstance(found, Real):
        return None
    return Problem(name, f"it returns {shown(found)}, an object of type {type(found).__name__}", NUMBER)


def _measured(component: Component, data: Any) -> Any:
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return component.call(data)


def _steady(component: Component, predictions: Any, rng: np.random.Generator) -> Iterator[Problem]:
    """Whether it gives the same again and for the rows in another order, and leaves them as they are."""
    before = [np.array(each) for each in astuple(predictions)]
    value = _measured(component, predictions)
    if any(not np.array_equal(*pair) for pair in zip(before, astuple(predictions), strict=True)):
        yield Problem("arrays", "it changes the predictions in place", "change a copy of them")
        return
    for check, data in (
        ("deterministic", predictions.take(np.arange(ROWS))),
        ("order of rows", predictions.take(rng.permutation(ROWS))),
    ):
        again = _measured(component, data)
        if not np.isclose(value, again, equal_nan=True):
            yield Problem(check, f"{value!r} becomes {again!r}", "depend on the rows alone, each of them alike")
            return


def _of_decisions(component: Component, predictions: ClassPredictions) -> Iterator[Problem]:
    surest = ClassPredictions(predictions.labels, np.eye(CLASSES)[predictions.predicted])
    one, other = _measured(component, predictions), _measured(component, surest)
    if not np.isclose(one, other, equal_nan=True):
        yield Problem("probabilities", f"{one:.4g} becomes {other:.4g} where classes alone are answered",
                      "mark it with `@metric(needs_probabilities=True)`")  # fmt: skip
