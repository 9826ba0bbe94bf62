"""The report `junit`: the gates as test cases, in the XML that GitLab, Jenkins and GitHub's actions read.

The shape is that of the Ant task's schema, which the others extend: every attribute it requires is there, and
elements stand in its order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness import Run, report
from harness.reports import gate_name
from harness_report.gates import GateRow, gates
from harness_report.header import facts, headline
from harness_report.marks import legible
from harness_report.speaking import worst_lines
from harness_report.wording import plural

OUTCOMES = {"fail": "failure", "error": "error", "undecided": "skipped"}
"""The element for what a gate counts as under the run's policy; one that passes has none."""

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@report(suffix="xml")
def junit(run: Run) -> str:
    """A run as one test suite, a gate as a test case; undecided gates are what the run's policy makes of them."""
    cases = [*_gate_cases(run), *_error_cases(run)]
    name = legible(run.name)
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", {"name": name, **_counts(cases), "time": _seconds(run), **_origin(run)})
    properties = SubElement(suite, "properties")
    for fact in facts(run):
        SubElement(properties, "property", {"name": fact.name.lower(), "value": legible(fact.value)})
    suite.extend(cases)
    top = headline(run, gates(run))
    SubElement(suite, "system-out").text = legible(f"{top.verdict}: {top.why}\nreport: {run.folder / 'report.html'}")
    SubElement(suite, "system-err")
    indent(root)
    return _HEAD + tostring(root, encoding="unicode") + "\n"


def _gate_cases(run: Run) -> Iterator[Element]:
    rows = gates(run).rows
    seconds = _seconds_by_task(run, [row.task for row in rows])
    for row in rows:
        name = gate_name(row.decision.address, row.decision.kind)
        worst = [] if row.counts_as == "pass" else worst_lines(run, row.decision.address)
        case = _case(run, name, _counts_as(row), _message(row), row.decision.verdict, worst)
        case.set("time", f"{seconds[row.task]:.3f}")
        yield case


def _error_cases(run: Run) -> Iterator[Element]:
    """Tasks without gates that have more errored cases than the suite allows: no gate says so."""
    gated = {row.task for row in gates(run).rows}
    allowed = run.info.max_errors
    for name, task in run.info.tasks.items():
        if task.errors > allowed and name not in gated:
            message = f"{task.errors} of {plural(task.cases, 'case')} errored; max_errors is {allowed}"
            yield _case(run, f"{name}:max_errors", "error", message, "error")


def _case(run: Run, name: str, counts_as: str, message: str, verdict: str, worst: Sequence[str] = ()) -> Element:
    case = Element("testcase", {"classname": legible(run.name), "name": legible(name), "time": "0"})
    if outcome := OUTCOMES.get(counts_as):
        attributes = {"message": legible(message)} | ({} if outcome == "skipped" else {"type": verdict})
        lines = [message, *(["worst samples:", *worst] if worst else [])]
        SubElement(case, outcome, attributes).text = "\n".join(map(legible, lines))
    return case


def _counts_as(row: GateRow) -> str:
    """An advisory gate that does not hold is skipped: no CI counts it."""
    return row.counts_as if row.decision.blocks or row.counts_as == "pass" else "undecided"


def _message(row: GateRow) -> str:
    """The gate in words, and its verdict where the outcome does not say it."""
    says = row.decision.blocks and row.verdict != "undecided"
    return str(row.decision) if says else f"{row.verdict}: {row.decision}"


def _counts(cases: list[Element]) -> dict[str, str]:
    found = Counter(outcome.tag for case in cases for outcome in case)
    return {
        "tests": str(len(cases)),
        "failures": str(found["failure"]),
        "errors": str(found["error"]),
        "skipped": str(found["skipped"]),
    }


def _origin(run: Run) -> dict[str, str]:
    """The attributes that the schema requires besides; moments in it have no zone, and a report names no machine."""
    began = (run.info.started or "1970-01-01T00:00:00")[:19]
    return {"timestamp": began, "hostname": "localhost", "id": "0", "package": legible(run.name)}


def _seconds_by_task(run: Run, tasks: Sequence[str]) -> Mapping[str, float]:
    """The time of each gate of a task, by task: an equal part of the run's, by how long its questions took the models.

    Of tasks that asked none, by their cases.
    """
    info = run.info
    asked = {name: sum(each.seconds for each in info.tasks[name].engine.values()) for name in info.tasks}
    weights = asked if any(asked.values()) else {name: float(info.tasks[name].cases) for name in info.tasks}
    total, gates_of = sum(weights.values()) or 1.0, Counter(tasks)
    return {name: info.seconds.total * weights.get(name, 0.0) / total / n for name, n in gates_of.items()}


def _seconds(run: Run) -> str:
    return f"{run.info.seconds.total:.3f}"
