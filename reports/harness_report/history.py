"""A history as one page: per suite the trend of every score with its bounds and what changed, then a row per run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from harness.reports import Bounded, Group, History, LeftOut, PastRun, legible
from harness_report.drawing import FAILED, GRID, INK, LINE, PASSED, SOFT, UNDECIDED, drawing
from harness_report.header import NO_GATES, Fact
from harness_report.pages import environment, style
from harness_report.wording import MISSING, interval, moment, number, plural, value_and_interval

MOST_ROWS = 2000
"""Runs that have a row, the newest ones."""

MOST_DOTS = 150
"""Runs of which each has a dot; of more there is a line."""

MOST_MARKS, MOST_NAMED = 60, 8
"""Changes that are marked in a drawing, and those whose words stand there."""

MARK_CHARACTERS = 18
"""Characters of a change in a drawing; the table has all of them."""

TICKS = 4
"""Dates under a drawing, at most."""

WIDTH, HEIGHT = 470, 150
"""Pixels of a drawing."""

COLOURS = {"pass": PASSED, "fail": FAILED, "error": FAILED, "undecided": UNDECIDED, "": LINE}
"""The colour of a dot by the verdict of its gates."""


@dataclass(frozen=True)
class Cell:
    """A score in a row: its value, its interval and the worst verdict of its gates."""

    value: str
    interval: str
    verdict: str


@dataclass(frozen=True)
class RunRow:
    """A run, or a baseline."""

    when: str
    folder: str
    kept: str
    verdict: str
    model: str
    cells: list[Cell]
    changed: str
    why: str


@dataclass(frozen=True)
class Trend:
    """How a score went: its last value and the gates on it, and the drawing."""

    address: str
    last: str
    gates: list[Bounded]
    drawing: Markup


@dataclass(frozen=True)
class GroupView:
    """A suite."""

    anchor: str
    suite: str
    verdict: str
    about: str
    trends: list[Trend]
    addresses: list[str]
    rows: list[RunRow]
    with_models: bool
    older: int
    versions: list[Fact]


@dataclass(frozen=True)
class HistoryPage:
    """The page from top to bottom."""

    folder: str
    groups: list[GroupView]
    left_out: list[LeftOut]
    style: Markup


def history_page(history: History) -> str:
    """The page, without outside resources and without a script."""
    groups = [_group(each, at) for at, each in enumerate(history.groups)]
    page = HistoryPage(history.folder, groups, list(history.left_out), style())
    return environment().get_template("history.html.j2").render(page=page)


def _group(group: Group, at: int) -> GroupView:
    runs = [(each, changes) for each, changes in zip(group.runs, group.changes, strict=True) if each.kind == "run"]
    rows = list(zip(group.runs, group.changes, strict=True))[-MOST_ROWS:]
    last, models = runs[-1][0] if runs else group.runs[-1], {run.model for run, _ in runs}
    return GroupView(
        f"suite-{at}",
        group.title,
        _verdict(last),
        _about(group, [run for run, _ in runs], models),
        [trend for address in group.addresses if (trend := _trend(address, runs)) is not None],
        [_short(each, group.addresses) for each in group.addresses],
        [_row(each, changes, group.addresses) for each, changes in reversed(rows)],
        len(models) > 1,
        len(group.runs) - len(rows),
        [Fact(name, version) for name, version in sorted(last.versions.items())],
    )


def _short(address: str, among: Sequence[str]) -> str:
    """An address without its task, where no other score here is called that."""
    local = address.partition("/")[2]
    return local if sum(each.partition("/")[2] == local for each in among) == 1 else address


def _about(group: Group, runs: Sequence[PastRun], models: Collection[str]) -> str:
    verdicts = [run.verdict for run in runs if run.verdict]
    counts = ", ".join(f"{verdicts.count(each)} {each}" for each in dict.fromkeys(verdicts))
    between = f", {moment(group.runs[0].when)} to {moment(group.runs[-1].when)}" if len(group.runs) > 1 else ""
    of = f" of {next(iter(models))}" if len(models) == 1 else ""
    return f"{plural(len(runs), 'run')}{of}{between}" + (f": {counts}" if counts else "")


def _verdict(run: PastRun) -> str:
    if run.verdict == "pass" and not run.gates and run.kind == "run":
        return NO_GATES
    return run.verdict or run.state


def _row(run: PastRun, changes: Sequence[str], addresses: Sequence[str]) -> RunRow:
    return RunRow(
        run.when[:16].replace("T", " ") or MISSING,
        run.folder,
        "" if run.kind == "run" else f"baseline, {run.state}",
        _verdict(run),
        run.model,
        [_cell(run, address) for address in addresses],
        ", ".join(changes),
        run.why,
    )


def _cell(run: PastRun, address: str) -> Cell:
    score = run.scores.get(address)
    if score is None:
        return Cell(MISSING, "", "")
    return Cell(number(score.value), interval(score.low, score.high), worst(run.gates_on(address)))


def worst(gates: Sequence[Bounded]) -> str:
    """The worst verdict of some gates; empty where there are none."""
    verdicts = {gate.verdict for gate in gates}
    return next((word for word in ("error", "fail", "undecided", "pass") if word in verdicts), "")


def _trend(address: str, runs: Sequence[tuple[PastRun, Sequence[str]]]) -> Trend | None:
    """The drawing of a score; none where no run has it."""
    known = [
        (at, run, score)
        for at, (run, _) in enumerate(runs)
        if (score := run.scores.get(address)) is not None and score.value is not None
    ]
    if not known:
        return None
    _, run, last = known[-1]
    value = value_and_interval(last.value, last.low, last.high)
    words = f"{address}: {plural(len(known), 'run')}, from {number(known[0][2].value)} to {value}"
    points = [
        {"at": at, "value": score.value, "low": score.low, "high": score.high, "verdict": worst(run.gates_on(address))}
        for at, run, score in known
    ]
    return Trend(address, value, run.gates_on(address), drawing(_picture(points, runs, address), words))


def _picture(
    points: Sequence[Mapping[str, Any]], runs: Sequence[tuple[PastRun, Sequence[str]]], address: str
) -> dict[str, Any]:
    x, y = _dates([run for run, _ in runs]), _values()
    layers = [*_marks(runs, x), *_bounds(runs, address, x, y), *_span(points, x, y)]
    if len(points) > 1:
        line = {"type": "line", "color": LINE, "strokeWidth": 1.5 if len(points) <= MOST_DOTS else 1}
        layers.append(_layer(points, line, {"x": x, "y": y}))
    if len(points) <= MOST_DOTS:
        colour = {"field": "verdict", "type": "nominal", "legend": None,
                  "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())}}  # fmt: skip
        size = 50 if len(points) <= MOST_DOTS / 4 else 16
        dots = {"type": "point", "size": size, "filled": True, "opacity": 1}
        layers.append(_layer(points, dots, {"x": x, "y": y, "color": colour}))
    return {"width": WIDTH, "height": HEIGHT, "layer": layers}


def _span(points: Sequence[Mapping[str, Any]], x: Mapping[str, Any], y: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The intervals: a bar for each of few runs, a band for many."""
    known = [each for each in points if each["low"] is not None and each["high"] is not None]
    mark = (
        {"type": "area", "color": LINE, "opacity": 0.18} if len(known) > MOST_DOTS else {"type": "rule", "color": SOFT}
    )
    if known:
        yield _layer(known, mark, {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}})


def _bounds(
    runs: Sequence[tuple[PastRun, Sequence[str]]], address: str, x: Mapping[str, Any], y: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The bounds of its gates as they were: a dashed step for each kind; those on changes are no place on this axis."""
    for kind in ("min", "max"):
        rows = [
            {"at": at + half, "value": gate.bound}
            for at, (run, _) in enumerate(runs)
            for gate in run.gates_on(address)
            if gate.kind == kind
            for half in (-0.5, 0.5)
        ]
        if rows:
            mark = {"type": "line", "color": INK, "strokeDash": [4, 3], "strokeWidth": 1.25}
            yield _layer(rows, mark, {"x": x, "y": y})


def _marks(runs: Sequence[tuple[PastRun, Sequence[str]]], x: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """An upright line before each run that differs from the last one in its model, data, tasks or versions."""
    rows = [{"at": at - 0.5, "words": _brief(changes)} for at, (_, changes) in enumerate(runs) if changes]
    if len(rows) <= MOST_MARKS and rows:
        yield _layer(rows, {"type": "rule", "color": GRID, "strokeWidth": 2}, {"x": x})
    if len(rows) <= MOST_NAMED and rows:
        text = {"type": "text", "align": "left", "dx": 3, "dy": 8, "baseline": "top", "color": SOFT, "fontSize": 10}
        words = {"field": "words", "type": "nominal"}
        yield _layer(rows, text, {"x": x, "y": {"value": 0}, "text": words})


def _brief(changes: Sequence[str]) -> str:
    first = legible(changes[0]).split(" ")[0] if len(changes) > 1 else legible(changes[0])
    more = f" +{len(changes) - 1}" if len(changes) > 1 else ""
    return (first if len(first) <= MARK_CHARACTERS else f"{first[: MARK_CHARACTERS - 1]}…") + more


def _dates(runs: Sequence[PastRun]) -> dict[str, Any]:
    """Runs one after the other, evenly, with the dates of some of them."""
    step = max(1, -(-len(runs) // TICKS))
    places = list(range(0, len(runs), step))
    dates = [_date(runs[at].when) for at in places]
    label = f"{dates!r}[indexof({places!r}, datum.value)]"
    scale = {"domain": [-0.5, max(len(runs) - 0.5, 0.5)], "nice": False, "zero": False}
    axis = {"values": places, "labelExpr": label, "labelAngle": 0, "grid": False, "title": None}
    return {"field": "at", "type": "quantitative", "scale": scale, "axis": axis}


def _date(when: str) -> str:
    """`2026-03-02`, letters of nobody's; a dash where there is no such day."""
    return when[:10] if all(each.isascii() and (each.isdigit() or each == "-") for each in when[:10]) else "-"


def _values() -> dict[str, Any]:
    return {"field": "value", "type": "quantitative", "scale": {"zero": False, "nice": True},
            "axis": {"title": None, "tickCount": 4}}  # fmt: skip


def _layer(rows: Sequence[Mapping[str, Any]], mark: Mapping[str, Any], encoding: Mapping[str, Any]) -> dict[str, Any]:
    return {"data": {"values": list(rows)}, "mark": dict(mark), "encoding": dict(encoding)}
