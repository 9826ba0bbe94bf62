"""The outcome of a run of variants on stdout: every gate beside that of the other variants, and the worst verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from harness.console.verdict import VERDICT_COLOURS
from harness.console.words import cell, console_here, line_of, table_of
from harness.engine.counters import added
from harness.scores.gates import Decision, verdict_of

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from harness.types import Verdict
    from harness.variants.index import Variants
    from harness.verdicts.scoring import Verdicts

NOTHING = "–"
"""Where a variant has no such gate, or no such score: gates on changes have no say on the reference."""


def print_variants(runs: Variants, verdicts: Verdicts) -> None:
    """A row for each gate and a column for each variant, what does not hold, the verdicts and where the page is."""
    console = console_here()
    for line in runs.info.notices:
        console.print(line_of(line, style="yellow"), soft_wrap=True)
    console.print(_gates(runs, verdicts.decisions) if verdicts.decisions else _headlines(runs))
    for each in verdicts.decisions:
        if each.verdict != "pass":
            console.print(line_of(f"{each.address} {each.word}: {each}", VERDICT_COLOURS[each.verdict]), soft_wrap=True)
    for line in _troubles(runs):
        console.print(line_of(line, style="yellow"), soft_wrap=True)
    for line in _engines(runs):
        console.print(line_of(line), soft_wrap=True)
    if verdicts.verdict == "pass" and not verdicts.decisions:
        console.print(line_of("verdict: no gates: nothing was demanded", style="bold"))
    else:
        console.print(_verdict(runs, verdicts), soft_wrap=True)
    console.print(line_of(f"report: {runs.folder / 'report.html'}"), soft_wrap=True)


def _verdict(runs: Variants, verdicts: Verdicts) -> Text:
    changed = f", which counts as {verdicts.counts_as}" if verdicts.counts_as != verdicts.verdict else ""
    line = f"verdict: {verdicts.verdict}{changed} ({_by_variant(runs, verdicts)})"
    return line_of(line, style=f"bold {VERDICT_COLOURS[verdicts.verdict]}")


def _gates(runs: Variants, decisions: Sequence[Decision]) -> Table:
    table = table_of("gate", "demand", *runs.variants)
    found: dict[tuple[str, str], dict[str, Decision]] = {}
    for each in decisions:
        name, _, address = each.address.partition(":")
        found.setdefault((address, each.tiered), {})[name] = each
    for (address, demand), by_name in found.items():
        table.add_row(cell(address), demand, *(_decided(by_name.get(name)) for name in runs.variants))
    return table


def _decided(decision: Decision | None) -> Text | str:
    if decision is None:
        return NOTHING
    value = NOTHING if decision.value is None else f"{decision.value:.3f}"
    return line_of(f"{value} {decision.verdict}", style=VERDICT_COLOURS[decision.verdict])


def _headlines(runs: Variants) -> Table:
    """Without gates: the scores that are not narrowed to a part or class."""
    table = table_of("score", *runs.variants)
    for address in runs.reference.scores:
        found = [run.scores.get(address) for run in runs.variants.values()]
        if "[" not in address and any(each is not None and each.value is not None for each in found):
            values = [NOTHING if each is None or each.value is None else f"{each:.3f}" for each in found]
            table.add_row(cell(address), *values)
    return table


def _troubles(runs: Variants) -> Iterator[str]:
    """Cases that errored, and what was noticed of a model."""
    for name, run in runs.variants.items():
        for title, task in run.info.tasks.items():
            if task.errors:
                yield f"{name}: {title}: {task.errors} of {task.cases} cases errored; see {run.folder / 'report.html'}"
        if run.info.unsteady:
            yield f"{name}: {run.info.unsteady}"
        for model, found in run.info.precision.items():
            of = f"{name}: {model}" if model else name
            yield (
                f"{of}: decides as in float32 on {found.same} of {found.samples} samples; largest difference of an "
                f"answer {found.largest:.2g}"
            )


def _engines(runs: Variants) -> Iterator[str]:
    for name, run in runs.variants.items():
        total = added(run.info.engine.values())
        yield f"{name}: {total.asked:,} questions, {total.unique:,} unique; {total.seconds:.1f} s in the model"


def _by_variant(runs: Variants, verdicts: Verdicts) -> str:
    """`fp32 pass, fp16 fail`, as their gates were decided now."""
    found: dict[str, list[Verdict]] = {name: [] for name in runs.variants}
    for each in verdicts.decisions:
        if each.blocks:
            found[each.address.partition(":")[0]].append(each.verdict)
    for name, run in runs.variants.items():
        if run.verdict == "error":  # perhaps for its cases, whatever its gates
            found[name].append("error")
    return ", ".join(f"{name} {verdict_of(each)}" for name, each in found.items())
