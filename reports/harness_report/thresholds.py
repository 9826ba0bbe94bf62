"""From which probability on a label applies: precision, recall and F1 of each label by threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Run, Score
from harness.reports import Tagged, threshold_curve
from harness_report.cases import Cases
from harness_report.charts import Chart
from harness_report.drawing import AGAINST, FOR, INK, SOFT, drawing
from harness_report.findings import as_list
from harness_report.scores import scores_of
from harness_report.wording import number

LABELS_DRAWN = 12
"""Labels that are drawn; the table has all."""

MAX_POINTS = 200
"""Thresholds drawn of a label, evenly chosen."""

DEFAULT = 0.5
"""The threshold of a task that has no scores of it."""


@dataclass(frozen=True)
class Label:
    """One label: its threshold, its curve, what it has at the threshold, and where F1 is largest."""

    name: str
    threshold: float
    points: list[dict[str, float]]
    here: Mapping[str, float]
    best: Mapping[str, float] | None


MEASURES = ("precision", "recall", "F1")


def by_threshold(cases: Cases, run: Run) -> list[Chart]:
    """What each label would be scored at other thresholds, on the first data set; none without labelled samples."""
    rows = [
        (as_list(event.subject.label), given.probabilities)
        for event, given in cases.of(Tagged)
        if event.subject.label is not None and event.subject.set == cases.first_set
    ]
    if not rows or not cases.labels:
        return []
    truth = np.array([[label in tags for label in cases.labels] for tags, _ in rows])
    probabilities, scores = np.array([given for _, given in rows]), scores_of(run, cases.task)
    labels = [
        _label(name, truth[:, at], probabilities[:, at], _threshold(scores, name))
        for at, name in enumerate(cases.labels)
    ]
    return [_chart(labels)]


def _chart(labels: Sequence[Label]) -> Chart:
    about = (
        "Precision, recall and F1 of each label by the probability from which on it applies; the dashed line is the "
        "threshold of this run. The largest F1 is of these very samples, so it is too high: choose thresholds on "
        "another set of data, by `threshold: {on: NAME}` of the task."
    )
    drawn = [(each.name, drawing(_lines(each), _told(each))) for each in labels[:LABELS_DRAWN] if each.points]
    columns = ["Label", "Threshold", *map(str.capitalize, MEASURES), "Largest F1", "at threshold"]
    return Chart("By threshold", about, drawn, columns, [_row(each) for each in labels])


def _threshold(scores: Mapping[str, Score], label: str) -> float:
    found = next((each for each in scores.values() if each.name == "threshold" and each.keys == {"class": label}), None)
    return DEFAULT if found is None or found.value is None else found.value


def _label(name: str, truth: npt.NDArray[np.bool_], probabilities: npt.NDArray[np.float64], at: float) -> Label:
    curve = threshold_curve(truth, probabilities)
    columns = (curve.thresholds, curve.precision, curve.recall, curve.f1)
    points = [dict(zip(("threshold", *MEASURES), row, strict=True)) for row in np.stack(columns, axis=1).tolist()]
    above = [each for each in points if each["threshold"] >= at]
    best = next((each for each in points if each["threshold"] == curve.best), None)
    few = np.linspace(0, len(points) - 1, min(len(points), MAX_POINTS)).round().astype(int)
    return Label(name, at, [points[each] for each in few] if best else [], above[-1] if above else {}, best)


def _row(label: Label) -> list[str]:
    here = [number(label.here.get(each)) for each in MEASURES]
    best = [number(label.best[each]) for each in ("F1", "threshold")] if label.best else [number(None)] * 2
    return [label.name, number(label.threshold), *here, *best]


def _told(label: Label) -> str:
    """The curve in words, for those who do not see it."""
    here = ", ".join(f"{each} {number(label.here.get(each))}" for each in MEASURES)
    best = f"; the largest F1 is {number(label.best['F1'])} at {number(label.best['threshold'])}" if label.best else ""
    return f"{label.name}: at {number(label.threshold)} {here}{best}"


def _lines(label: Label) -> dict[str, Any]:
    values = [
        {"threshold": each["threshold"], "measure": name, "value": each[name]}
        for each in label.points
        for name in MEASURES
    ]
    x = {"field": "threshold", "type": "quantitative", "title": "threshold",
         "scale": {"domain": [0, 1], "nice": False}, "axis": {"tickCount": 5}}  # fmt: skip
    y = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [0, 1], "nice": False},
         "axis": {"tickCount": 3}}  # fmt: skip
    colour = {"field": "measure", "type": "nominal", "sort": list(MEASURES), "legend": {},
              "scale": {"domain": list(MEASURES), "range": [FOR, AGAINST, INK]}}  # fmt: skip
    lines = {"mark": {"type": "line", "interpolate": "step-before"}, "encoding": {"x": x, "y": y, "color": colour}}
    used = {"data": {"values": [{"threshold": label.threshold}]}, "encoding": {"x": x},
            "mark": {"type": "rule", "strokeDash": [4, 3], "color": SOFT}}  # fmt: skip
    return {"width": 220, "height": 130, "data": {"values": values}, "layer": [used, lines]}
