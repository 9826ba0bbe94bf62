"""What commands list on stdout: components, what is installed, forecasts, what gates can decide."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.baselines.direction import more_is_better
from harness.console.words import cell, console_here, line_of, lines, marked, table_of
from harness.demands.gate import Gate
from harness.errors import listed
from harness.progress.shown import lasting

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from harness.doctor.apart import Examined
    from harness.forecasts.forecast import Forecast
    from harness.trials.lines import Line

_ANY = {"data": "data set"}


def print_resolution(found: Mapping[str, Any]) -> None:
    """Print that a suite is valid, and what each of its gates can decide."""
    console, rows = console_here(), found["gates"]
    console.print(line_of(f"{found['suite']}: valid, {found['samples']} samples{_variants(found)}"))
    for task, names in found.get("chosen", {}).items():
        why = f"{task} names none of its own and runs those that this kind of input has by default: {listed(names)}"
        console.print(line_of(why), soft_wrap=True)
    for line in found.get("notes", ()):
        console.print(line_of(line, style="yellow"), soft_wrap=True)
    if not rows:
        return
    table = table_of("gate", "demand", "n", "passes", "fails", "80 % power at")
    notes: dict[str, list[str]] = {}
    for row in rows:
        gate = Gate(row["address"], row["kind"], row["bound"], tier=row["tier"], more_is_better=row["more_is_better"])
        signs = ("≥", "≤", "") if gate.is_floor else ("≤", "≥", "")
        ends = (row["passes"], row["fails"], row["power_80"])
        shown = [_end(end, sign, row) for end, sign in zip(ends, signs, strict=True)]
        table.add_row(cell(gate.address), gate.tiered, f"{row['n']}", *shown)
        if row["note"]:
            notes.setdefault(row["note"], []).append(gate.address)
    console.print(table)
    for note, addresses in notes.items():
        console.print(line_of(f"{', '.join(addresses)}: {note}"), soft_wrap=True)
    if not any(row["tier"] == "blocking" for row in rows):
        return
    chance = f"{100 * found['family_error']:.3g} %"
    console.print(line_of(f"with every score's truth at its bound, at most {chance} of runs fail by chance"))


def print_prompt(prompt: str) -> None:
    """Print what a model that is a prompt is asked about the first sample, its lines as they are; nothing if empty."""
    if prompt:
        console = console_here()
        console.print(line_of("the prompt of the first sample, up to where the model answers:", style="cyan"))
        for line in prompt.split("\n"):
            console.print(line_of(f"  {line}"), soft_wrap=True)


def _variants(found: Mapping[str, Any]) -> str:
    """`, each asked of 2 variants: fp32 (the reference), fp16`."""
    if not (names := found.get("variants")):
        return ""
    return f", each for {len(names)} variants: {listed([f'{names[0]} (the reference)', *names[1:]])}"


def _end(value: float | None, sign: str, row: Mapping[str, Any]) -> str:
    """`≥ 0.826`; with `about` where it is no exact number, a dash where there is none."""
    return "–" if value is None else f"{sign} {'' if row['exact'] else 'about '}{value:.3f}".strip()


def print_components(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """The installed components by kind."""
    console = console_here()
    for kind, rows in found.items():
        table = table_of(kind, "", "")
        for row in rows:
            table.add_row(
                cell(row["name"]),
                cell(row["summary"]),
                cell("" if row["available"] else f"missing: {', '.join(row['missing'])}"),
            )
        console.print(table)


def print_shown(components: Sequence[Mapping[str, Any]]) -> None:
    """Print every component in full, one after another."""
    console = console_here()
    for at, facts in enumerate(components):
        for text in [*[""] * (at > 0), *_described(facts)]:
            console.print(lines(text), soft_wrap=True)
        if parameters := facts.get("parameters"):
            console.print()
            console.print(_parameters(parameters))
        for text in _usage(facts):
            console.print(lines(text), soft_wrap=True)


def print_tried(tried: Mapping[str, Sequence[Line]]) -> None:
    """Print the trial of each component; changes are marked by colour or brackets."""
    console = console_here()
    for title, tried_lines in tried.items():
        console.print(line_of(f"{title}, tried once", style="bold"))
        table = table_of("", "", header=False)
        for line in tried_lines:
            table.add_row(cell(line.what), marked(line, coloured=console.is_terminal))
        console.print(table)


def print_doctor(found: Mapping[str, Any]) -> None:
    """Versions, devices, libraries in the way, extras, resources and what is broken."""
    console = console_here()
    for title in ("versions", "devices"):
        table = table_of(title, "")
        for name, text in found[title].items():
            table.add_row(cell(name), cell(str(text)))
        console.print(table)
        console.print()
    for title in ("libraries", "extras", "resources", "plugins"):
        _print_checks(console, title, found[title])


def print_examined(found: Examined) -> None:
    """Each thing that is wrong with a model in a line, and how many there are."""
    console = console_here()
    for problem in found.problems:
        console.print(line_of(str(problem)), soft_wrap=True)
    count, about = len(found.problems), found.patient
    what = "nothing found" if not count else "1 finding" if count == 1 else f"{count} findings"
    asked = f"{about.inputs} {about.kind}, {about.output} of {listed(about.labels)}"
    console.print(line_of(f"{about.model}: {what} ({asked})", style="bold"), soft_wrap=True)


def _print_checks(console: Console, title: str, checks: Sequence[Mapping[str, Any]]) -> None:
    """Print each check with its state and, below it, the fix."""
    if not checks:
        return
    console.print(line_of(title, style="bold"))
    for check in checks:
        mark = line_of("ok", style="green") if check["good"] else line_of("--", style="yellow")
        console.print(mark.append(line_of(f"  {check['name']}: {check['state']}", style="default")), soft_wrap=True)
        if check["fix"]:
            console.print(line_of(f"      {check['fix']}"), soft_wrap=True)
    console.print()


def print_forecast(suite: str, found: Forecast) -> None:
    """Print the estimated questions and time of each task and of all; what is only known to be more has a mark."""
    console = console_here()
    columns = ("task", "cases", "questions", "unique", "tokens", "time")
    table = table_of(*columns)
    for column in table.columns[1:]:
        column.justify = "right"
    for each in found.tasks:
        more = "≥ " if each.at_least else ""
        numbers = [f"{more}{number:,}" for number in (each.questions, each.unique, each.tokens)]
        cells = [*numbers, f"{more}{lasting(each.seconds)}"] if each.tried or each.unique else ["?"] * 4
        table.add_row(cell(each.task), f"{each.cases:,}", *cells)
    console.print(table)
    for each in found.tasks:
        if each.failed:
            line = f"{each.task}: {each.failed} of {each.tried} probed cases failed; its estimate is less reliable"
            console.print(line_of(line, style="yellow"))
    memory = f", {found.memory / 2**30:.1f} GiB of memory" if found.memory else ""
    took = f"{lasting(found.seconds)} after {lasting(found.loading)} of loading"
    tried = sum(each.tried for each in found.tasks)
    about = "at least" if found.at_least else "about"
    console.print(
        line_of(f"{suite}: {about} {took}{memory}; scaled from {tried} cases that were tried"), soft_wrap=True
    )
    for name, account in found.accounts.items():
        console.print(line_of(f"{name or 'the model'}: {about} {account.words()}"), soft_wrap=True)
    if some := [each.task for each in found.tasks if each.at_least]:
        line = f"{listed(some)}: there was no time to try its cases to their end; --for SECONDS gives more"
        console.print(line_of(line, style="yellow"), soft_wrap=True)


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
    table = table_of("parameter", "type", "default")
    for each in parameters:
        table.add_row(cell(each["name"]), cell(each["type"]), cell(_default(each)))
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
        several = f", variants {', '.join(suite['variants'])}" if suite["variants"] else ""
        yield f"\n{suite['path']}: model {model}{several}, data {data}"
        yield from map(_task_line, suite["tasks"])
    if example := facts.get("example"):
        yield "\nexample:"
        yield "\n".join(f"  {line}" for line in example.splitlines())


def _task_line(task: Mapping[str, Any]) -> str:
    gates = [
        Gate(name, kind, bound, tier=bounds.get("tier", "blocking"), more_is_better=more_is_better(name, kind))
        for name, bounds in task["gates"].items()
        for kind, bound in bounds.items()
        if kind != "tier"
    ]
    limit = f" on {task['limit']} samples" if task["limit"] else ""
    return f"  {task['name']}{limit}: {', '.join(f'{gate.address} {gate.tiered}' for gate in gates) or 'no gates'}"
