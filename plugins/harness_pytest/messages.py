"""The messages of failed gates and comparisons: score, interval, bound, margin, n, and the worst samples."""

from __future__ import annotations

from harness import Run, Score
from harness.reports import Decision, legible, worst_samples


def failed(run: Run, decision: Decision) -> str:
    """The reasons of a failed gate, in a few lines."""
    lines = [f"{decision.address}: {decision}"]
    if decision.value is not None:
        margin = decision.value - decision.bound if decision.is_floor else decision.bound - decision.value
        lines.append(f"margin {margin:+.3f}{_undecided(decision)}")
    if worst := worst_samples(run, decision.address):
        lines += ["worst samples:", *(f"  {each}" for each in worst)]
    return "\n".join(map(legible, [*lines, f"report: {run.folder / 'report.html'}"]))


def compared(op: str, left: Score, right: object) -> list[str]:
    """The lines pytest prints under a failed `assert score >= bound`."""
    lines = [legible(f"{left!r} {op} {right!r}")]
    if left.value is not None and isinstance(right, (int, float)):
        lines.append(f"misses by {abs(left.value - right):.3f}; the interval contains the bound: {_holds(left, right)}")
    return lines


def _undecided(decision: Decision) -> str:
    if decision.verdict != "undecided":
        return ""
    return ", but the interval straddles the bound: undecided (more samples decide; see --harness-undecided)"


def _holds(score: Score, bound: float) -> str:
    if score.low is None or score.high is None:
        return "unknown"
    return "yes" if score.low <= bound <= score.high else "no"
