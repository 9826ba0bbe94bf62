"""What the severities of a perturbation show together: the area under a curve, errors beside those of a reference."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.scores.score import Score, mean, undefined
from harness.scores.touched import doubt, doubted
from harness.statistics.intervals import RESAMPLES, bootstrap_all
from harness.statistics.quotients import UNKNOWN, of_values
from harness.stressed.decided import Decided
from harness.types import Array

Rows = Mapping[str, Sequence[Decided]]
"""What was decided about each sample that a part ran on, changed or not, by part such as `ocr/3`."""


def of_severities(parts: Sequence[str]) -> dict[str, dict[int, str]]:
    """The parts of each perturbation by severity; none of one that has no severities."""
    found: dict[str, dict[int, str]] = {}
    for part in parts:
        name, slash, severity = part.rpartition("/")
        if slash and severity.isdigit():
            found.setdefault(name, {})[int(severity)] = part
    return found


def weights(severities: Sequence[int]) -> Array:
    """The weights `(1 + m,)` of the trapezoid over severity 0 and m others, in their order; they sum to 1."""
    steps = [after - before for before, after in pairwise([0, *severities])]
    sides = np.array([0.0, *steps]) + np.array([*steps, 0.0])
    return np.asarray(sides / (2 * severities[-1]))


class Curves:
    """The scores of curves, at a confidence, with resamples drawn by a seed; `least` samples make a gate decidable."""

    def __init__(
        self, confidence: float = 0.95, seed: int = 0, resamples: int = RESAMPLES, least: int | None = None
    ) -> None:
        self.confidence, self.seed, self.resamples, self.least = confidence, seed, resamples, least

    def areas(self, rows: Rows) -> list[Score]:
        """For each perturbation with two severities or more `accuracy_area`: the area under accuracy by severity.

        The trapezoid from the clean input (severity 0) to the highest severity, over its width, so in 0..1; of the
        samples that a severity changed and that all severities ran on.
        """
        several = {name: parts for name, parts in of_severities(list(rows)).items() if len(parts) > 1}
        return [self._area(name, [rows[parts[each]] for each in sorted(parts)], sorted(parts))
                for name, parts in several.items()]  # fmt: skip

    def means(self, rows: Rows) -> list[Score]:
        """For each part `mean_accuracy`: the mean share of a sample's draws that are right, of those it changed."""
        values = {part: np.array([each.rights for each in some if each.changed]) for part, some in rows.items()}
        return [mean("mean_accuracy", each, self.confidence, self.seed, self.resamples, part=part)
                for part, each in values.items()]  # fmt: skip

    def relative(self, rows: Rows) -> list[Score]:
        """`relative_error`: the errors of the model over those of a reference, summed over severities.

        For each perturbation, and their mean over perturbations, as ImageNet-C's CE and mCE (Hendrycks & Dietterich
        2019): below 1 the model is more robust than the reference. Of all samples, as there; undefined where the
        reference makes no errors.
        """
        of_names = of_severities(list(rows))
        single = {part: {0: part} for part in rows if not any(part in each.values() for each in of_names.values())}
        errors = {
            name: _errors([rows[part] for part in parts.values()]) for name, parts in {**of_names, **single}.items()
        }
        return [self._mean_of(errors), *(self._relative(name, each) for name, each in errors.items())]

    def _area(self, name: str, curve: Sequence[Sequence[Decided]], severities: Sequence[int]) -> Score:
        by_sample = [{each.sample: each for each in some} for some in curve]
        both = [sample for sample in by_sample[0] if all(sample in each for each in by_sample)]
        touched = [sample for sample in both if any(each[sample].changed for each in by_sample)]
        right = np.array(
            [[by_sample[0][each].right, *(some[each].still_right for some in by_sample)] for each in touched],
            dtype=np.float64,
        )
        values = right @ weights(severities) if touched else np.array([])
        score = mean("accuracy_area", values, self.confidence, self.seed, self.resamples, part=name)
        return doubted(score, doubt(len(touched), len(both), self.least, "it changed") if both else "")

    def _relative(self, name: str, errors: Mapping[str, tuple[float, float]]) -> Score:
        if not errors:
            return undefined("relative_error", "no case to count", part=name)
        own, others = np.array(list(errors.values())).T
        if others.sum() == 0:
            return undefined("relative_error", "the reference makes no errors", len(own), part=name)
        known = not math.isnan(self.confidence)
        ratio = of_values(others, own, self.confidence, self.seed, self.resamples) if known else UNKNOWN
        value = float(own.sum() / others.sum())
        return Score("relative_error", value, ratio.low, ratio.high, len(own), {"part": name})

    def _mean_of(self, errors: Mapping[str, Mapping[str, tuple[float, float]]]) -> Score:
        samples = [each for each in next(iter(errors.values()), {}) if all(each in some for some in errors.values())]
        if not samples:
            return undefined("relative_error", "no case to count")
        table = np.array([[some[each] for each in samples] for some in errors.values()])  # (perturbations, n, 2)

        def of(rows: npt.NDArray[np.intp]) -> list[float]:
            own, others = table[:, rows].sum(axis=1).T
            return [float(np.mean(own / others)) if others.all() else math.nan]

        [value] = of(np.arange(len(samples)))
        if math.isnan(value):
            return undefined("relative_error", "the reference makes no errors under a perturbation", len(samples))
        low, high = self._bounds(of, len(samples))
        note = f"the mean over {len(errors)} perturbations" if len(errors) > 1 else ""
        return Score("relative_error", value, low, high, len(samples), note=note)

    def _bounds(self, statistic: Callable[[Any], list[float]], n: int) -> tuple[float | None, float | None]:
        if math.isnan(self.confidence):
            return None, None
        [found] = bootstrap_all(statistic, n, confidence=self.confidence, seed=self.seed, resamples=self.resamples)
        return found or (None, None)


def _errors(severities: Sequence[Sequence[Decided]]) -> dict[str, tuple[float, float]]:
    """The errors of the model and of the reference on each sample, summed over severities: of those all ran on."""
    by_sample = [{each.sample: (1 - each.rights, each.reference_wrong) for each in some} for some in severities]
    both = [sample for sample in by_sample[0] if all(sample in each for each in by_sample)]
    return {each: (sum(some[each][0] for some in by_sample), sum(some[each][1] for some in by_sample)) for each in both}
