"""The scores of a task as a table that is its own chart: every row carries its dot and whisker on one axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from harness import Run, UserError
from harness.reports import Decision, local_address, parse_local
from harness_report.gates import bound_of, decisions_of
from harness_report.strips import Axis, Strip, axis, drawable, strip
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


Cell: TypeAlias = tuple[str, str]
"""A value and its interval, in words."""


@dataclass(frozen=True)
class Transfer:
    """The scores on every data set side by side: one row per score, with the drop from the first set to each other."""

    sets: list[str]
    rows: list[tuple[str, Cell, list[tuple[Cell, Cell]]]]


@dataclass(frozen=True)
class ScoreTables:
    """The scores of a task: of the whole and its parts, of single classes, and over several data sets."""

    overall: ScoreTable
    by_class: ScoreTable
    transfer: Transfer | None


def scores(run: Run, task: str, *, parts: bool = True) -> ScoreTables:
    """The scores of one task, with those of its parts or without; none of a run that is not finished."""
    found = {address.partition("/")[2]: row for address, row in _all(run).items() if address.startswith(f"{task}/")}
    gated = [gate for gate in decisions_of(run) if gate.address.startswith(f"{task}/")]
    of_class = {local for local in found if "class" in _keys(local)}
    of_set = {local for local in found if "data" in _keys(local)} - of_class
    left_out = of_class | of_set | {local for local in found if not parts and "part" in _keys(local)}
    return ScoreTables(
        _table({local: row for local, row in found.items() if local not in left_out}, gated),
        _table({local: row for local, row in found.items() if local in of_class}, gated),
        _transfer(run, found, of_set),
    )


def _transfer(run: Run, found: Mapping[str, Mapping[str, Any]], of_set: set[str]) -> Transfer | None:
    """None where there is one set."""
    sets = [str(each.get("name", "")) for each in run.info.get("data", ()) if isinstance(each, Mapping)]
    firsts = [local for local in found if local not in of_set and "class" not in _keys(local)]
    rows = [(local, _measured(found[local]), [_on_set(found, local, name) for name in sets[1:]]) for local in firsts]
    return Transfer(sets, rows) if of_set else None


def _on_set(found: Mapping[str, Mapping[str, Any]], local: str, name: str) -> tuple[Cell, Cell]:
    """A score on another set, and what is lost, both with their intervals."""
    title, keys = parse_local(local)
    own, lost = (local_address(each, {**keys, "data": name}) for each in (title, f"{title}_drop"))
    return _measured(found.get(own, {})), _measured(found.get(lost, {}))


def _measured(row: Mapping[str, Any]) -> Cell:
    value, low, high = _span(row)
    return number(value), interval(low, high)


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
