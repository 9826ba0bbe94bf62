"""The view of a run in a notebook: the verdict, one line per gate, and the path of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape
from pathlib import Path

from harness.demands.gate import CHANGES
from harness.scores.gates import Decision
from harness.scores.score import interval

VERDICT_COLOURS = {"pass": "#1a7f37", "undecided": "#9a6700", "fail": "#cf222e", "error": "#cf222e"}


def page(name: str, verdict: str, gates: Sequence[Decision], report: Path, baseline: str = "") -> str:
    """A piece of HTML without scripts; every text is escaped. Where nothing was demanded, it is no pass."""
    verdict = "no gates" if verdict == "pass" and not any(gate.blocks for gate in gates) else verdict
    rows = "".join(map(_row, gates))
    head = "".join(f"<th>{each}</th>" for each in ("gate", "demand", "value", "interval", "n", "verdict"))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
    table += _against(baseline, gates) if baseline else ""
    link = escape(str(report))
    return (
        f"<div><b>{escape(name)}</b>: <b style='color:{VERDICT_COLOURS.get(verdict, 'inherit')}'>{escape(verdict)}</b>"
        f"{table}<p>report: <a href='{link}'>{link}</a></p></div>"
    )


def _against(baseline: str, gates: Sequence[Decision]) -> str:
    """How the gates on changes went."""
    counts = Counter(gate.word for gate in gates if gate.kind in CHANGES)
    went = ", ".join(f"{count} {word}" for word, count in counts.items()) or "no gate is on a change"
    return f"<p>against {escape(baseline)}: {escape(went)}</p>"


def _row(gate: Decision) -> str:
    cells = [
        escape(gate.address),
        escape(gate.demand),
        "&ndash;" if gate.value is None else f"{gate.value:.3f}",
        interval(gate.low, gate.high),
        str(gate.n),
        f"<span style='color:{VERDICT_COLOURS[gate.verdict]}'>{gate.word}</span>",
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
