"""The advice on what to do next: a sentence or two from the gates, and the samples to look at first."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness import Run, UserError
from harness.reports import worst_samples
from harness_report.gates import GateRow, Gates, in_words
from harness_report.header import errored_cases, resuming
from harness_report.wording import number, plural

GATES_ON_FIRST_SCREEN = 2
"""Gates whose worst samples stand on the first screen."""

MAX_TEXT_CHARACTERS = 240
"""Characters of a text on the first screen."""


@dataclass(frozen=True)
class Bad:
    """One of the worst samples of a gate."""

    id: str
    text: str
    why: str


@dataclass(frozen=True)
class WorstOf:
    """The samples that speak loudest against a gate, or against several alike."""

    addresses: list[str]
    samples: list[Bad]


def worst(run: Run, gates: Gates) -> list[WorstOf]:
    """The three worst samples of the gates that failed by most, or of the first undecided where none did."""
    chosen = (_failed(gates) or gates.of("undecided"))[:GATES_ON_FIRST_SCREEN]
    found: list[WorstOf] = []
    for row in chosen:
        samples = _samples(run, row)
        alike = next((each for each in found if each.samples == samples), None)
        if alike is not None and row.decision.address not in alike.addresses:
            alike.addresses.append(row.decision.address)
        if alike is None and samples:
            found.append(WorstOf([row.decision.address], samples))
    return found


def advice(run: Run, gates: Gates, verdict: str, looked_at: list[WorstOf]) -> str:
    """The next step for somebody who has to decide."""
    if verdict == "unfinished":
        return f"Run the same again with {resuming(run)}: what was measured is kept."
    if verdict == "error":
        return _after_errors(run, gates)
    if verdict == "fail":
        return _after_fail(gates, looked_at)
    return _after_undecided(run, gates) if verdict == "undecided" else _after_pass(gates)


def lost(run: Run) -> str:
    """The files of a finished run that cannot be read any more; empty where all of them are there."""
    found = [_unreadable(run, name) for name in ("scores", "gates", "samples") if run.verdict]
    return "".join(f"This page is incomplete: {each}. " for each in found if each)


def _unreadable(run: Run, name: str) -> str:
    try:
        getattr(run, name)
    except UserError as error:
        return str(error)
    return ""


def _samples(run: Run, row: GateRow) -> list[Bad]:
    """None where the run has lost its samples or the task is one nobody knows."""
    try:
        found = worst_samples(run, row.decision.address)
    except UserError:
        return []
    return [Bad(each.sample, each.text[:MAX_TEXT_CHARACTERS], each.why) for each in found]


def _after_errors(run: Run, gates: Gates) -> str:
    cases = errored_cases(run)
    if cases:
        how = f"run again with {resuming(run)}, which asks only those again"
        return f"{cases} errored: read why below, mend it, and {how}."
    named = "; ".join(f"{row.decision.address}: {row.decision.note}" for row in gates.of("error") if row.decision.note)
    return f"Mend the suite: {named}." if named else "Mend what the errors name, and run again."


def _after_fail(gates: Gates, looked_at: list[WorstOf]) -> str:
    missed = [row for row in _failed(gates) if row.decision.value is not None]
    if not missed:
        return "Do not ship."
    row = missed[0]
    which = "The gate misses" if len(missed) == 1 else f"{in_words(row.decision.address).capitalize()} misses most,"
    shown = sum(len(each.samples) for each in looked_at if row.decision.address in each.addresses)
    look = f" Look at its {plural(shown, 'worst sample')} below." if shown else ""
    return f"Do not ship. {which} by {number(abs(_missed(row)))}.{look}"


def _failed(gates: Gates) -> list[GateRow]:
    """The blocking gates that failed, the one that misses its bound by most first."""
    return sorted(gates.of("fail"), key=_missed)


def _missed(row: GateRow) -> float:
    """The distance of its value from its bound, negative; 0 where it has none."""
    return row.ahead(row.decision.value) or 0.0


def _after_undecided(run: Run, gates: Gates) -> str:
    rows = gates.of("undecided")
    if any("errored" in row.decision.note for row in rows):
        return f"Run again with {resuming(run)}: it depends on how the cases that errored would have gone."
    noted = [row.decision for row in rows if row.decision.note and row.decision.needs is None]
    if named := [f"{each.address}: {each.note}" for each in noted if "value is" not in each.note]:
        return f"Measure what the gates ask for: {'; '.join(named)}."
    needed = [_rounded(row.decision.needs) for row in rows if row.decision.needs is not None]
    if len(needed) < len(rows):
        return "More samples are unlikely to decide it: the value stands all but on the bound. Judge it by hand."
    most = max(needed, default=0)
    return f"About {most:,} samples would decide it with 80 % power, if the values are the truth."


def _rounded(n: float) -> int:
    """Two digits: it is an estimate."""
    step: int = 10 ** max(math.floor(math.log10(max(n, 1))) - 1, 0)
    return max(int(math.ceil(n / step) * step), 1)


def _after_pass(gates: Gates) -> str:
    ends = [(gap, row) for row in gates.blocking if (gap := _surely_ahead(row)) is not None]
    if not ends:
        return "Demand something of it: a gate under a task of the suite makes this a verdict."
    gap, row = min(ends, key=lambda pair: pair[0])
    if len(ends) == 1:
        return f"Decide whether that is enough: the interval ends {number(gap)} from the bound."
    tightest = in_words(row.decision.address)
    return f"Decide whether that is enough: {tightest} is tightest, its interval ends {number(gap)} from the bound."


def _surely_ahead(row: GateRow) -> float | None:
    gate = row.decision
    return row.ahead(gate.low if gate.is_floor else gate.high)
