"""The scores of the task `calibration`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import entry_points
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import (
    ClassPredictions,
    Record,
    RecordTable,
    Score,
    ScoringContext,
    at_temperature,
    fitted_temperature,
    mean,
    share,
    traits_of,
    undefined,
)
from harness.reports import Classified
from harness_calibration.conformal import METHODS, fewest, threshold
from harness_calibration.predictions import Answered, answered, probabilities_of, table_of
from harness_calibration.selective import Ranked
from harness_calibration.strangers import Apart

Array = npt.NDArray[np.float64]

FEWEST = 30
"""Samples below which a score without an exact interval decides nothing: a rule of thumb, as that of parts."""

FEWEST_ERRORS = 10
"""Errors below which the area under risk by coverage decides nothing: its upper end is too low then."""

MOST_CERTAIN = 0.1
"""The share of answers of exactly 1 up to which a temperature decides: of more, bounds were measured to be wrong."""

NO_CASE = "no case was measured"
ONLY_CLASSES = "it needs probabilities, and this model answers classes"
ONE_HOT = "every answer is 0 or 1: a model that only decides has `output: classes`"
ALIKE = "every answer is equally sure: nothing tells which to accept"
NO_TEMPERATURE = "no temperature from 0.01 to 100 has the least log loss on the half that it is fitted on"
METRICS = ("log_loss", "brier", "ece")
OF_TEMPERATURE = ("temperature", "held_out_log_loss", "scaled_log_loss", "held_out_ece", "scaled_ece")
OF_STRANGERS = ("ood_auroc", "ood_fpr95", "ood_accepted")


@dataclass(frozen=True)
class Wanted:
    """What a suite asks for: coverages, risks, the shares that sets of classes should contain, and what is no class.

    Out of scope are the samples of the class `stranger`, or those whose answers are in `strange`, `(k, classes)`.
    """

    coverages: Sequence[float]
    risks: Sequence[float]
    conformal: Sequence[float]
    stranger: str = ""
    strange: Array | None = None
    strange_set: str = ""

    def scores(self, records: Sequence[Record[Classified]], scoring: ScoringContext) -> list[Score]:
        """Every score; of no records all that there can be, undefined."""
        given = answered(table_of(records, Classified), scoring)
        if scoring.output == "classes" or not len(given):
            return self._without(given, scoring)
        if self.strange_set and all(each.startswith(f"{self.strange_set}/") for each in given.samples):
            return []  # a set of strangers is right in nothing
        doubt = _doubt(given, scoring)
        found = [*_of_metrics(given.predictions, scoring), *_of_temperature(given, scoring)]
        found += [*self._of_coverage(given, scoring), *self._of_sets(given, scoring)]
        doubted = [replace(each, doubt=each.doubt or doubt) if each.value is not None else each for each in found]
        right = int((~given.wrong).sum())
        return [
            share("accuracy", right, len(given), scoring.confidence), *doubted, *self._of_strangers(given, scoring),
        ]  # fmt: skip

    def outcomes(self, records: RecordTable[Classified], scoring: ScoringContext) -> dict[str, dict[str, float]]:
        """What scores that are means are the means of, by address and sample."""
        given = answered(records, scoring)
        found = {"accuracy": (~given.wrong).astype(np.float64)}
        if scoring.output != "classes" and len(given):
            ranked = Ranked(given.confidence, given.wrong)
            rows = {each: traits_of(_metric(each)).interval for each in ("log_loss", "brier")}
            found |= {each: interval.rows(given.predictions) for each, interval in rows.items()}  # type: ignore[union-attr]
            found |= {"aurc": ranked.aurc_by_sample, "excess_aurc": ranked.excess_by_sample}
        return {name: dict(zip(given.samples, each.tolist(), strict=True)) for name, each in found.items()}

    def _without(self, given: Answered, scoring: ScoringContext) -> list[Score]:
        why = ONLY_CLASSES if scoring.output == "classes" else NO_CASE
        right, n = int((~given.wrong).sum()) if len(given) else 0, len(given)
        accuracy = share("accuracy", right, n, scoring.confidence) if n else undefined("accuracy", NO_CASE)
        taken = [undefined("ood_taken", why, n, class_=each) for each in scoring.labels if self._seeks_strangers]
        return [accuracy, *(undefined(name, why, n) for name in self._names), *taken]

    @property
    def _seeks_strangers(self) -> bool:
        return bool(self.stranger or self.strange_set)

    @property
    def _names(self) -> list[str]:
        of_sets = [f"{way}_{what}@{each:g}" for each in self.conformal for way in METHODS
                   for what in ("coverage", "set_size")]  # fmt: skip
        return [
            *METRICS,
            *OF_TEMPERATURE,
            *("aurc", "excess_aurc"),
            *(f"accuracy_at_coverage@{each:g}" for each in self.coverages),
            *(f"coverage_at_risk@{each:g}" for each in self.risks),
            *of_sets,
            *(OF_STRANGERS if self._seeks_strangers else ()),
        ]

    def _of_coverage(self, given: Answered, scoring: ScoringContext) -> Iterator[Score]:
        """Risk by coverage; nothing is to be chosen where all are equally sure."""
        ranked, n, level = Ranked(given.confidence, given.wrong), len(given), scoring.confidence
        doubt, errors = ALIKE if len(ranked.ends) == 1 else "", int(given.wrong.sum())
        few = f"{errors} errors are too few: {FEWEST_ERRORS} are needed" if errors < FEWEST_ERRORS else ""
        of_area = (("aurc", ranked.aurc_by_sample), ("excess_aurc", ranked.excess_by_sample))
        for name, numbers in of_area:
            yield replace(_mean(name, numbers, scoring), doubt=doubt or few)
        for each in self.coverages:
            low, high = ranked.accuracy_bounds(each, level)
            name, value = f"accuracy_at_coverage@{each:g}", ranked.accuracy_at(each)
            yield Score(name, value, low, high, ranked.accepted(each), note=_cut(ranked, each), doubt=doubt)
        for each in self.risks:
            low, high = ranked.coverage_bounds(each, level)
            yield Score(f"coverage_at_risk@{each:g}", ranked.coverage_at(each), low, high, n, doubt=doubt)

    def _of_sets(self, given: Answered, scoring: ScoringContext) -> Iterator[Score]:
        """How often sets of classes contain the truth, and how large they are, on the half they were not made for."""
        one, other = given.halves
        for each in self.conformal:
            for way, misfits in METHODS.items():
                names = [f"{way}_{what}@{each:g}" for what in ("coverage", "set_size")]
                bound = threshold(misfits(one.probabilities), one.labels, each) if len(one) else None
                if bound is None or not len(other):
                    why = f"{len(one)} samples to make sets by, and {len(other)} others: {fewest(each)} are needed"
                    yield from (undefined(name, why, len(given)) for name in names)
                    continue
                sets = misfits(other.probabilities) <= bound
                met = int(sets[np.arange(len(other)), other.labels].sum())
                yield share(names[0], met, len(other), scoring.confidence)
                yield _mean(names[1], sets.sum(axis=1).astype(np.float64), scoring)

    def _of_strangers(self, given: Answered, scoring: ScoringContext) -> list[Score]:
        """How well confidence tells samples out of scope; the classes in scope that these are taken for."""
        if not self._seeks_strangers:
            return []
        at = [place for place, label in enumerate(scoring.labels) if label == self.stranger]
        scope = np.setdiff1d(np.arange(len(scoring.labels)), at)
        rows, out = given.predictions.probabilities, np.isin(given.predictions.labels, at)
        inside, outside = rows[~out], rows[out] if self.strange is None else self.strange
        if not len(inside) or not len(outside):
            why = f"{len(inside)} samples are in scope and {len(outside)} out of it: both are needed"
            taken = [undefined("ood_taken", why, class_=each) for each in scoring.labels]
            return [*(undefined(each, why, len(given)) for each in OF_STRANGERS), *taken]
        sure = Apart(inside[:, scope].max(axis=1), outside[:, scope].max(axis=1))
        return [*_apart(sure, scoring), *_taken(outside, scope, scoring)]


def strange_of(records: RecordTable[Classified], scoring: ScoringContext, data: str) -> Array:
    """The answers to the samples of a set, `(k, classes)`: where there are several, ids begin with its name."""
    own = records.of_samples([each for each in records.column("sample").to_pylist() if each.startswith(f"{data}/")])
    return probabilities_of(own).reshape(len(own), len(scoring.labels))


def _of_metrics(predictions: ClassPredictions, scoring: ScoringContext) -> list[Score]:
    return [_by_metric(each, each, predictions, scoring) for each in METRICS]


def _of_temperature(given: Answered, scoring: ScoringContext) -> list[Score]:
    """The temperature fitted on one half, and the calibration of the other without and with it."""
    one, other = given.halves
    if not len(one) or not len(other):
        why = f"{len(one)} samples to fit it on, and {len(other)} others: both are needed"
        return [undefined(each, why, len(given)) for each in OF_TEMPERATURE]
    found = fitted_temperature(one.probabilities, one.labels)
    held_out = [_by_metric(f"held_out_{each}", each, other, scoring) for each in ("log_loss", "ece")]
    if found is None:
        lost = [undefined(each, NO_TEMPERATURE, len(other)) for each in ("scaled_log_loss", "scaled_ece")]
        return [undefined("temperature", NO_TEMPERATURE, len(one)), *held_out, *lost]
    mended = ClassPredictions(other.labels, at_temperature(other.probabilities, found.temperature))
    after = [_by_metric(f"scaled_{each}", each, mended, scoring) for each in ("log_loss", "ece")]
    logarithm = _mean("temperature", found.logarithms, scoring)
    ends = (None if each is None else float(np.exp(each)) for each in (logarithm.low, logarithm.high))
    low, high = ends
    temperature = Score("temperature", found.temperature, low, high, len(one), note=logarithm.note)
    return [replace(temperature, doubt=_certain(one)), *held_out, *after]


def _certain(given: ClassPredictions) -> str:
    """Why answers of exactly 1 leave a temperature unknown: their logits are no numbers; empty where they are few."""
    certain = given.probabilities.max(axis=1) >= 1 - float(np.finfo(np.float64).eps)
    if (certain & ~given.right).any() or certain.mean() > MOST_CERTAIN:
        return f"{int(certain.sum())} of {len(given)} answers are exactly 1, which no temperature changes"
    return ""


def _apart(sure: Apart, scoring: ScoringContext) -> list[Score]:
    level, few = scoring.confidence, _few(min(len(sure.inside), len(sure.outside)))
    joined = np.concatenate([sure.outside, sure.inside])
    labels = np.repeat(np.arange(2), [len(sure.outside), len(sure.inside)])
    ranked = ClassPredictions(labels, np.stack([1 - joined, joined], axis=1))
    auroc = replace(_by_metric("ood_auroc", "roc_auc", ranked, scoring), n=len(joined), doubt=few)
    low, high = sure.bounds(level)
    rate = Score("ood_fpr95", sure.false_positive_rate(), low, high, len(sure.outside), doubt=few)
    return [auroc, rate]


def _taken(outside: Array, scope: npt.NDArray[np.intp], scoring: ScoringContext) -> list[Score]:
    """The row of the confusion matrix of what is out of scope, as shares, and its sum over the classes in scope."""
    counts = np.bincount(outside.argmax(axis=1), minlength=len(scoring.labels))
    n, level, none = len(outside), scoring.confidence, len(scope) == len(scoring.labels)
    why = "the model has no class for what is out of scope: it takes all of it for one that is in it"
    row = [share("ood_taken", int(each), n, level, class_=label)
           for each, label in zip(counts, scoring.labels, strict=True)]  # fmt: skip
    summed = undefined("ood_accepted", why, n) if none else share("ood_accepted", int(counts[scope].sum()), n, level)
    return [summed, *row]


def _by_metric(name: str, metric: str, predictions: ClassPredictions, scoring: ScoringContext) -> Score:
    function, n = _metric(metric), len(predictions)
    interval = traits_of(function).interval
    assert interval is not None
    value, found = function(predictions), interval(predictions, scoring)
    shown = value if found.value is None else found.value
    return Score(name, shown, found.low, found.high, n, note=found.note)


@cache
def _metric(name: str) -> Any:
    """A metric that the harness has, by its name in a suite."""
    [point] = entry_points(group="harness.metrics", name=name)
    return point.load()


def _mean(name: str, values: Array, scoring: ScoringContext) -> Score:
    return mean(name, values, scoring.confidence, scoring.seed, scoring.resamples)


def _doubt(given: Answered, scoring: ScoringContext) -> str:
    """Why none of these scores decides a gate; empty where nothing speaks against it."""
    there = np.unique(given.predictions.labels).tolist()
    if np.isin(given.predictions.probabilities, (0, 1)).all():
        return ONE_HOT
    if len(there) == 1:
        return f"every sample is of class {scoring.labels[there[0]]!r}: of one class alone nobody knows it"
    return _few(len(given))


def _few(n: int) -> str:
    return f"{n} samples are too few: {FEWEST} are needed" if n < FEWEST else ""


def _cut(ranked: Ranked, coverage: float) -> str:
    """How many samples are equally sure where the cut falls, where that is more than a few."""
    at = int(np.searchsorted(ranked.ends, ranked.accepted(coverage)))
    size = int(ranked.ends[at]) - (int(ranked.ends[at - 1]) if at else 0)
    split = ranked.ends[at] != ranked.accepted(coverage)
    return f"{size} samples are equally sure at the cut" if split and size > len(ranked) / 100 else ""
