"""One section a task: its scores, the chart that answers its question, and the samples to look at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness import Run
from harness.reports import Attacked, Classified, Estimated, Explained, Stressed, Tagged, TaskInfo
from harness_report.abstaining import abstaining
from harness_report.anchors import Anchors
from harness_report.cards import Card, card
from harness_report.cases import Cases, Event, titled
from harness_report.charts import Chart, budgets, reliability, scatter
from harness_report.deciding import deciding
from harness_report.findings import finding, tells, titled_finding
from harness_report.health import confidences, sure_errors, unsteady
from harness_report.scores import ScoreTables, scores
from harness_report.slices import SliceView, slices
from harness_report.speed import is_timed, latencies
from harness_report.stress import losses, order_of
from harness_report.thresholds import by_threshold
from harness_report.wording import plural

SAMPLES_PER_TASK = 3
"""Samples shown per task; the browser of samples has more."""

MAX_MATRIX_CLASSES = 20
"""Classes up to which a confusion matrix can be read; beyond it, only the confusions that happened are listed."""


@dataclass(frozen=True)
class Cell:
    """A number of samples and their share of those with the same label, in twentieths."""

    count: int
    share: float

    @property
    def shade(self) -> int:
        """Its share in twentieths."""
        return round(20 * self.share)


@dataclass(frozen=True)
class Matrix:
    """Predictions of the first data set by label, one row per label; of many labels only the confusions."""

    labels: list[str]
    rows: list[tuple[str, list[Cell]]]
    confusions: list[tuple[str, str, int]]
    set: str


@dataclass(frozen=True)
class Group:
    """Cards under a title, and the samples left out; `finding` is what the browser can choose all of them by."""

    title: str
    lead: str
    cards: list[Card]
    left_out: list[str]
    file: str = ""
    finding: str = ""


@dataclass(frozen=True)
class Section:
    """All about one task."""

    anchor: str
    name: str
    about: str
    scores: ScoreTables
    slices: list[SliceView]
    content: Content
    failures: Group | None

    @property
    def named(self) -> list[str]:
        """The samples that it shows, by id."""
        return [card.subject.id for group in self.content.groups for card in group.cards]


@dataclass(frozen=True)
class Content:
    """The content of a kind of task besides its scores."""

    matrix: Matrix | None = None
    charts: list[Chart] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    legend: str = ""


def sections(run: Run, tasks: Sequence[Cases]) -> list[Section]:
    """The tasks of a run, in the order of its suite."""
    ids = Anchors()
    return [_section(run, cases, ids.of(cases.task)) for cases in tasks]


def _section(run: Run, cases: Cases, anchor: str) -> Section:
    info = run.info.tasks[cases.task]
    by_payload = CONTENTS.get(cases.kind or type(None), _timed if is_timed(run, cases.task) else _others)
    made = BY_USE.get(info.use, by_payload) if cases.kind else by_payload
    return Section(
        anchor=anchor,
        name=cases.task,
        about=_about(cases, info),
        scores=scores(run, cases.task, parts=cases.kind is not Stressed),
        slices=slices(run, cases.task),
        content=made(cases, run),
        failures=_failures(cases),
    )


def _about(cases: Cases, info: TaskInfo) -> str:
    parts = list(dict.fromkeys(titled(part)[0] for part in info.parts if part))
    looked_at = len({event.record.sample for event in cases.events})
    samples = plural(info.samples if cases.left_out else looked_at, "sample")
    of = f" of {', '.join(cases.own_sets)}" if cases.own_sets else ""
    only = f"; pictures and samples are of {looked_at:,} of them, chosen by hash" if cases.left_out else ""
    under = f", {', '.join(parts)}" if parts else ""
    errored = info.errors if cases.left_out else sum(event.record.status == "error" for event in cases.events)
    errors = f"; {plural(errored, 'case')} errored" if errored else ""
    return ("" if (use := info.use) in {"", cases.task} else f"{use}: ") + samples + of + under + errors + only


def _classification(cases: Cases, run: Run) -> Content:
    wrong = _found(cases)
    lead = f"{plural(len(wrong), 'sample')} of {len(cases.of(Classified)):,}, the surest mistakes first."
    group = _group(cases, "Wrong predictions", wrong, lead, none="No prediction is wrong.")
    return Content(_matrix(cases), reliability(cases, run.info.confidence), [group])


def _calibration(cases: Cases, run: Run) -> Content:
    wrong = _found(cases)
    lead = f"{plural(len(wrong), 'sample')} of {len(cases.of(Classified)):,}, the surest mistakes first."
    group = _group(cases, "Wrong predictions", wrong, lead, none="No prediction is wrong.")
    return Content(charts=abstaining(cases, run), groups=[group])


def _health(cases: Cases, run: Run) -> Content:
    changed, sure = _worst_first(unsteady(cases)), _worst_first(sure_errors(cases))
    asked = sum(event.part == "steady" for event in cases.events)
    led = f"{plural(len(changed), 'sample')} of {asked:,} that were asked in every way, the furthest apart first."
    groups = [
        _group(cases, "Answers that depend on more than the input", changed, led, f"None of {asked:,} asked."),
        _group(cases, "Sure and wrong", sure, f"{plural(len(sure), 'sample')}, the surest first.", "None."),
    ]
    return Content(charts=confidences(cases), groups=groups)


def _attack(cases: Cases, run: Run) -> Content:
    groups = [_attacked_by(cases, part) for part in cases.parts]
    return Content(charts=budgets(cases), groups=groups, legend=_legend(groups))


def _attacked_by(cases: Cases, part: str) -> Group:
    outcomes = Counter(
        given.outcome if given.edited or given.outcome == "skipped" else "untouched"
        for event, given in cases.of(Attacked)
        if event.part == part
    )
    untouched = f"{outcomes['untouched']:,} that it could not edit, " if outcomes["untouched"] else ""
    out = sum(given.out_of_queries for event, given in cases.of(Attacked) if event.part == part)
    untouched += f"{out:,} of them since the attack was out of queries, " if out else ""
    skipped = f"{outcomes['skipped']:,} skipped as wrong before any attack."
    first, turned = "The surest mistakes first.", "turned"
    if not cases.output.decides:
        skipped, first, turned = "", "The furthest first.", "moved as far as was sought"
    lead = f"{outcomes['succeeded']:,} {turned}, {outcomes['failed']:,} withstood, {untouched}{skipped}".rstrip(", ")
    return _group(cases, part, _found(cases, part), f"{lead.rstrip('.')}. {first}", none=f"{lead.rstrip('.')}.")


def _explain(cases: Cases, run: Run) -> Content:
    groups = []
    for part in cases.parts:
        events = [event for event in cases.events if event.part == part and event.given is not None]
        lead = (
            f"{plural(len(events), 'explanation')}; those of wrong predictions first, then by how little erasing their "
            "heaviest words changes the prediction."
        )
        groups.append(_group(cases, part, _wrong_first(cases, events), lead))
    return Content(
        charts=[deciding(cases, part, run.info.confidence) for part in cases.parts], groups=groups, legend="weighed"
    )


def _stress(cases: Cases, run: Run) -> Content:
    groups = []
    for name in order_of(cases, run):
        events = [event for event in cases.events if event.title == name and event.given is not None and tells(event)]
        if events:
            lightest = {event.subject.id: event for event in reversed(_worst_first(events))}
            groups.append(_group(cases, name, _worst_first([*lightest.values()]), "The lightest touch first."))
    turned = groups or [Group("Decisions that turned", "No perturbation turned a decision.", [], [])]
    return Content(charts=losses(cases, run), groups=turned, legend=_legend(turned))


def _legend(groups: Sequence[Group]) -> str:
    """The legend of changed words and cells, where there are any."""
    lines = [line for group in groups for card in group.cards for line in card.lines]
    return "changed" if any(line.pieces or line.cells for line in lines) else ""


def _regression(cases: Cases, run: Run) -> Content:
    events = [event for event, _ in cases.of(Estimated)]
    return Content(charts=scatter(cases), groups=[_group(cases, "Largest errors", _worst_first(events), "")])


def _multilabel(cases: Cases, run: Run) -> Content:
    wrong = _found(cases)
    lead = f"{plural(len(wrong), 'sample')} of {len(cases.of(Tagged)):,}, those with most wrong labels first."
    groups = [_group(cases, "Wrong label sets", wrong, lead, none="No label set is wrong.")]
    return Content(charts=by_threshold(cases, run), groups=groups)


def _timed(cases: Cases, run: Run) -> Content:
    """A task that times calls: the slowest are those to look at."""
    timed = [(event, event.given.get("latency")) for event in cases.events if isinstance(event.given, Mapping)]
    events = [(event, spent) for event, spent in timed if isinstance(spent, float)]
    slowest = [event for event, _ in sorted(events, key=lambda each: -each[1])]
    lead = f"{plural(len(events), 'call')}, each by the sample that begins it; the slowest first, in ms."
    return Content(charts=latencies(cases, run), groups=[_group(cases, "Calls", slowest, lead, "No call was timed.")])


def _others(cases: Cases, run: Run) -> Content:
    """A task this report does not know: by what it found, the commonest first; or one without an outcome yet."""
    by_word: dict[str, list[Event]] = {}
    for event in _found(cases):
        by_word.setdefault(finding(event)[0], []).append(event)
    if by_word:
        groups = [
            _group(cases, word.replace("_", " "), events, f"{plural(len(events), 'record')}, the worst first.")
            for word, events in sorted(by_word.items(), key=lambda each: -len(each[1]))
        ]
        return Content(groups=groups, legend=_legend(groups))
    events = [event for event in cases.events if event.given is not None]
    return Content(groups=[_group(cases, "Records", events, "", none="No case has an outcome yet.")])


CONTENTS: Mapping[type[Any], Callable[[Cases, Run], Content]] = {
    Classified: _classification,
    Attacked: _attack,
    Explained: _explain,
    Stressed: _stress,
    Estimated: _regression,
    Tagged: _multilabel,
}
"""The content of a section, by the dataclass of its payloads."""

BY_USE: Mapping[str, Callable[[Cases, Run], Content]] = {"calibration": _calibration, "health": _health}
"""The content of a section of a task whose payloads others have too, by its name in a suite."""


def _failures(cases: Cases) -> Group | None:
    events = [event for event in cases.events if event.record.status == "error"]
    lead = f"{plural(len(events), 'case')} raised an error instead of an outcome and left n."
    return _group(cases, "Errors", events, lead) if events else None


def _found(cases: Cases, part: str | None = None) -> list[Event]:
    """The events that speak against the model, the worst first."""
    events = [event for event in cases.events if part in (None, event.part) and event.given is not None]
    return _worst_first([event for event in events if finding(event)[0]])


def _worst_first(events: Sequence[Event]) -> list[Event]:
    return sorted(events, key=lambda event: -finding(event)[1])


def _wrong_first(cases: Cases, events: Sequence[Event]) -> list[Event]:
    """Explanations of wrong predictions, then the others, each by how little erasing their heaviest units changes."""
    return sorted(_worst_first(events), key=lambda event: not cases.is_wrongly_explained(event))


def _group(cases: Cases, title: str, events: Sequence[Event], lead: str, none: str = "") -> Group:
    names = {titled_finding(event) for event in events}
    return Group(
        title=title,
        lead=lead if events else none,
        cards=[card(cases, event) for event in events[:SAMPLES_PER_TASK]],
        left_out=[event.subject.id for event in events[SAMPLES_PER_TASK:]],
        file=cases.file,
        finding=names.pop() if len(names) == 1 else "",
    )


def _matrix(cases: Cases) -> Matrix:
    first = [(event.subject, given) for event, given in cases.of(Classified) if event.subject.set == cases.first_set]
    counts = Counter((subject.label, given.predicted) for subject, given in first if subject.label is not None)
    labels = cases.labels if len(cases.labels) <= MAX_MATRIX_CLASSES else []
    rows = [(label, _cells([counts[label, predicted] for predicted in labels])) for label in labels]
    confusions = [(str(a), b, n) for (a, b), n in counts.most_common() if a != b][:MAX_MATRIX_CLASSES]
    return Matrix(labels, rows, confusions, cases.first_set)


def _cells(counts: Sequence[int]) -> list[Cell]:
    return [Cell(count, count / (sum(counts) or 1)) for count in counts]
