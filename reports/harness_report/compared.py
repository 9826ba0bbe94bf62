"""A comparison as one page: the answer, every difference drawn against zero, the samples that turned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from harness import Run, UserError, compare
from harness.reports import (
    Comparison,
    Moved,
    Pair,
    TurnedOf,
    baseline_of,
    headlines,
    overall,
    turned_of,
)
from harness_report.pages import environment, style
from harness_report.strips import OFF_SCALE, Strip, Tick
from harness_report.wording import interval, numbers_of, percent, signed

SHOWN_SAMPLES = 20
"""Samples that turned, each way, by score."""

PAIRS_WITH_SAMPLES = 30
"""Pairs whose samples are shown: of more the page would be too slow to read."""

MOST_SAMPLES = 20_000
"""Samples of a run whose report compares it with its baseline: of more it would take too long."""

VERDICTS = {"better": "pass", "worse": "fail", "undecided": "undecided", "different": ""}
"""The colour of a dot."""

STEPS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""Ends of an axis."""


@dataclass(frozen=True)
class Around:
    """A scale from `-end` to `end`, zero in the middle, with its labelled ticks."""

    end: float

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The places of the labelled lines, in percent, and their labels."""
        return [(self.at(each), f"{each:+g}".replace("-", "−") if each else "0") for each in (-self.end, 0, self.end)]

    def at(self, value: float) -> float:
        """A value's place from the left, in percent."""
        return round(50 + 50 * value / self.end, 2)


@dataclass(frozen=True)
class Row:
    """A score of a pair."""

    address: str
    old: str
    new: str
    difference: str
    interval: str
    n: str
    p: str
    outcome: str
    note: str
    strip: Strip | None


@dataclass(frozen=True)
class PairView:
    """A pair of models."""

    anchor: str
    old: str
    new: str
    word: str
    lines: list[str]
    left_out: list[tuple[str, str]]
    axis: Around
    rows: list[Row]
    turned: list[TurnedOf]


@dataclass(frozen=True)
class ComparedPage:
    """The page from top to bottom."""

    pairs: list[PairView]
    confidence: str
    with_samples: bool
    style: Markup


def compared(comparison: Comparison) -> str:
    """The page, without outside resources and without a script."""
    with_samples = len(comparison.pairs) <= PAIRS_WITH_SAMPLES
    views = [_view(pair, at, comparison.alpha, with_samples=with_samples) for at, pair in enumerate(comparison.pairs)]
    page = ComparedPage(views, percent(comparison.confidence), with_samples, style())
    return environment().get_template("compared.html.j2").render(page=page)


def against_baseline(run: Run) -> tuple[PairView | None, str]:
    """The comparison of a run with its baseline, the margins of its gates drawn; or why there is none, if any."""
    try:
        baseline = baseline_of(run)
        if baseline is None:
            return None, ""
        if run.info.samples > MOST_SAMPLES:
            return None, f"More than {MOST_SAMPLES:,} samples: `harness compare {baseline} {run.folder}` compares them."
        comparison = compare(baseline, run.folder)
    except UserError as error:
        return None, f"It is not compared with its baseline: {error}"
    [pair], gates = comparison.pairs, [gate for gate in run.gates if gate.kind in ("drop", "rise")]
    margins = {gate.address: -gate.bound if gate.kind == "drop" else gate.bound for gate in gates}
    named = str(run.info.suite.get("baseline") or baseline)
    return replace(_view(pair, 0, comparison.alpha, with_samples=True, margins=margins), old=named, new=run.name), ""


def _view(
    pair: Pair, at: int, alpha: float, with_samples: bool, margins: Mapping[str, float] | None = None
) -> PairView:
    margins = margins or {}
    axis = _axis(pair.moved, margins)
    return PairView(
        f"pair-{at}",
        pair.old.title,
        pair.new.title,
        overall(pair, alpha),
        list(headlines(pair, alpha)),
        list(pair.left_out.items()),
        axis,
        [_row(each, axis, margins.get(each.address)) for each in pair.moved],
        turned_of(pair, SHOWN_SAMPLES) if with_samples else [],
    )


def _axis(moved: Sequence[Moved], margins: Mapping[str, float]) -> Around:
    drawn = [each for each in moved if _is_drawable(each)]
    ends = [abs(end) for each in drawn for end in (*_ends(each), margins.get(each.address, 0.0))]
    return Around(next((step for step in STEPS if step >= max(ends, default=1.0)), STEPS[-1]))


def _ends(moved: Moved) -> list[float]:
    change = moved.change
    return [each for each in (change.difference, change.low, change.high) if each is not None]


def _is_drawable(moved: Moved) -> bool:
    return moved.change.score.name not in OFF_SCALE and all(abs(each) <= 1 for each in _ends(moved))


def _row(moved: Moved, axis: Around, margin: float | None = None) -> Row:
    change = moved.change
    return Row(
        moved.address,
        *numbers_of(moved),
        moved.outcome,
        change.note,
        _strip(moved, axis, margin) if _is_drawable(moved) else None,
    )


def _strip(moved: Moved, axis: Around, margin: float | None) -> Strip:
    """The difference and its interval, the side that is better shaded, and the margin of a gate."""
    change, lower = moved.change, moved.lower_is_better
    better = (50.0, 50.0) if lower is None else (0.0, 50.0) if lower else (50.0, 100.0)
    known = change.low is not None and change.high is not None
    return Strip(
        axis.at(change.difference),
        axis.at(change.low) if known and change.low is not None else None,
        axis.at(change.high) if known and change.high is not None else None,
        [Tick(50.0, better, VERDICTS[moved.outcome]), *_margin(margin, axis)],
        f"{moved.address}: {signed(change.difference)} {interval(change.low, change.high)}, {moved.outcome}",
    )


def _margin(margin: float | None, axis: Around) -> list[Tick]:
    if margin is None or abs(margin) > axis.end:
        return []
    at = axis.at(margin)
    return [Tick(at, (at, at), "")]
