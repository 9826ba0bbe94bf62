"""The scores of a task as a table that is its own chart: every row carries its dot and whisker on one axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import Decision, Run, UserError, parse_local
from harness_report.chart import Axis, Strip, axis, drawable, strip
from harness_report.gates import bound_of, decisions_of
from harness_report.wording import interval, number


@dataclass(frozen=True)
class ScoreRow:
    """One score by its local address, and its strip when it belongs on the axis."""

    address: str
    value: str
    interval: str
    n: int
    note: str
    strip: Strip | None


@dataclass(frozen=True)
class ScoreTable:
    """Rows that share an axis; none is drawn when no score belongs on one."""

    rows: list[ScoreRow]
    axis: Axis | None


@dataclass(frozen=True)
class Scores:
    """The scores of a task: those of the whole and of its parts, and those of single classes."""

    overall: ScoreTable
    by_class: ScoreTable


def scores(run: Run, task: str) -> Scores:
    """The scores of one task; none of a run that is not finished."""
    found = {address.partition("/")[2]: row for address, row in _all(run).items() if address.startswith(f"{task}/")}
    gated = [gate for gate in decisions_of(run) if gate.address.startswith(f"{task}/")]
    of_class = {local for local in found if "class" in _keys(local)}
    return Scores(
        _table({local: row for local, row in found.items() if local not in of_class}, gated),
        _table({local: row for local, row in found.items() if local in of_class}, gated),
    )


def _table(found: Mapping[str, Mapping[str, Any]], gated: list[Decision]) -> ScoreTable:
    drawn = {local for local, row in found.items() if drawable(local.partition("[")[0], *_span(row))}
    scale = axis(_span(found[local]) for local in drawn)
    rows = [_row(local, row, gated, scale if local in drawn else None) for local, row in found.items()]
    return ScoreTable(rows, scale if drawn else None)


def _row(local: str, row: Mapping[str, Any], gated: list[Decision], scale: Axis | None) -> ScoreRow:
    value, low, high = _span(row)
    bounds = [bound_of(gate) for gate in gated if gate.address.partition("/")[2] == local]
    drawn = None if scale is None or value is None else strip(local, value, low, high, bounds, scale)
    return ScoreRow(local, number(value), interval(low, high), row.get("n", 0), row.get("note", ""), drawn)


def _span(row: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    return row.get("value"), row.get("low"), row.get("high")


def _keys(local: str) -> Mapping[str, str]:
    try:
        return parse_local(local)[1]
    except UserError:
        return {}


def _all(run: Run) -> Mapping[str, Mapping[str, Any]]:
    try:
        return run.scores
    except UserError:
        return {}
