"""The results of a task `stress`: one curve over severities per perturbation, the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from harness import Run, Score
from harness_report.cases import Cases, titled
from harness_report.charts import Chart
from harness_report.drawing import SOFT, drawing
from harness_report.scores import scores_of
from harness_report.wording import interval, number, percent, value_and_interval

Rows: TypeAlias = Mapping[str, Score]
"""The scores of a task by their local address."""

UNKNOWN = Score("", None, None, None, 0)
"""In place of a score that a task does not have."""


@dataclass(frozen=True)
class Measure:
    """A drawn score: its name, that of its change from clean, both in words, and its largest value."""

    score: str
    loss: str
    words: str
    change: str
    top: float

    @property
    def is_error(self) -> bool:
        """Whether more of it is worse."""
        return self.score == "mae"


def curves(cases: Cases, run: Run) -> list[Chart]:
    """A small drawing a perturbation that keeps the label, and the numbers of all of them."""
    rows = scores_of(run, cases.task)
    measure = _measure(rows)
    clean = rows.get(f"clean_{measure.score}", UNKNOWN)
    by_name = _perturbations(cases.parts)
    order = sorted(by_name, key=lambda name: _badness(rows, by_name[name], measure))
    drawn = [(name, drawing(_curve(rows, by_name[name], measure, clean.value), _told(rows, name, by_name[name])))
             for name in order if _values(rows, by_name[name], measure)]  # fmt: skip
    about = (
        f"The {measure.words} at each severity with its interval, on a scale from 0 to {number(measure.top)}; the "
        f"dashed line is the clean {measure.words}, {_measured(clean)}. The worst first. In the table flips are "
        "counted over the samples a perturbation changed; one that does not keep the label has flips only."
    )
    columns = ["Perturbation", "Severity", measure.words.capitalize(), f"{measure.change} from clean, paired", "Flips",
               "Changed"]  # fmt: skip
    return [
        Chart(
            "By severity",
            about,
            drawn,
            columns,
            [_row(rows, part, measure) for name in order for part in by_name[name]],
        )
    ]


def order_of(cases: Cases, run: Run) -> list[str]:
    """The perturbations, the worst first."""
    rows = scores_of(run, cases.task)
    by_name = _perturbations(cases.parts)
    return sorted(by_name, key=lambda name: _badness(rows, by_name[name], _measure(rows)))


def _measure(rows: Rows) -> Measure:
    if "clean_mae" not in rows:
        return Measure("accuracy", "accuracy_drop", "accuracy", "Drop", 1.0)
    ends = [score.high for local, score in rows.items() if local.startswith(("mae[", "clean_mae"))]
    return Measure("mae", "mae_rise", "mean absolute error", "Rise", max((end for end in ends if end), default=1.0))


def _perturbations(parts: Sequence[str]) -> dict[str, list[str]]:
    """The parts of each perturbation: `ocr/1` and `ocr/3` are of `ocr`."""
    found: dict[str, list[str]] = {}
    for part in parts:
        found.setdefault(titled(part)[0], []).append(part)
    return found


def _values(rows: Rows, parts: Sequence[str], measure: Measure) -> list[float]:
    values = [_of(rows, measure.score, part).value for part in parts]
    return [value for value in values if value is not None]


def _badness(rows: Rows, parts: Sequence[str], measure: Measure) -> tuple[bool, float]:
    values = _values(rows, parts, measure)
    if not values:
        return True, 0.0
    return False, -max(values) if measure.is_error else min(values)


def _curve(rows: Rows, parts: Sequence[str], measure: Measure, clean: float | None) -> dict[str, Any]:
    points = [(titled(part)[1] or "-", _of(rows, measure.score, part)) for part in parts]
    values = [{"severity": at, "value": each.value, "low": each.low, "high": each.high} for at, each in points]
    y = {"field": "value", "type": "quantitative", "title": None, "scale": {"domain": [0, measure.top], "nice": False},
         "axis": {"tickCount": 2}}  # fmt: skip
    x = {"field": "severity", "type": "ordinal", "title": None, "axis": {"labelAngle": 0, "grid": False}}
    layers: list[dict[str, Any]] = [
        {"mark": "rule", "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
        {"mark": {"type": "line", "point": True}, "encoding": {"x": x, "y": y}},
    ]
    if clean is not None:
        mark = {"type": "rule", "strokeDash": [4, 3], "color": SOFT}
        layers.insert(0, {"data": {"values": [{"value": clean}]}, "mark": mark, "encoding": {"y": y}})
    return {"width": 130, "height": 80, "data": {"values": values}, "layer": layers}


def _told(rows: Rows, name: str, parts: Sequence[str]) -> str:
    """The curve in words, for those who do not see it."""
    measure = _measure(rows)
    at = "; ".join(f"severity {titled(part)[1]} {_measured(_of(rows, measure.score, part))}" for part in parts)
    return f"{name}: {at}"


def _row(rows: Rows, part: str, measure: Measure) -> list[str]:
    score, drop, flips, shift, changed = (
        _of(rows, name, part) for name in (measure.score, measure.loss, "flip_rate", "shift", "changed")
    )
    moves = "" if shift is UNKNOWN else f"moves by {number(shift.value)}"
    flipped = f"{percent(flips.value)} {interval(flips.low, flips.high)} of {flips.n}"
    return [*titled(part), _measured(score) or "label not kept", _measured(drop),
            moves if flips is UNKNOWN else flipped, "" if changed is UNKNOWN else percent(changed.value)]  # fmt: skip


def _of(rows: Rows, name: str, part: str) -> Score:
    return rows.get(f"{name}[part={part}]", UNKNOWN)


def _measured(score: Score) -> str:
    return "" if score is UNKNOWN else value_and_interval(score.value, score.low, score.high)
