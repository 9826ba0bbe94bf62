"""The output of the command line on stdout: aligned tables, coloured only on a terminal."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.engine.counters import Counters, added
from harness.errors import legible
from harness.files import legible_lines
from harness.scores.gates import Decision, Gate
from harness.scores.score import Score, interval
from harness.tasks.careful import METRIC_FAILED
from harness.tasks.measuring import NO_PROBABILITIES, ONE_HOT
from harness.verdicts.findings import Worst, worst_samples
from harness.verdicts.scoring import TASK_FAILED, Verdicts

if TYPE_CHECKING:
    from harness.forecasts.forecast import Forecast
    from harness.records.run import Run
    from harness.trials.lines import Line
    from harness.verdicts.scoring import Verdicts

VERDICT_COLOURS = {"pass": "green", "undecided": "yellow", "fail": "red", "error": "red"}
_ANY = {"data": "data set"}
GATES_EXPLAINED = 3
"""Gates whose worst samples are shown: the report has the rest."""

PLAIN_COLUMNS = 120
"""Columns where nobody looks at a terminal: addresses and notes fit unwrapped."""


def print_verdict(run: Run, verdicts: Verdicts) -> None:
    """The verdict, why, every gate, what the engine did and where the report is."""
    console, worst = _console(), _worst(run, verdicts)
    for line in run.info.notices:
        console.print(_text(line, style="yellow"), soft_wrap=True)
    if verdicts.decisions:
        console.print(_gates(verdicts))
    else:
        console.print(_headlines(run))
    _print_worst(console, worst)
    _print_errors(console, run)
    _print_cut(console, run)
    _print_notices(console, run)
    colour = "" if _is_ungated(verdicts) else VERDICT_COLOURS[verdicts.verdict]
    console.print(_text(f"verdict: {_verdict_line(verdicts)}", style=f"bold {colour}"))
    _print_precision(console, run)
    _print_engine(console, run)
    console.print(_text(f"report: {run.folder / 'report.html'}"), soft_wrap=True)
    if console.is_terminal:
        console.print(
            _text(f"open it: python -m webbrowser {shlex.quote(str(run.folder / 'report.html'))}"), soft_wrap=True
        )


def print_resolution(found: Mapping[str, Any]) -> None:
    """Print that a suite is valid, and what each of its gates can decide."""
    console, table = _console(), _table("gate", "demand", "n", "passes", "fails", "80 % power at")
    console.print(_text(f"{found['suite']}: valid, {found['samples']} samples"))
    if not found["gates"]:
        return
    notes: dict[str, list[str]] = {}
    for row in found["gates"]:
        gate = Gate(row["address"], row["kind"], row["bound"])
        signs = {"passes": gate.demand[0], "fails": "≤" if gate.kind == "min" else "≥", "power_80": ""}
        table.add_row(_cell(gate.address), gate.demand, f"{row['n']}", *(_end(row, *each) for each in signs.items()))
        if row["note"]:
            notes.setdefault(row["note"], []).append(gate.address)
    console.print(table)
    for note, addresses in notes.items():
        console.print(_text(f"{', '.join(addresses)}: {note}"), soft_wrap=True)
    often = f"{100 * found['family_error']:.3g} % of runs"
    console.print(_text(f"with every score's truth at its bound, at most {often} fail by chance"))


def _end(row: Mapping[str, Any], key: str, sign: str) -> str:
    """`≥ 0.826`; with `about` where it is no exact number, a dash where there is none."""
    return "–" if row[key] is None else f"{sign} {'' if row['exact'] else 'about '}{row[key]:.3f}".strip()


def print_components(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """The installed components by kind."""
    console = _console()
    for kind, rows in found.items():
        table = _table(kind, "", "")
        for row in rows:
            table.add_row(
                _cell(row["name"]),
                _cell(row["summary"]),
                _cell("" if row["available"] else f"missing: {', '.join(row['missing'])}"),
            )
        console.print(table)


def print_json(content: object) -> None:
    """One JSON document."""
    print(json.dumps(content, indent=1))


def print_shown(components: Sequence[Mapping[str, Any]]) -> None:
    """Print every component in full, one after another."""
    console = _console()
    for at, facts in enumerate(components):
        for text in [*[""] * (at > 0), *_described(facts)]:
            console.print(_lines(text), soft_wrap=True)
        if parameters := facts.get("parameters"):
            console.print()
            console.print(_parameters(parameters))
        for text in _usage(facts):
            console.print(_lines(text), soft_wrap=True)


def print_tried(tried: Mapping[str, Sequence[Line]]) -> None:
    """Print the trial of each component; changes are marked by colour or brackets."""
    console = _console()
    for title, lines in tried.items():
        console.print(_text(f"{title}, tried once", style="bold"))
        table = _table("", "", header=False)
        for line in lines:
            table.add_row(_cell(line.what), _marked(line, coloured=console.is_terminal))
        console.print(table)


def print_doctor(found: Mapping[str, Any]) -> None:
    """Versions, devices, extras, resources and what is broken."""
    console = _console()
    for title in ("versions", "devices"):
        table = _table(title, "")
        for name, text in found[title].items():
            table.add_row(_cell(name), _cell(str(text)))
        console.print(table)
        console.print()
    for title in ("extras", "resources", "plugins"):
        _print_checks(console, title, found[title])


def _print_checks(console: Console, title: str, checks: Sequence[Mapping[str, Any]]) -> None:
    """Print each check with its state and, below it, the fix."""
    if not checks:
        return
    console.print(_text(title, style="bold"))
    for check in checks:
        mark = Text("ok", style="green") if check["good"] else Text("--", style="yellow")
        console.print(mark.append(legible(f"  {check['name']}: {check['state']}"), style="default"), soft_wrap=True)
        if check["fix"]:
            console.print(_text(f"      {check['fix']}"), soft_wrap=True)
    console.print()


def _gates(verdicts: Verdicts) -> Table:
    table = _table("gate", "demand", "value", "interval", "n", "verdict")
    for each in verdicts.decisions:
        value = "–" if each.value is None else f"{each.value:.3f}"
        word = _text(each.verdict, style=VERDICT_COLOURS[each.verdict])
        if each.note:
            word.append(f"  {_cell(each.note)}", style="default")
        table.add_row(_cell(each.address), each.demand, value, _interval(each), str(each.n), word)
    return table


def _headlines(run: Run) -> Table:
    """Without gates: the scores that are not narrowed to a part or class."""
    table = _table("score", "value", "interval", "n")
    for address, score in run.scores.items():
        if "[" not in address and score.value is not None:
            table.add_row(_cell(address), f"{score:.3f}", _interval(score), str(score.n))
    return table


def _interval(of: Decision | Score) -> str:
    return interval(of.low, of.high) or "–"


def _worst(run: Run, verdicts: Verdicts) -> Mapping[tuple[Worst, ...], Sequence[str]]:
    """The worst samples of the first gates that failed or are undecided; gates with the same samples are grouped."""
    bad = [each.address for verdict in ("fail", "undecided") for each in verdicts.decisions if each.verdict == verdict]
    found: dict[tuple[Worst, ...], list[str]] = {}
    for address in list(dict.fromkeys(bad))[:GATES_EXPLAINED]:
        found.setdefault(tuple(worst_samples(run, address)), []).append(address)
    return found


def _print_worst(console: Console, worst: Mapping[tuple[Worst, ...], Sequence[str]]) -> None:
    for samples, addresses in worst.items():
        if samples:
            console.print(_text(f"worst samples of {', '.join(addresses)}:", style="bold"), soft_wrap=True)
        for each in samples:
            console.print(_text(f"  {each}"), soft_wrap=True)


def _print_errors(console: Console, run: Run) -> None:
    """Print the number of errored cases of each task, and the first error."""
    for name, task in run.info.tasks.items():
        if not task.errors:
            continue
        console.print(_text(f"{name}: {task.errors} of {task.cases} cases errored; see the report", style="red"))
        first = next((record.error for record in run.records(name) if record.error), "")
        console.print(_text(f"  the first: {first.splitlines()[-1] if first else ''}"), soft_wrap=True)


def _print_cut(console: Console, run: Run) -> None:
    for data in run.info.data:
        if data.cut:
            of = f" of {data.name}" if data.name else ""
            tokens = f"the model's {run.info.limit} tokens" if run.info.limit else "the model takes"
            line = f"{data.cut} of {data.samples} inputs{of} are longer than {tokens}: their rest was never seen"
            console.print(_text(line, style="yellow"), soft_wrap=True)


def _print_notices(console: Console, run: Run) -> None:
    """Once for all scores: that they need probabilities, or that these are none; and what else was noticed."""
    if run.info.unsteady:
        console.print(Text(run.info.unsteady, style="yellow"), soft_wrap=True)
    for notice in (NO_PROBABILITIES, ONE_HOT):
        named = [address for address, score in run.scores.items() if score.note == notice]
        if named:
            console.print(_text(f"{', '.join(named)}: {notice}", style="yellow"), soft_wrap=True)
    for address, score in run.scores.items():
        if score.note.startswith((METRIC_FAILED, TASK_FAILED)):
            console.print(_text(f"{address}: {score.note}", style="red"), soft_wrap=True)


def _is_ungated(verdicts: Verdicts) -> bool:
    """Whether nothing was demanded, and nothing went wrong: no pass."""
    return verdicts.verdict == "pass" and not verdicts.decisions


def _verdict_line(verdicts: Verdicts) -> str:
    if _is_ungated(verdicts):
        return "no gates: nothing was demanded"
    counts = {name: sum(each.verdict == name for each in verdicts.decisions) for name in VERDICT_COLOURS}
    summary = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    changed = f", which counts as {verdicts.counts_as}" if verdicts.counts_as != verdicts.verdict else ""
    return f"{verdicts.verdict}{f' ({summary})' if summary else ' (no gates)'}{changed}"


def print_forecast(suite: str, found: Forecast) -> None:
    """Print the estimated questions and time of each task and of all."""
    console = _console()
    columns = ("task", "cases", "questions", "unique", "tokens", "time")
    table = _table(*columns)
    for column in table.columns[1:]:
        column.justify = "right"
    for each in found.tasks:
        cells = (f"{number:,}" for number in (each.cases, each.questions, each.unique, each.tokens))
        table.add_row(_cell(each.task), *cells, _lasting(each.seconds))
    console.print(table)
    for each in found.tasks:
        if each.failed:
            line = f"{each.task}: {each.failed} of {each.tried} probed cases failed; its estimate is less reliable"
            console.print(_text(line, style="yellow"))
    memory = f", {found.memory / 2**30:.1f} GiB of memory" if found.memory else ""
    took = f"{_lasting(found.seconds)} after {_lasting(found.loading)} of loading"
    tried = sum(each.tried for each in found.tasks)
    console.print(_text(f"{suite}: about {took}{memory}; scaled from {tried} cases that were tried"), soft_wrap=True)


def _lasting(seconds: float) -> str:
    """`4.2 s`, `3 min`, `2 h 10 min`."""
    if seconds < 90:
        return f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _print_engine(console: Console, run: Run) -> None:
    """Print the questions to the models: per task where there are several, and in all."""
    rows = [(name, model, each) for name, task in run.info.tasks.items() for model, each in task.engine.items()]
    if len(rows) > 1:
        table = _table("asked by", "n", "unique", "padding", "value")
        for column, title in zip(table.columns, ("asked by", "questions", "unique", "padding", "model s"), strict=True):
            column.header, column.justify = title, "left" if title == "asked by" else "right"
        for name, model, each in rows:
            of = f"{name} ({model})" if model else name
            table.add_row(_cell(of), f"{each.asked:,}", f"{each.unique:,}", _padding(each), f"{each.seconds:.1f}")
        console.print(table)
    console.print(_text(_engine_line(run)), soft_wrap=True)


def _print_precision(console: Console, run: Run) -> None:
    for name, found in run.info.precision.items():
        line = f"{name}: " if name else ""
        line += f"decides as in float32 on {found.same} of {found.samples} samples; largest difference of an answer"
        line += f" {found.largest:.2g}" + (f"; {found.failed} could not be compared" if found.failed else "")
        style = "yellow" if found.same < found.samples or found.failed else ""
        console.print(_text(line, style=style), soft_wrap=True)


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


def _described(facts: Mapping[str, Any]) -> Iterator[str]:
    """A component in its own words, and its missing requirements."""
    yield f"{facts['kind']} {facts['name']}  ({', '.join(filter(None, (facts['from'], facts['package'])))})"
    if missing := facts.get("missing"):
        yield f"needs {', '.join(missing)}: {facts['install']}"
    if error := facts.get("error"):
        yield f"cannot be used: {error}"
    if summary := facts.get("summary"):
        yield summary
    yield from (f"\n{facts[part]}" for part in ("documentation", "module") if facts.get(part))


def _parameters(parameters: Sequence[Mapping[str, Any]]) -> Table:
    table = _table("parameter", "type", "default")
    for each in parameters:
        table.add_row(_cell(each["name"]), _cell(each["type"]), _cell(_default(each)))
    return table


def _default(parameter: Mapping[str, Any]) -> str:
    if parameter["required"]:
        return "required"
    default = parameter["default"]
    return default if default and isinstance(default, str) else json.dumps(default, ensure_ascii=False)


def _usage(facts: Mapping[str, Any]) -> Iterator[str]:
    """Other keys that a suite may set, and an example."""
    if keys := facts.get("keys"):
        yield f"\nA suite may give any {_ANY.get(facts['kind'], facts['kind'])} also: {', '.join(keys)}"
    if "keeps_label" in facts:
        yield (
            "The label stays right."
            if facts["keeps_label"]
            else "May change the label: only flips are scored, not accuracy."
        )
    if suite := facts.get("suite"):
        model, data = suite["model"] or "from --model", ", ".join(suite["data"]) or "from --data"
        yield f"\n{suite['path']}: model {model}, data {data}"
        yield from map(_task_line, suite["tasks"])
    if example := facts.get("example"):
        yield "\nexample:"
        yield "\n".join(f"  {line}" for line in example.splitlines())


def _task_line(task: Mapping[str, Any]) -> str:
    gates = [Gate(name, kind, bound) for name, each in task["gates"].items() for kind, bound in each.items()]
    limit = f" on {task['limit']} samples" if task["limit"] else ""
    return f"  {task['name']}{limit}: {', '.join(f'{gate.address} {gate.demand}' for gate in gates) or 'no gates'}"


def _marked(line: Line, *, coloured: bool) -> Text:
    found = Text()
    for text, changed in ((_cell(each).plain, changed) for each, changed in line.pieces):
        if changed and coloured:
            found.append(text, style="bold yellow")
        else:
            found.append(f"[{text}]" if changed else text)
    return found


def _table(*columns: str, header: bool = True) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", show_header=header)
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in ("n", "value") else "left")
    return table


def _text(words: object, style: str = "") -> Text:
    """A line for the terminal; none of the words in it, which may be anybody's, can write on another."""
    return Text(legible(words), style=style)


def _cell(words: object) -> Text:
    """A cell of a table, which is folded where it is long: no line may begin with a command to GitHub there either."""
    return Text(legible(words).replace("::", ":\\x3a"))


def _lines(words: str) -> Text:
    """Lines that a component documents."""
    return Text(legible_lines(words))


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PLAIN_COLUMNS, color_system=None)
