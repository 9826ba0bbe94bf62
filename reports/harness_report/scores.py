"""The scores of a task as a table that is its own chart: every row carries its dot and whisker on one axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from harness import Run, Score, UserError
from harness.reports import Decision, local_address
from harness_report.gates import CHANGES, bound_of, decisions_of
from harness_report.strips import Axis, Strip, axis, drawable, strip
from harness_report.wording import MISSING, interval, number


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
    """The scores of one task, with those of its parts or without, not by length; none of a run that is not finished."""
    found = scores_of(run, task)
    gated = [gate for gate in decisions_of(run) if gate.address.startswith(f"{task}/")]
    found = {local: score for local, score in found.items() if "slice" not in score.keys}
    of_class = {local for local, score in found.items() if "class" in score.keys}
    of_set = {local for local, score in found.items() if "data" in score.keys} - of_class
    drawn = {"length", *(() if parts else ("part",))}
    twice = _said_twice(found, gated)
    left_out = of_class | of_set | twice | {local for local, score in found.items() if score.keys.keys() & drawn}
    return ScoreTables(
        _table({local: row for local, row in found.items() if local not in left_out}, gated),
        _table({local: row for local, row in found.items() if local in of_class}, gated),
        _transfer(run.info.sets_of(task), found, of_set),
    )


def _said_twice(found: Mapping[str, Score], gated: Sequence[Decision]) -> set[str]:
    """The scores of a task's only part that are those of the whole, but for what a gate is on."""
    kept = {gate.address.partition("/")[2] for gate in gated}
    parts = {score.keys["part"] for score in found.values() if "part" in score.keys}
    alike = {local for local, score in found.items() if "part" in score.keys and _is_whole(score, found)}
    return alike - kept if len(parts) == 1 else set()


def _is_whole(score: Score, found: Mapping[str, Score]) -> bool:
    whole = found.get(local_address(score.name, {key: each for key, each in score.keys.items() if key != "part"}))
    return whole is not None and _numbers(whole) == _numbers(score)


def _numbers(score: Score) -> tuple[float | None, float | None, float | None, int]:
    return score.value, score.low, score.high, score.n


def scores_of(run: Run, task: str) -> dict[str, Score]:
    """The scores of a task by local address; none of a run that is not finished."""
    try:
        return {score.local: score for address, score in run.scores.items() if address.startswith(f"{task}/")}
    except UserError:
        return {}


def _transfer(sets: list[str], found: Mapping[str, Score], of_set: set[str]) -> Transfer | None:
    """None where there is one set."""
    firsts = [local for local, score in found.items() if local not in of_set and "class" not in score.keys]
    rows = [(local, _cell(found[local]), [_on_set(found, local, name) for name in sets[1:]]) for local in firsts]
    return Transfer(sets, rows) if of_set else None


def _on_set(found: Mapping[str, Score], local: str, name: str) -> tuple[Cell, Cell]:
    """A score on another set, and what is lost, both with their intervals."""
    first = found[local]
    own, lost = (local_address(each, {**first.keys, "data": name}) for each in (first.name, f"{first.name}_drop"))
    return _cell(found.get(own)), _cell(found.get(lost))


def _cell(score: Score | None) -> Cell:
    return (MISSING, "") if score is None else (number(score.value), interval(score.low, score.high))


def table(found: Mapping[str, Score], gates: Sequence[Decision], task: str) -> ScoreTable:
    """Some scores of a task, with the bounds of its gates."""
    return _table(found, [gate for gate in gates if gate.address.startswith(f"{task}/")])


def _table(found: Mapping[str, Score], gated: list[Decision]) -> ScoreTable:
    drawn = {local for local, score in found.items() if drawable(score.name, score.value, score.low, score.high)}
    scale = axis((found[local].value, found[local].low, found[local].high) for local in drawn)
    rows = [_row(local, score, gated, scale if local in drawn else None) for local, score in found.items()]
    return ScoreTable(rows, scale if drawn else None)


def _row(local: str, score: Score, gated: list[Decision], scale: Axis | None) -> ScoreRow:
    value, low, high = score.value, score.low, score.high
    own = (gate for gate in gated if gate.address.partition("/")[2] == local and gate.kind not in CHANGES)
    bounds = [bound_of(gate) for gate in own]
    drawn = None if scale is None or value is None else strip(local, value, low, high, bounds, scale)
    return ScoreRow(local, number(value), interval(low, high), score.n, score.note, drawn)
