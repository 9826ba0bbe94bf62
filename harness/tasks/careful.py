"""A stranger's metric: what it does wrong is kept as a note of its score, and every other score is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from harness.engine.strangers import caught, error_line
from harness.scores.score import Score, undefined
from harness.sessions.traits import traits_of
from harness.statistics.intervals import Interval

METRIC_FAILED = "the metric failed"
"""How the note of a score begins whose metric raised, or gave no number."""


class Careful:
    """Calls a metric; gives NaN where it fails, and keeps the first failure, on all rows or a resample, as `wrong`."""

    def __init__(self, metric: Callable[[Any], float]) -> None:
        self.wrong = ""
        self._metric = metric
        self._interval = traits_of(metric).interval

    def __call__(self, data: Any) -> float:
        try:
            return _number(self._metric(data))
        except BaseException as error:  # noqa: BLE001  # whatever a stranger's metric raises
            self.wrong = self.wrong or " ".join(error_line(caught(error)).split())
            return float("nan")

    @property
    def has_interval(self) -> bool:
        """Whether the metric has an interval of its own."""
        return self._interval is not None

    def interval(self, data: Any, scoring: Any) -> Interval:
        """The metric's own interval; unknown where it fails."""
        assert self._interval is not None
        try:
            return self._interval(data, scoring)
        except BaseException as error:  # noqa: BLE001  # whatever a stranger's interval raises
            self.wrong = self.wrong or " ".join(error_line(caught(error)).split())
            return Interval()


def with_failures(scores: list[Score], metrics: Mapping[str, Careful]) -> list[Score]:
    """The scores, those of a metric that failed with its failure: no value, or no interval where a resample failed."""
    wrong = {name: each.wrong for name, each in metrics.items() if each.wrong}
    return [_failed(score, wrong[score.name]) if score.name in wrong else score for score in scores]


def _failed(score: Score, wrong: str) -> Score:
    if score.value is None:
        return undefined(score.name, f"{METRIC_FAILED}: {wrong}", score.n)
    return replace(score, low=None, high=None, note=f"{METRIC_FAILED} on a resample: {wrong}")


def _number(found: Any) -> float:
    """A real number, or whatever stands for one; raises TypeError for None, texts and complex numbers."""
    if found is None or isinstance(found, (str, bytes)) or np.iscomplexobj(found):
        raise TypeError(f"expected a number, but got {found!r:.80}")
    return float(found)
