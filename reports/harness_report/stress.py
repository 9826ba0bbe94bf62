"""The results of a task `stress`: what each perturbation costs at each severity, the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from harness import Run, Score
from harness_report.cases import Cases, titled
from harness_report.charts import Chart
from harness_report.scores import ScoreRow, ScoreTable, scores_of
from harness_report.strips import Axis, at_zero, axis_of, strip
from harness_report.wording import MISSING, interval, number, percent, signed, value_and_interval

Rows: TypeAlias = Mapping[str, Score]
"""The scores of a task by their local address."""

UNKNOWN = Score("", None, None, None, 0)
"""In place of a score that a task does not have."""


@dataclass(frozen=True)
class Measure:
    """A measured score: its name, that of its change from clean, and both in words."""

    score: str
    loss: str
    words: str
    change: str

    @property
    def clean(self) -> str:
        """The score of the untouched samples."""
        return f"clean_{self.score}"

    @property
    def is_error(self) -> bool:
        """Whether more of it is worse."""
        return self.score == "mae"


def losses(cases: Cases, run: Run) -> list[Chart]:
    """What each perturbation costs at each severity, the worst perturbation first, and all the numbers of them."""
    rows = scores_of(run, cases.task)
    measure = _measure(rows)
    by_name = _perturbations(cases.parts)
    parts = [part for name in order_of(cases, run) for part in by_name[name]]
    lost = {part: _of(rows, measure.loss, part) for part in parts}
    measured = [part for part in parts if lost[part].value is not None]
    scale = axis_of((lost[part].value, lost[part].low, lost[part].high) for part in measured)
    drawn = [_strip(part, lost[part], scale) for part in measured]
    others = [_unmeasured(name, lost[by_name[name][0]]) for name in by_name if not {*by_name[name]} & {*measured}]
    strips = [("", ScoreTable([*drawn, *others], scale))]
    about = (
        f"The {measure.change.lower()} from the clean {measure.words}, {_measured(rows.get(measure.clean, UNKNOWN))}, "
        "paired by sample, with its interval; at the upright line nothing changes. The worst perturbation first. In "
        "the table flips are counted over the samples a perturbation changed; one that does not keep the label has "
        "flips only."
    )
    columns = ["Perturbation", "Severity", measure.words.capitalize(), f"{measure.change} from clean, paired", "Flips",
               "Changed"]  # fmt: skip
    return [Chart("By severity", about, [], columns, [_row(rows, part, measure) for part in parts], strips,
                  measure.change)]  # fmt: skip


def _strip(part: str, lost: Score, scale: Axis) -> ScoreRow:
    value = float(lost)
    drawn = at_zero(strip(part, value, lost.low, lost.high, [], scale), scale)
    return ScoreRow(part, signed(value), interval(lost.low, lost.high), lost.n, lost.note, drawn)


def _unmeasured(name: str, lost: Score) -> ScoreRow:
    """A perturbation that costs nothing one could measure, at any severity, and why."""
    return ScoreRow(name, MISSING, "", lost.n, lost.note or "label not kept", None)


def order_of(cases: Cases, run: Run) -> list[str]:
    """The perturbations, the worst first."""
    rows = scores_of(run, cases.task)
    by_name = _perturbations(cases.parts)
    return sorted(by_name, key=lambda name: _badness(rows, by_name[name], _measure(rows)))


def _measure(rows: Rows) -> Measure:
    if "clean_mae" not in rows:
        return Measure("accuracy", "accuracy_drop", "accuracy", "Drop")
    return Measure("mae", "mae_rise", "mean absolute error", "Rise")


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
