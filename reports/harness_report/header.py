"""The top of the page: the verdict with its reason, and what was judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import Run
from harness.reports import DataInfo, RunInfo, verdict_of
from harness_report.gates import GateRow, Gates
from harness_report.wording import MISSING, count, duration, listing, moment, plural

MAIN = "="
"""The key of a suite for the value of `use:value`."""

GATES_IN_SENTENCE = 2
"""Gates spelled out in the sentence beside the verdict; the table below it has them all."""

NO_GATES = "no gates"
"""In place of a verdict where nothing was demanded: not a pass, which somebody may read as one."""

_WENT = {
    "error": ("is an error", "are errors"),
    "fail": ("fails", "fail"),
    "undecided": ("is undecided", "are undecided"),
}

_ICONS = {
    "pass": ("#17703c", "M4 8.5 7 11.5 12 5"),
    "fail": ("#b3261e", "M5 5 11 11M11 5 5 11"),
    "undecided": ("#8a5300", "M5.5 6a2.5 2.5 0 1 1 3.5 2.3Q8 8.8 8 10M8 12.5v.1"),
    "error": ("#7a2a8f", "M8 3.5v6M8 12.4v.1"),
    "no gates": ("#5a6372", "M4.5 8h7"),
}
"""The colour of a verdict's icon and the stroke of its sign."""


@dataclass(frozen=True)
class Headline:
    """The verdict, the reason in a sentence, and what the verdict counts as where that differs."""

    verdict: str
    why: str
    counts_as: str


@dataclass(frozen=True)
class Fact:
    """A name and a value; a long one is shown as it is written, in a box."""

    name: str
    value: str
    long: bool = False


def headline(run: Run, gates: Gates) -> Headline:
    """The outcome of the run, and why."""
    verdict = _verdict(run, gates)
    if verdict == "pass" and not gates.blocking and gates.known:
        which = "no blocking gates" if gates.rows else "no gates"
        why = f"The suite has {which}: nothing was demanded of this model."
        return Headline(NO_GATES, " ".join([why, *_advice(gates)]), NO_GATES)
    counts_as = verdict
    if verdict == "undecided":
        counts_as = verdict_of(row.counts_as for row in gates.blocking)
    return Headline(verdict, " ".join([_why(run, gates, verdict), *_advice(gates)]), counts_as)


def title(name: str, head: Headline, gates: Gates) -> str:
    """The page's title in a tab or a chat: `Fail: reviews, 4 of 6 gates hold`."""
    good = sum(row.verdict == "pass" for row in gates.rows)
    return f"{head.verdict.capitalize()}: {name}" + (
        f", {good} of {plural(len(gates.rows), 'gate')} hold" if gates.rows else ""
    )


def icon(verdict: str) -> str:
    """A coloured disc with the sign of a verdict, as SVG: by it one knows the tabs of several reports."""
    colour, stroke = _ICONS.get(verdict, _ICONS["no gates"])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="{colour}"/>'
        f'<path d="{stroke}" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>'
    )


def facts(run: Run) -> list[Fact]:
    """The facts of a run: model, data, date and time taken."""
    info, suite = run.info, run.info.suite
    return [
        Fact("Model", in_words(suite.get("model"))),
        Fact("Data", _data_in_words(suite.get("data"))),
        Fact("Samples", count(info.samples)),
        *_crossed(suite),
        *_groups(info),
        *_cut(info),
        *([Fact("Not steady", info.unsteady)] if info.unsteady else []),
        Fact("Tasks", ", ".join(run.tasks) or MISSING),
        Fact("Date", moment(info.finished or info.started)),
        Fact("Took", duration(info.seconds.total or None)),
        Fact("Seed", str(info.seed)),
    ]


def _crossed(suite: Mapping[str, Any]) -> list[Fact]:
    """In how many folds the model was cross-validated, and how often."""
    how = mapping(suite.get("cross_validation"))
    if not how:
        return []
    repeats = how.get("repeats", 1)
    often = f", repeated {repeats} times" if isinstance(repeats, int) and repeats > 1 else ""
    return [Fact("Cross-validated", f"in {how.get('folds')} folds{often}: fitted without what it answers")]


def in_words(spec: object) -> str:
    """A component and its first parameter, as in `./checkpoint (transformers)`."""
    plain = mapping(spec)
    texts = [value for key, value in plain.items() if key != "use" and isinstance(value, str)]
    main = plain.get("path") or plain.get("object") or plain.get(MAIN) or next(iter(texts), None)
    return f"{main} ({plain.get('use')})" if main else str(plain.get("use") or MISSING)


def _data_in_words(data: object) -> str:
    """One set, or each of a list under its own name."""
    sets = data if isinstance(data, list) else [data]
    named = [(str(mapping(each).get("name") or ""), in_words(each)) for each in sets]
    return ", ".join(f"{name}: {words}" if name and len(named) > 1 else words for name, words in named)


def _groups(info: RunInfo) -> list[Fact]:
    """A line where samples come in groups, since their intervals are wider."""
    texts = [f"{count(data.groups)}{_of(data)}" for data in info.data if data.groups]
    return [Fact("Groups of samples, which intervals are of", ", ".join(texts))] if texts else []


def _cut(info: RunInfo) -> list[Fact]:
    """A line where inputs were longer than the model takes."""
    limit = f" {count(info.limit)} tokens" if info.limit else ""
    texts = [f"{count(data.cut)} of {count(data.samples)}{_of(data)}" for data in info.data if data.cut]
    return [Fact(f"Longer than the model's{limit}, their rest never seen", ", ".join(texts))] if texts else []


def _of(data: DataInfo) -> str:
    return f" of {data.name}" if data.name else ""


def mapping(value: object) -> Mapping[str, Any]:
    """The value when it is a mapping, else an empty one: of a suite's keys only its models are read."""
    return value if isinstance(value, Mapping) else {}


def _verdict(run: Run, gates: Gates) -> str:
    if run.verdict is not None:
        return run.verdict
    finished = run.info.state == "finished"
    return verdict_of(row.decision.verdict for row in gates.blocking) if finished else "unfinished"


def resuming(run: Run) -> str:
    """How to go on with a run: the option, or the argument where its data were in memory."""
    data = run.info.suite.get("data")
    return "resume=True" if isinstance(data, dict) and data.get("use") == "given" else "--resume"


def _why(run: Run, gates: Gates, verdict: str) -> str:
    if verdict == "unfinished":
        return f"The run is {run.info.state}, not finished, so no gate was decided: {resuming(run)} goes on."
    worst = gates.of(verdict)
    if verdict == "pass" or not worst:
        return _without_trouble(run, gates, verdict)
    return " ".join([_trouble(worst, verdict, len(gates.blocking)), *_others(gates, verdict)])


def _without_trouble(run: Run, gates: Gates, verdict: str) -> str:
    if verdict != "pass":
        return f"{errored_cases(run) or 'Too many cases'} errored, more than the suite allows."
    kind = "blocking gate" if gates.advisory else "gate"
    return f"All {plural(len(gates.blocking), kind)} hold." if len(gates.blocking) > 1 else f"The one {kind} holds."


def _trouble(rows: list[GateRow], verdict: str, total: int) -> str:
    went = _WENT[verdict][len(rows) > 1]
    reasons = [row.reason for row in rows[:GATES_IN_SENTENCE]]
    more = f"; and {len(rows) - GATES_IN_SENTENCE} more" if len(rows) > GATES_IN_SENTENCE else ""
    return f"{len(rows)} of {plural(total, 'gate')} {went}: {'; '.join(reasons)}{more}."


def _others(gates: Gates, verdict: str) -> list[str]:
    """The verdicts of the gates that are bad, too, but less so."""
    counts = {each: len(gates.of(each)) for each in ("fail", "undecided") if each != verdict}
    lesser = [f"{n} {_WENT[each][n > 1]}" for each, n in counts.items() if n]
    return [f"{listing(lesser).capitalize()}."] if lesser and verdict != "undecided" else []


def _advice(gates: Gates) -> list[str]:
    """What became of the advisory gates, if not all of them hold."""
    counts = Counter(row.verdict for row in gates.advisory)
    bad = [
        f"{plural(counts[each], 'advisory gate')} {went[counts[each] > 1]}"
        for each, went in _WENT.items()
        if counts[each]
    ]
    return [f"{listing(bad)}."] if bad else []


def errored_cases(run: Run) -> str:
    """`2 cases of attack`; empty where none errored."""
    errors = {name: task.errors for name, task in run.info.tasks.items()}
    return listing([f"{plural(n, 'case')} of {name}" for name, n in errors.items() if n])
