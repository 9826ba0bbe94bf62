"""What the command line prints on stdout: aligned tables, coloured only on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from harness.rundir import Run
    from harness.runner import Verdicts

COLOURS = {"pass": "green", "undecided": "yellow", "fail": "red", "error": "red"}
SIGNS = {"min": "≥", "max": "≤"}
PLAIN_WIDTH = 120
"""Columns where nobody looks at a terminal: addresses and notes fit unwrapped."""


def print_verdict(run: Run, verdicts: Verdicts) -> None:
    """The verdict, why, every gate, what the engine did and where the report is."""
    console = _console()
    if verdicts.decisions:
        console.print(_gates(verdicts))
    else:
        console.print(_headlines(run))
    _print_errors(console, run)
    console.print(Text(f"verdict: {_verdict_line(verdicts)}", style=f"bold {COLOURS[verdicts.verdict]}"))
    console.print(Text(_engine_line(run)), soft_wrap=True)
    console.print(Text(f"report: {run.folder / 'report.html'}"), soft_wrap=True)


def print_halfwidths(name: str, rows: int, widths: Sequence[Mapping[str, Any]]) -> None:
    """That a suite is valid, and what its gates can resolve."""
    console = _console()
    console.print(Text(f"{name}: valid, {rows} samples"))
    if not widths:
        return
    table = _table("gate", "demand", "n", "half-width at the bound")
    for row in widths:
        width = "depends on the data" if row["half_width"] is None else f"±{row['half_width']:.3f}"
        table.add_row(Text(row["address"]), f"{SIGNS[row['kind']]} {row['bound']:g}", str(row["n"]), width)
    console.print(table)


def print_components(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """The installed components by kind."""
    console = _console()
    for kind, rows in found.items():
        table = _table(kind, "", "")
        for row in rows:
            table.add_row(
                Text(row["name"]),
                Text(row["summary"]),
                Text("" if row["available"] else f"missing: {', '.join(row['missing'])}"),
            )
        console.print(table)


def _gates(verdicts: Verdicts) -> Table:
    table = _table("gate", "demand", "value", "interval", "n", "verdict")
    for each in verdicts.decisions:
        value = "–" if each.value is None else f"{each.value:.3f}"
        interval = "–" if each.low is None or each.high is None else f"{each.low:.3f} … {each.high:.3f}"
        word = Text(each.verdict, style=COLOURS[each.verdict])
        if each.note:
            word.append(f"  {each.note}", style="default")
        table.add_row(Text(each.address), f"{SIGNS[each.kind]} {each.bound:g}", value, interval, str(each.n), word)
    return table


def _headlines(run: Run) -> Table:
    """Without gates: the scores that are not narrowed to a part or class."""
    table = _table("score", "value", "interval", "n")
    for address, score in run.scores.items():
        if "[" not in address and score["value"] is not None:
            interval = "–" if score["low"] is None else f"{score['low']:.3f} … {score['high']:.3f}"
            table.add_row(Text(address), f"{score['value']:.3f}", interval, str(score["n"]))
    return table


def _print_errors(console: Console, run: Run) -> None:
    for name, task in run.info["tasks"].items():
        if task.get("errors"):
            console.print(
                Text(f"{name}: {task['errors']} of {task['cases']} cases errored; see the report", style="red")
            )


def _verdict_line(verdicts: Verdicts) -> str:
    counts = {name: sum(each.verdict == name for each in verdicts.decisions) for name in COLOURS}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    changed = f", which counts as {verdicts.counts_as}" if verdicts.counts_as != verdicts.verdict else ""
    return f"{verdicts.verdict}{f' ({told})' if told else ' (no gates)'}{changed}"


def _engine_line(run: Run) -> str:
    victim = run.info["engine"].get("", {})
    wall = run.info["seconds"]["run"]
    asked, unique, tokens = (victim.get(name, 0) for name in ("asked", "unique", "tokens"))
    padded = tokens + victim.get("padding", 0)
    padding = f", padding {victim['padding'] / padded:.1%} of tokens" if padded else ""
    busy = f", model busy {victim.get('seconds', 0) / wall:.0%} of the time (an estimate of efficiency)" if wall else ""
    return f"{asked} questions, {unique} unique{padding}; {wall:.1f} s{busy}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in ("n", "value") else "left")
    return table


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH, color_system=None)
