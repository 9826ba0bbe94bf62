"""Every check of metrics can fail: some with one thing broken each, and the line that is reported."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from findings import lines

from harness import (
    ClassPredictions,
    LabelPredictions,
    ValuePredictions,
)


def text_metric(predictions: ClassPredictions) -> float:
    return "high"  # type: ignore[return-value]


def per_row(predictions: ClassPredictions) -> float:
    return predictions.predicted == predictions.labels  # type: ignore[no-any-return]


def first(predictions: ClassPredictions) -> float:
    return float(predictions.labels[0])


def leading(predictions: ClassPredictions) -> float:
    return float((predictions.labels[:5] == predictions.predicted[:5]).mean())


def sorting(values: ValuePredictions) -> float:
    values.truth.sort()
    return 0.0


def sampled(sets: LabelPredictions) -> float:
    return random.random()


def sure(predictions: ClassPredictions) -> float:
    return float(predictions.probabilities.max(axis=1).mean())


def spread(values: ValuePredictions) -> float:
    return float(1 / int(np.ptp(values.values) > 0))


def odd(values: Sequence[float]) -> float:
    return 0.0


METRICS: Mapping[Callable[..., Any], str] = {
    text_metric: "usual predictions: it returns 'high', an object of type str: return one float",
    per_row: "an object of type ndarray: return one float, NaN where the metric is not defined",
    first: "no row: it raises IndexError: index 0 is out of bounds",
    leading: "order of rows: ",
    sorting: "arrays: it changes the predictions in place: change a copy of them",
    sampled: "deterministic: ",
    sure: "becomes 1 where classes alone are answered: mark it with `@metric(needs_probabilities=True)`",
    spread: "constant predictions: it raises ZeroDivisionError: division by zero",
}


@pytest.mark.parametrize(("component", "line"), METRICS.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_broken_metric_is_found(component: Any, line: str) -> None:
    assert line in lines(component)


def test_a_metric_of_nothing_known_is_found() -> None:
    assert "family: metric 'odd': expected the type of its first parameter to be" in lines(odd, kind="metric")
