"""A history on stdout: per suite how each score went, then a line per run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from harness.console.words import cell, console_here, line_of, table_of
from harness.files import encodable
from harness.scores.score import value_and_interval

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from harness.history.history import Group, History
    from harness.history.past import Bounded, PastRun

COLOURS = {"pass": "green", "fail": "red", "error": "red", "undecided": "yellow"}
SIGNS = {"fail": " ✕", "error": " !", "undecided": " ?"}
BARS = "▁▂▃▄▅▆▇█"
SHOWN_RUNS, DRAWN = 20, 24
"""Runs that have a line, the newest ones, and those whose scores are drawn as bars."""

MOST_COLUMNS = 6
"""Scores that have a column; the trends have all."""


def print_history(history: History) -> None:
    """The suite that ran last first."""
    console = console_here()
    for group in history.groups:
        _print_group(console, group)
    for each in history.left_out:
        console.print(line_of(f"left out: {each.folder}: {each.why}", style="yellow"), soft_wrap=True)


def _print_group(console: Console, group: Group) -> None:
    runs = [each for each in group.runs if each.kind == "run"]
    last = runs[-1] if runs else group.runs[-1]
    word = last.verdict or last.state
    count = f"{len(runs)} run{'' if len(runs) == 1 else 's'}"
    console.print(line_of(f"{group.title}: {count}, the last one: {word}", style=f"bold {COLOURS.get(word, '')}"))
    models = {each.model for each in runs}
    if len(models) == 1:
        console.print(line_of(f"model: {models.pop()}"))
    if last.versions:
        versions = ", ".join(f"{name} {version}" for name, version in last.versions.items())
        console.print(line_of(f"versions of the last run: {versions}"), soft_wrap=True)
    console.print(_trends(group, runs))
    console.print(_rows(group, with_models=len(models) > 1))
    if len(group.runs) > SHOWN_RUNS:
        console.print(line_of(f"and {len(group.runs) - SHOWN_RUNS} older ones: --html and --json have all"))
    console.print()


def _trends(group: Group, runs: Sequence[PastRun]) -> Table:
    table = table_of("score", "trend", "first", "last", "gates")
    for address in group.addresses:
        known = [each for each in runs if address in each.scores and each.scores[address].value is not None]
        if known:
            first, last = known[0].scores[address], known[-1].scores[address]
            value = value_and_interval(last.value, last.low, last.high)
            trend = bars([each.scores[address].value or 0.0 for each in known[-DRAWN:]])
            table.add_row(cell(address), trend, f"{first.value:.3f}", value, _demands(known[-1].gates_on(address)))
    return table


def bars(values: Sequence[float]) -> str:
    """A bar per value, from the least to the largest."""
    low, span = min(values, default=0.0), max(values, default=0.0) - min(values, default=0.0)
    return "".join(BARS[int((each - low) / span * (len(BARS) - 1))] if span else BARS[3] for each in values)


def _demands(gates: Sequence[Bounded]) -> Text:
    found = line_of("")
    for at, gate in enumerate(gates):
        words = f"{', ' if at else ''}{gate.demand}{SIGNS.get(gate.verdict, '')}"
        found.append(words, style=COLOURS[gate.verdict])
    return found


def _rows(group: Group, *, with_models: bool) -> Table:
    columns = group.addresses[:MOST_COLUMNS]
    models = ["model"] if with_models else []
    table = table_of("when", "run", "verdict", *models)
    for address in columns:
        table.add_column(cell(short(address, columns)), overflow="fold", justify="right", min_width=7)
    table.add_column("changed", overflow="fold")
    table.columns[0].no_wrap = table.columns[2].no_wrap = True
    pairs = list(zip(group.runs, group.changes, strict=True))
    for each, changes in reversed(pairs[-SHOWN_RUNS:]):
        word = each.verdict or each.state
        named = each.folder if each.kind == "run" else f"{each.folder} (baseline, {each.state})"
        scores = (_value(each, address) for address in columns)
        verdict = line_of(word, style=COLOURS.get(word, ""))
        model = [cell(each.model)] if with_models else []
        when = cell(each.when[:16].replace("T", " "))
        table.add_row(when, cell(named), verdict, *model, *scores, cell(", ".join(changes)))
    return table


def short(address: str, among: Sequence[str]) -> str:
    """An address without its task, where no other score here is called that."""
    local = address.partition("/")[2]
    return local if sum(each.partition("/")[2] == local for each in among) == 1 else address


def _value(row: PastRun, address: str) -> Text:
    score = row.scores.get(address)
    if score is None or score.value is None:
        return line_of("-")
    verdicts = [gate.verdict for gate in row.gates_on(address)]
    worst = next((word for word in ("error", "fail", "undecided", "pass") if word in verdicts), "")
    return line_of(f"{score.value:.3f}{SIGNS.get(worst, '')}", style=COLOURS.get(worst, ""))


def history_json(history: History) -> Any:
    """All of it."""
    return encodable(
        {
            "folder": history.folder,
            "suites": [{"suite": each.suite, "scores": list(each.addresses), "runs": list(_json(each))}
                       for each in history.groups],
            "left_out": [{"folder": each.folder, "why": each.why} for each in history.left_out],
        }
    )  # fmt: skip


def _json(group: Group) -> Iterator[dict[str, Any]]:
    names = ("folder", "kind", "when", "state", "verdict", "model", "why", "versions", "prints")
    for each, changes in zip(group.runs, group.changes, strict=True):
        scores = {
            address: {
                **each.scores[address]._asdict(),
                "gates": [
                    {"kind": g.kind, "bound": g.bound, "verdict": g.verdict, "tier": g.tier}
                    for g in each.gates_on(address)
                ],
            }
            for address in group.addresses
            if address in each.scores
        }
        yield {**{name: getattr(each, name) for name in names}, "changed": list(changes), "scores": scores}
