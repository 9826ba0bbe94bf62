"""The report `markdown`: verdict, gates and headline scores, GitHub-flavoured, for a job's summary or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness import Run, Score, UserError, report
from harness.reports import Comparison
from harness_report.compared_markdown import compared
from harness_report.gates import GateRow, Gates, gates
from harness_report.header import facts, headline
from harness_report.plain import plain, table
from harness_report.speaking import worst_lines
from harness_report.wording import MISSING, count, interval, number, plural

VERDICT_SIGNS = {"pass": "✓", "fail": "✕", "undecided": "?", "error": "!", "no gates": "–"}
"""The signs of verdicts without colour, as in the report `html`."""

GATES_EXPLAINED = 3
"""Gates whose worst samples are shown: the report has the rest."""

_FACTS = ("Model", "Data", "Samples", "Seed", "Took")


@report(suffix="md")
def markdown(run: Run | Comparison) -> str:
    """A run or a comparison as Markdown; nothing of what data, model or suite say is markup, a link or a mention."""
    return compared(run) if isinstance(run, Comparison) else _run(run)


def _run(run: Run) -> str:
    decided = gates(run)
    blocks = [
        _verdict(run, decided),
        " · ".join(f"{fact.name}: {plain(fact.value)}" for fact in facts(run) if fact.name in _FACTS),
        gate_table(decided.worst_first),
        "\n\n".join(_worst(run, decided)),
        "\n".join(f"- {plain(trouble)}" for trouble in _troubles(run)),
        _headlines(run),
        f"Report: {plain((run.folder / 'report.html').as_posix())}",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _verdict(run: Run, decided: Gates) -> str:
    top = headline(run, decided)
    changed = f", which counts as {top.counts_as}" if top.counts_as != top.verdict else ""
    return f"## {plain(run.name)}: {_signed(top.verdict)}{changed}\n\n{plain(top.why)}"


def gate_table(rows: Sequence[GateRow]) -> str:
    """The gates as a table; empty where there are none."""
    return table(("gate", "demand", "value", "interval", "n", "verdict"), map(_gate, rows)) if rows else ""


def _gate(row: GateRow) -> tuple[object, ...]:
    gate = row.decision
    changed = f" (counts as {row.counts_as})" if row.counts_as != gate.verdict and gate.blocks else ""
    note = f": {gate.note}" if gate.note else ""
    verdict = f"{VERDICT_SIGNS[gate.verdict]} {gate.word}{changed}{note}"
    return gate.address, gate.demand, row.value, row.interval or MISSING, count(gate.n), verdict


def _worst(run: Run, decided: Gates) -> Iterator[str]:
    """The worst samples of the first gates that do not hold, folded."""
    for row in [each for each in decided.worst_first if each.verdict in {"fail", "undecided"}][:GATES_EXPLAINED]:
        if lines := worst_lines(run, row.decision.address):
            address = re.sub(r"\\([\[\]])", r"\1", plain(row.decision.address))  # which HTML shows as they are
            title = f"<details><summary>worst samples of {address}</summary>"
            yield "\n\n".join([title, "\n".join(f"- {plain(line)}" for line in lines), "</details>"])


def _headlines(run: Run) -> str:
    """The scores of each task that are not narrowed to a part or a class, on every set."""
    rows = [
        (address, number(score.value), interval(score.low, score.high) or MISSING, count(score.n))
        for address, score in _scores(run)
        if score.keys.keys() <= {"batch", "data"} and score.value is not None
    ]
    return table(("score", "value", "interval", "n"), rows) if rows else ""


def _troubles(run: Run) -> Iterator[str]:
    """What has to be known before the scores: parts that decide nothing, errored cases, inputs never seen whole."""
    yield from run.info.notices
    for name, task in run.info.tasks.items():
        if task.errors:
            yield f"{name}: {task.errors} of {plural(task.cases, 'case')} errored; see the report."
    for data in run.info.data:
        if data.cut:
            of = f" of {data.name}" if data.name else ""
            longest = f"the model's {run.info.limit} tokens" if run.info.limit else "the model takes"
            yield f"{data.cut} of {data.samples} inputs{of} are longer than {longest}: their rest was never seen."
    if run.info.unsteady:
        yield f"{plain(run.info.unsteady)}."


def _signed(verdict: str) -> str:
    return f"{VERDICT_SIGNS.get(verdict, '…')} {verdict}"


def _scores(run: Run) -> list[tuple[str, Score]]:
    """None of a run that is not finished."""
    try:
        return list(run.scores.items())
    except UserError:
        return []
