"""The samples of the page: each with everything that happened to it, those with most against the model first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness_report.anchors import Anchors
from harness_report.blocks import Line
from harness_report.cards import Card, card
from harness_report.cases import Cases, Event, Subject
from harness_report.findings import finding, tells, titled_finding

MAX_SAMPLES = 300
"""Samples on the page; the run's files contain the rest."""

MAX_CHARACTERS = 1_000_000
"""Characters of texts on the page: long samples leave room for fewer."""

LABELS_TO_CHOOSE_BY = 12
"""Labels one can choose by; beyond it search finds them."""


@dataclass(frozen=True)
class SampleView:
    """A sample: its cards, the parts that left its decision as it was or changed nothing, and what it is found by."""

    at: int
    anchor: str
    subject: Subject
    badges: list[str]
    chosen_by: list[int]
    cards: list[Card]
    withstood: list[tuple[str, list[str]]]
    untouched: list[tuple[str, list[str]]]
    sure: float
    whole: list[Line]


@dataclass(frozen=True)
class Browser:
    """The samples shown, what they can be chosen by and how many of them so, and how many there are in all."""

    samples: list[SampleView]
    findings: list[tuple[str, int]]
    labels: list[str]
    sets: list[str]
    total: int

    @property
    def note(self) -> str:
        """The note on what is left out and where to find it; empty when nothing is."""
        shown = len(self.samples)
        if shown == self.total:
            return ""
        return f"These are {shown:,} of {self.total:,}; all are in samples.parquet and records/."

    def choice(self, name: str) -> int | None:
        """The place of a finding among the choices."""
        names = [each for each, _ in self.findings]
        return names.index(name) if name in names else None

    @cached_property
    def anchors(self) -> dict[str, str]:
        """What a link to each sample leads to, by its id."""
        return {view.subject.id: view.anchor for view in self.samples}

    def here(self, ids: Iterable[str]) -> int:
        """The number of samples of these that are on the page."""
        return sum(each in self.anchors for each in ids)


def browser(tasks: Sequence[Cases], named: Collection[str] = ()) -> Browser:
    """Every sample that has a record, as many as fit: those that the page names elsewhere before all others."""
    histories = _histories(tasks)
    order = sorted(histories, key=lambda id_: (id_ in named, *_badness(histories[id_])), reverse=True)
    fitting = _fitting([histories[id_] for id_ in order])
    chosen = sorted(fitting, key=_badness, reverse=True)
    names = Counter(name for history in chosen for name in _names(history))
    findings = sorted(names.items(), key=lambda pair: -pair[1])
    subjects = [history[0][1].subject for history in chosen]
    ids = Anchors()
    labels = sorted({subject.label for subject in subjects if subject.label is not None})
    return Browser(
        samples=[
            _sample_view(history, at, ids.of("sample", history[0][1].subject.id), [name for name, _ in findings])
            for at, history in _placed(tasks, chosen)
        ],
        findings=findings,
        labels=labels if len(labels) <= LABELS_TO_CHOOSE_BY else [],
        sets=sorted({subject.set for subject in subjects if subject.set}),
        total=len(histories) + (tasks[0].left_out if tasks else 0),
    )


History = list[tuple[Cases, Event]]
"""All the events of one sample, each with the records it is of."""


def _histories(tasks: Sequence[Cases]) -> dict[str, History]:
    found: dict[str, History] = defaultdict(list)
    for cases in tasks:
        for event in cases.events:
            found[event.subject.id].append((cases, event))
    return found


def _badness(history: History) -> tuple[int, float]:
    """The number of findings, then the weight of the first task's."""
    return len(_names(history)), max((finding(event)[1] for _, event in history[:1]), default=0.0)


def _names(history: History) -> list[str]:
    """The findings of a sample, each once."""
    return list(dict.fromkeys(name for _, event in history if (name := titled_finding(event))))


def _fitting(histories: Iterable[History]) -> Iterable[History]:
    """The samples that the budget allows, one at least."""
    spent = 0
    for at, history in enumerate(histories):
        texts = 1 + sum(2 for _, event in history if tells(event))
        spent += texts * len(history[0][1].subject.text)
        if at == MAX_SAMPLES or (at and spent > MAX_CHARACTERS):
            return
        yield history


def _placed(tasks: Sequence[Cases], chosen: Sequence[History]) -> list[tuple[int, History]]:
    """The histories with the place of their sample in the data."""
    places = {id_: at for at, id_ in enumerate(next(iter(tasks)).subjects)} if tasks else {}
    return [(places.get(history[0][1].subject.id, len(places) + at), history) for at, history in enumerate(chosen)]


def _sample_view(history: History, at: int, anchor: str, names: Sequence[str]) -> SampleView:
    names_here = _names(history)
    words = Counter(finding(event)[0] for _, event in history if titled_finding(event))
    sure = [max(given, default=0.0) for _, event in history if (given := getattr(event.given, "probabilities", None))]
    return SampleView(
        at=at,
        anchor=anchor,
        subject=history[0][1].subject,
        badges=[word if n == 1 else f"{word} ×{n}" for word, n in words.items()],
        chosen_by=[names.index(name) for name in names_here],
        cards=[card(cases, event) for cases, event in history if tells(event)],
        withstood=_quiet(history, touched=True),
        untouched=_quiet(history, touched=False),
        sure=sure[0] if sure else 1.0,
        whole=history[0][0].lines(history[0][1].subject.written),
    )


def _quiet(history: History, *, touched: bool) -> list[tuple[str, list[str]]]:
    """The parts of each task that have nothing to tell though they changed the sample, or since they did not."""
    found: dict[str, list[str]] = defaultdict(list)
    for cases, event in history:
        if not tells(event) and touched == (event.record.status != "skipped"):
            found[cases.task].append(event.part)
    return list(found.items())
