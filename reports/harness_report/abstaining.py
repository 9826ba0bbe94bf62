"""A model that may abstain: how accurate it is on what it is surest of, sets of classes, and what is out of scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Run, Score, share
from harness.reports import Classified
from harness_report.cases import Cases
from harness_report.charts import Chart, reliability
from harness_report.drawing import SOFT, drawing
from harness_report.scores import scores_of
from harness_report.wording import number, percent, plural, value_and_interval

Array = npt.NDArray[np.float64]

COVERAGES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Coverages at which accuracy is given in numbers."""

POINTS_DRAWN = 200
TAKEN_LISTED = 10

BY_COVERAGE = (
    "The samples that the model is surest of are answered, the others left to somebody else: the share that is right "
    "among those answered, by how many they are. Dots are the scores of this task, with their intervals. To answer as "
    "many of samples like these, answer from the confidence on that the table names."
)
SETS = (
    "In place of one class, all that are not unlikely enough: a set made on one half of the samples so that it should "
    "contain the true class as often as is asked, and what it does on the other half."
)
STRANGE = (
    "What samples out of scope are taken for, as shares of them, the most frequent first: the row of the confusion "
    "matrix that they are."
)


def abstaining(cases: Cases, run: Run) -> list[Chart]:
    """All that is drawn of a task of calibration."""
    found = scores_of(run, cases.task)
    return [*_reliability(cases, run, found), *by_coverage(cases, run, found), *_sets(found), *_strange(found)]


def _reliability(cases: Cases, run: Run, found: Mapping[str, Score]) -> list[Chart]:
    """As it is and, where a temperature would mend it, with that."""
    before, temperature = reliability(cases, run.info.confidence), found.get("temperature")
    if not before or temperature is None or temperature.value is None:
        return before
    after = reliability(cases, run.info.confidence, temperature.value)
    words = (
        f"The same with every logit divided by {number(temperature.value)}, the temperature fitted on one half of the "
        f"samples. On the other half the calibration error goes from {number(_value(found, 'held_out_ece'))} to "
        f"{number(_value(found, 'scaled_ece'))}, the log loss from {number(_value(found, 'held_out_log_loss'))} to "
        f"{number(_value(found, 'scaled_log_loss'))}; here all samples are drawn."
    )
    return [*before, *(Chart("With the temperature", words, each.drawings, each.columns, each.rows) for each in after)]


def by_coverage(cases: Cases, run: Run, found: Mapping[str, Score]) -> list[Chart]:
    """Accuracy by coverage of the first data set; none of fewer than two samples, or of a model equally sure of all."""
    judged = [
        (max(given.probabilities), given.predicted == event.subject.label)
        for event, given in cases.of(Classified)
        if given.probabilities and event.subject.label is not None and event.subject.set == cases.first_set
    ]
    if len({sure for sure, _ in judged}) < 2:
        return []
    sure, right = (np.array(each) for each in zip(*sorted(judged, key=lambda each: -each[0]), strict=True))
    accuracy, scores = _accuracies(sure, right.astype(np.float64)), _with_coverage(found)
    rows = [_row(each, sure, accuracy, run.info.confidence) for each in COVERAGES]
    words = "; ".join(f"{percent(at)} answered: {percent(score.value)} right" for at, score in scores)
    columns = ["Answered", "From a confidence of", "Share right among them", "Samples"]
    summary = words or f"all answered: {percent(float(accuracy[-1]))} right"
    return [
        Chart("Right among the surest", BY_COVERAGE, [("", drawing(_line(accuracy, scores), summary))], columns, rows)
    ]


def _accuracies(sure: Array, right: Array) -> Array:
    """The accuracy among the k surest, k from 1, `(n,)`: of samples equally sure the mean over every order."""
    n = len(sure)
    ends = np.append(0, np.flatnonzero(np.append(sure[1:] != sure[:-1], True)) + 1)
    hits = np.interp(np.arange(1, n + 1), ends, np.append(0.0, right.cumsum())[ends])
    return np.asarray(hits / np.arange(1, n + 1), np.float64)


def _with_coverage(found: Mapping[str, Score]) -> list[tuple[float, Score]]:
    """The scores of accuracy at a coverage, by that."""
    own = [each for each in found.values() if each.name.startswith("accuracy_at_coverage@") and not each.keys]
    return [(float(each.name.partition("@")[2]), each) for each in own if each.value is not None]


def _row(coverage: float, sure: Array, accuracy: Array, confidence: float) -> list[str]:
    count = max(1, ceil(coverage * len(sure) - 1e-9))
    value = float(accuracy[count - 1])
    exact = share("", round(value * count), count, confidence)
    return [percent(coverage), number(float(sure[count - 1])), value_and_interval(value, exact.low, exact.high),
            f"{count:,}"]  # fmt: skip


def _line(accuracy: Array, scores: Sequence[tuple[float, Score]]) -> dict[str, Any]:
    n = len(accuracy)
    few = np.unique(np.linspace(0, n - 1, min(n, POINTS_DRAWN)).round().astype(int))
    values = [{"coverage": (at + 1) / n, "right": float(accuracy[at])} for at in few.tolist()]
    dots = [{"coverage": at, "right": each.value, "low": each.low, "high": each.high} for at, each in scores]
    x = {"field": "coverage", "type": "quantitative", "title": "share answered", "scale": {"domain": [0, 1]}}
    y = {"field": "right", "type": "quantitative", "title": "share right among them", "scale": {"zero": False}}
    both = {"x": x, "y": y}
    spans = {"data": {"values": dots}, "mark": "rule", "encoding": {"x": x, "y": {**y, "field": "low"},
             "y2": {"field": "high"}}}  # fmt: skip
    whole = {"data": {"values": [{"right": float(accuracy[-1])}]}, "encoding": {"y": y},
             "mark": {"type": "rule", "strokeDash": [4, 3], "color": SOFT}}  # fmt: skip
    line = {"data": {"values": values}, "mark": {"type": "line"}, "encoding": both}
    return {"width": 280, "height": 200,
            "layer": [whole, line, spans, {"data": {"values": dots}, "mark": "point", "encoding": both}]}  # fmt: skip


def _sets(found: Mapping[str, Score]) -> list[Chart]:
    """How often sets of classes contain the truth, and how many they contain."""
    names = {"lac": "LAC, all that are probable enough", "aps": "APS, the most probable until they are enough together"}
    rows = [
        [number(float(each.name.partition("@")[2])), names[each.name[:3]], _shown(each), _shown(found.get(_size(each)))]
        for each in found.values()
        if each.name.startswith(("lac_coverage@", "aps_coverage@")) and not each.keys and each.value is not None
    ]
    columns = ["Asked", "Classes in a set", "Sets with the true class", "Classes in a set, on average"]
    return [Chart("Sets of classes", SETS, [], columns, rows)] if rows else []


def _size(coverage: Score) -> str:
    return coverage.name.replace("_coverage@", "_set_size@")


def _strange(found: Mapping[str, Score]) -> list[Chart]:
    """What is out of scope, by the class it is taken for."""
    taken = [each for each in found.values() if each.name == "ood_taken" and each.value and "data" not in each.keys]
    taken.sort(key=lambda each: -(each.value or 0.0))
    rows = [[each.keys["class"], _shown(each)] for each in taken[:TAKEN_LISTED]]
    if not rows:
        return []
    more = f" {plural(len(taken) - TAKEN_LISTED, 'class', 'classes')} more." if len(taken) > TAKEN_LISTED else ""
    about = f"{STRANGE} {plural(taken[0].n, 'sample')}.{more}"
    return [Chart("Out of scope", about, [], ["Taken for", "Share of them"], rows)]


def _value(found: Mapping[str, Score], name: str) -> float | None:
    score = found.get(name)
    return None if score is None else score.value


def _shown(score: Score | None) -> str:
    return number(None) if score is None else value_and_interval(score.value, score.low, score.high)
