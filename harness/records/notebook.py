"""The view of a run in a notebook: the verdict, one line per gate, and the path of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

VERDICT_COLOURS = {"pass": "#1a7f37", "undecided": "#9a6700", "fail": "#cf222e", "error": "#cf222e"}
BOUND_SIGNS = {"min": "&ge;", "max": "&le;"}


def page(name: str, verdict: str, gates: Sequence[Mapping[str, Any]], report: Path) -> str:
    """A piece of HTML without scripts, from the rows of `gates.json`; every text is escaped."""
    rows = "".join(map(_row, gates))
    head = "".join(f"<th>{each}</th>" for each in ("gate", "demand", "value", "interval", "n", "verdict"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    link = escape(str(report))
    return (
        f"<div><b>{escape(name)}</b>: <b style='color:{VERDICT_COLOURS.get(verdict, 'inherit')}'>{escape(verdict)}</b>"
        f"{table}<p>report: <a href='{link}'>{link}</a></p></div>"
    )


def _row(gate: Mapping[str, Any]) -> str:
    low, high = gate["low"], gate["high"]
    cells = [
        escape(gate["address"]),
        f"{BOUND_SIGNS[gate['kind']]} {gate['bound']:g}",
        "&ndash;" if gate["value"] is None else f"{gate['value']:.3f}",
        "" if low is None or high is None else f"[{low:.3f}, {high:.3f}]",
        str(gate["n"]),
        f"<span style='color:{VERDICT_COLOURS[gate['verdict']]}'>{gate['verdict']}</span>",
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
