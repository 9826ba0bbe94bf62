"""The outcome of a run on stdout: the verdict, why, every gate, what the engine did."""

from __future__ import annotations

import itertools
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from harness.baselines.units import UNITS
from harness.comparisons.beside import is_beside
from harness.console.words import cell, console_here, line_of, table_of
from harness.engine.counters import Counters, added
from harness.scores.gates import VERDICT_ORDER, Decision
from harness.scores.score import Score, interval, value_and_interval
from harness.slicing.worse import worse_slices
from harness.tasks.careful import METRIC_FAILED
from harness.tasks.measuring import NO_PROBABILITIES, ONE_HOT
from harness.verdicts.findings import Worst, worst_samples
from harness.verdicts.scoring import TASK_FAILED, Verdicts

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from harness.records.run import Run

VERDICT_COLOURS = {"pass": "green", "undecided": "yellow", "fail": "red", "error": "red"}
GATES_EXPLAINED = 3
"""Gates whose worst samples are shown: the report has the rest."""

SLICES_SHOWN = 3
"""Slices of a task that are clearly worse than all samples: the report has the rest."""


def print_verdict(run: Run, verdicts: Verdicts) -> None:
    """The verdict, why, every gate, what the engine did and where the report is."""
    console, worst = console_here(), _worst(run, verdicts)
    for line in run.info.notices:
        console.print(line_of(line, style="yellow"), soft_wrap=True)
    if verdicts.decisions:
        console.print(_gates(verdicts))
    else:
        console.print(_headlines(run))
    _print_worst(console, worst)
    _print_slices(console, run)
    _print_errors(console, run)
    _print_cut(console, run)
    _print_notices(console, run)
    colour = "" if _is_ungated(verdicts) else VERDICT_COLOURS[verdicts.verdict]
    console.print(line_of(f"verdict: {_verdict_line(verdicts)}", style=f"bold {colour}"))
    _print_precision(console, run)
    _print_engine(console, run)
    console.print(line_of(f"report: {run.folder / 'report.html'}"), soft_wrap=True)
    if console.is_terminal:
        console.print(
            line_of(f"open it: python -m webbrowser {shlex.quote(str(run.folder / 'report.html'))}"), soft_wrap=True
        )


def print_one_line(run: Run, verdicts: Verdicts) -> None:
    """The verdict and where the report is."""
    line = f"verdict: {_verdict_line(verdicts)}; report: {run.folder / 'report.html'}"
    console_here().print(line_of(line), soft_wrap=True)


def _gates(verdicts: Verdicts) -> Table:
    table = table_of("gate", "demand", "value", "interval", "n", "verdict")
    for each in verdicts.decisions:
        value = "–" if each.value is None else f"{each.value:.3f}"
        word = line_of(each.word, style=VERDICT_COLOURS[each.verdict])
        if each.note:
            word.append(f"  {cell(each.note)}", style="default")
        table.add_row(cell(each.address), each.demand, value, _interval(each), str(each.n), word)
    return table


def _headlines(run: Run) -> Table:
    """Without gates: the scores that are not narrowed to a part, class or length, those of speed with their units."""
    table = table_of("score", "value", "interval", "n")
    for address, score in run.scores.items():
        if score.keys.keys() <= {"batch"} and score.value is not None:
            unit = f" {UNITS[score.name]}" if is_beside(score.local) else ""
            table.add_row(cell(address), f"{score:.3f}{unit}", _interval(score), str(score.n))
    return table


def _interval(of: Decision | Score) -> str:
    return interval(of.low, of.high) or "–"


def _worst(run: Run, verdicts: Verdicts) -> Mapping[tuple[Worst, ...], Sequence[str]]:
    """The worst samples of the first gates that failed or are undecided, blocking ones first; alike ones together."""
    order = itertools.product((True, False), ("fail", "undecided"))
    bad = [each.address for way in order for each in verdicts.decisions if (each.blocks, each.verdict) == way]
    found: dict[tuple[Worst, ...], list[str]] = {}
    for address in list(dict.fromkeys(bad))[:GATES_EXPLAINED]:
        found.setdefault(tuple(worst_samples(run, address)), []).append(address)
    return found


def _print_worst(console: Console, worst: Mapping[tuple[Worst, ...], Sequence[str]]) -> None:
    for samples, addresses in worst.items():
        if samples:
            console.print(line_of(f"worst samples of {', '.join(addresses)}:", style="bold"), soft_wrap=True)
        for each in samples:
            console.print(line_of(f"  {each}"), soft_wrap=True)


def _print_slices(console: Console, run: Run) -> None:
    """The few slices of each task that are clearly worse than all samples together."""
    for task in run.tasks:
        own = {at.removeprefix(f"{task}/"): score for at, score in run.scores.items() if at.startswith(f"{task}/")}
        for score, whole in worse_slices(own, SLICES_SHOWN, run.info.tasks[task].lower_is_better):
            of_slice, of_all = (value_and_interval(each.value, each.low, each.high) for each in (score, whole))
            line = f"{task}: {score.keys['slice']} is worse: {score.local} {of_slice} of {score.n}, {of_all} in all"
            console.print(line_of(line, style="yellow"), soft_wrap=True)


def _print_errors(console: Console, run: Run) -> None:
    """Print the number of errored cases of each task, and the first error."""
    for name, task in run.info.tasks.items():
        if not task.errors:
            continue
        console.print(line_of(f"{name}: {task.errors} of {task.cases} cases errored; see the report", style="red"))
        first = next((record.error for record in run.records(name) if record.error), "")
        console.print(line_of(f"  the first: {first.splitlines()[-1] if first else ''}"), soft_wrap=True)


def _print_cut(console: Console, run: Run) -> None:
    for data in run.info.data:
        if data.cut:
            of = f" of {data.name}" if data.name else ""
            tokens = f"the model's {run.info.limit} tokens" if run.info.limit else "the model takes"
            line = f"{data.cut} of {data.samples} inputs{of} are longer than {tokens}: their rest was never seen"
            console.print(line_of(line, style="yellow"), soft_wrap=True)


def _print_notices(console: Console, run: Run) -> None:
    """Once for all scores: that they need probabilities, or that these are none; and what else was noticed."""
    if run.info.unsteady:
        console.print(line_of(run.info.unsteady, style="yellow"), soft_wrap=True)
    for notice in (NO_PROBABILITIES, ONE_HOT):
        named = [address for address, score in run.scores.items() if score.note == notice]
        if named:
            console.print(line_of(f"{', '.join(named)}: {notice}", style="yellow"), soft_wrap=True)
    for address, score in run.scores.items():
        if score.note.startswith((METRIC_FAILED, TASK_FAILED)):
            console.print(line_of(f"{address}: {score.note}", style="red"), soft_wrap=True)


def _is_ungated(verdicts: Verdicts) -> bool:
    """Whether nothing was demanded, and nothing went wrong: no pass."""
    return verdicts.verdict == "pass" and not any(each.blocks for each in verdicts.decisions)


def _verdict_line(verdicts: Verdicts) -> str:
    advisory = _counts([each for each in verdicts.decisions if not each.blocks])
    advised = f"; advisory: {advisory}" if advisory else ""
    if _is_ungated(verdicts):
        return f"no {'blocking ' if advisory else ''}gates: nothing was demanded{advised}"
    summary = _counts([each for each in verdicts.decisions if each.blocks])
    changed = f", which counts as {verdicts.counts_as}" if verdicts.counts_as != verdicts.verdict else ""
    return f"{verdicts.verdict}{f' ({summary})' if summary else ' (no gates)'}{changed}{advised}"


def _counts(decisions: Sequence[Decision]) -> str:
    """`2 pass, 1 fail`."""
    counts = Counter(each.verdict for each in decisions)
    return ", ".join(f"{counts[name]} {name}" for name in VERDICT_ORDER if counts[name])


def _print_engine(console: Console, run: Run) -> None:
    """Print the questions to the models: per task where there are several, and in all."""
    rows = [(name, model, each) for name, task in run.info.tasks.items() for model, each in task.engine.items()]
    if len(rows) > 1:
        table = table_of("asked by", "n", "unique", "padding", "value")
        for column, title in zip(table.columns, ("asked by", "questions", "unique", "padding", "model s"), strict=True):
            column.header, column.justify = title, "left" if title == "asked by" else "right"
        for name, model, each in rows:
            of = f"{name} ({model})" if model else name
            table.add_row(cell(of), f"{each.asked:,}", f"{each.unique:,}", _padding(each), f"{each.seconds:.1f}")
        console.print(table)
    console.print(line_of(_engine_line(run)), soft_wrap=True)
    for name, account in run.info.accounts.items():
        console.print(line_of(f"{name or 'the model'}: {account.words()}"), soft_wrap=True)


def _print_precision(console: Console, run: Run) -> None:
    for name, found in run.info.precision.items():
        line = f"{name}: " if name else ""
        line += f"decides as in float32 on {found.same} of {found.samples} samples; largest difference of an answer"
        line += f" {found.largest:.2g}" + (f"; {found.failed} could not be compared" if found.failed else "")
        style = "yellow" if found.same < found.samples or found.failed else ""
        console.print(line_of(line, style=style), soft_wrap=True)


def _engine_line(run: Run) -> str:
    """The questions to all models together."""
    models, wall = run.info.engine, run.info.seconds.run
    total = added(models.values())
    padding = f", padding {_padding(total)} of tokens" if total.tokens else ""
    cached = f", {run.info.cached} from the cache" if run.info.cached else ""
    again = f", {total.failed} batches failed and were asked again in halves" if total.failed else ""
    line = f"{total.asked} questions, {total.unique} unique{cached}{padding}{again}; {wall:.1f} s"
    if not wall:
        return line
    busy = min(1.0, total.seconds / wall)
    return f"{line}, {'models' if len(models) > 1 else 'model'} busy {busy:.0%} of the time (an estimate of efficiency)"


def _padding(counters: Counters) -> str:
    padded = counters.tokens + counters.padding
    return f"{counters.padding / padded:.1%}" if padded else "–"
