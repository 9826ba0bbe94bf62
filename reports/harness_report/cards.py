"""An event as the page draws it: the model's answer, the texts with the important parts marked, and other facts.

Every kind of task has the same card, so a list under a task and the history of a sample are drawn alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.reports import Attacked, Classified, Estimated, Explained, Stressed, Tagged
from harness_report.blocks import Line
from harness_report.cases import Cases, Event, Subject
from harness_report.findings import as_list, as_number, finding, most_moved
from harness_report.wording import MISSING, number, plural, signed

CLASSES_SHOWN = 5
"""Classes whose probability is shown; the records have all."""

BESIDE = "beside"
"""The field of any payload that is an input as a run keeps it, to be read beside the sample."""

LEAST_SHOWN = 0.0005
"""A probability that is not written as 0.000."""


@dataclass(frozen=True)
class Answer:
    """An answer of the model: a word before it, the label or number, and what stands behind."""

    word: str
    label: str
    more: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Card:
    """One event."""

    task: str
    part: str
    subject: Subject
    finding: str
    answers: list[Answer]
    facts: list[tuple[str, str]]
    lines: list[Line]
    whole: list[Line]
    line: str = ""
    failure: str = ""
    traceback: str = ""


Drawn = tuple[list[Answer], list[tuple[str, str]], list[Line]]
"""The model's answers, other facts, and the texts."""


def card(cases: Cases, event: Event) -> Card:
    """The card of an event."""
    known: Callable[[Cases, Event, Any], Drawn] = DRAWN.get(type(event.given), _unknown)
    answers, facts, lines = ([], [], []) if event.given is None else known(cases, event, event.given)
    traceback = event.record.error or ""
    failure = next((line for line in reversed(traceback.splitlines()) if line.strip()), "").strip()
    found = event.record.finding
    line = found.line if found and known is _unknown else ""
    whole = [] if lines else cases.lines(event.subject.written)
    return Card(
        event.task,
        event.title,
        event.subject,
        finding(event)[0],
        answers,
        facts,
        lines,
        whole,
        line,
        failure,
        traceback,
    )


def _classified(cases: Cases, event: Event, given: Classified) -> Drawn:
    best = max(given.probabilities, default=0.0)
    others = sorted(zip(cases.labels, given.probabilities, strict=False), key=lambda pair: -pair[1])
    facts = [
        (label, number(chance))
        for label, chance in others[:CLASSES_SHOWN]
        if label != given.predicted and chance >= LEAST_SHOWN
    ]
    return [Answer("predicted", given.predicted, number(best))], facts if len(others) > 2 else [], []


def _attacked(cases: Cases, event: Event, given: Attacked) -> Drawn:
    edited = "" if given.edited else ", changed nothing"
    edited += ", then no more allowed" if given.out_of_queries else ""
    queries = [("", plural(given.queries, "query", "queries") + edited)]
    if given.unread:
        queries.append(("", f"{plural(given.unread, 'word')} past the model's cut left as it was"))
    queries += _valid(given)
    before = Answer("", *cases.top(given.before))
    if given.outcome == "skipped":
        return [before], [("", "skipped: wrong before any attack")], []
    lines = _changed(cases, event.subject, given.perturbed, "Attacked")
    return [before, Answer("→", *cases.top(given.after))], queries, lines


def _valid(given: Attacked) -> list[tuple[str, str]]:
    """The member of a set that succeeded, how valid the input is, and why it does not count."""
    measured = {"edit share": given.edit_share, "similarity": given.similarity}
    by = [("by", given.by)] if given.by else []
    known = [(name, number(value)) for name, value in measured.items() if value is not None]
    return [*by, *known, *([("survived:", given.invalid)] if given.invalid else [])]


def _stressed(cases: Cases, event: Event, given: Stressed) -> Drawn:
    severity = [("severity", event.severity)] if event.severity else []
    at = most_moved(cases, given)
    lines = _changed(cases, event.subject, given.perturbed[at], "Perturbed")
    return [Answer("", *cases.top(given.before)), Answer("→", *cases.top(given.after[at]))], severity, lines


def _explained(cases: Cases, event: Event, given: Explained) -> Drawn:
    wrong = cases.is_wrongly_explained(event)
    answer = Answer("explained", given.explained, number(given.probability), "wrong" if wrong else "")
    faithful = {"comprehensiveness": given.comprehensiveness, "sufficiency": given.sufficiency}
    lines = cases.explained(event.subject.written, given)
    return [answer], [(name, number(value)) for name, value in faithful.items()], lines


def _estimated(cases: Cases, event: Event, given: Estimated) -> Drawn:
    truth = as_number(event.subject.label)
    return [Answer("answer", number(given.value), "" if truth is None else f"({signed(given.value - truth)})")], [], []


def _tagged(cases: Cases, event: Event, given: Tagged) -> Drawn:
    truth, found = as_list(event.subject.label), event.record.finding
    tags = as_list(found.decision) if found else truth if event.subject.label else given.tags
    sets = {
        "missed": [tag for tag in truth if tag not in tags],
        "wrongly given": [tag for tag in tags if tag not in truth],
        "right": [tag for tag in truth if tag in tags],
    }
    tones = {"missed": "wrong", "wrongly given": "wrong", "right": ""}
    return [Answer(word, ", ".join(tags), tone=tones[word]) for word, tags in sets.items() if tags], [], []


def _unknown(cases: Cases, event: Event, given: Mapping[str, Any]) -> Drawn:
    """The payload of a task that is not known here: what an input was changed to, or field by field.

    Of the fields, `beside` is an input as one reads it.
    """
    if given.keys() >= {"perturbed", "before", "after"}:
        if given["after"]:
            return _stressed(cases, event, Stressed(given["perturbed"], given["before"], given["after"]))
        return [Answer("", *cases.top(given["before"]))] if given["before"] else [], [], []
    beside = given.get(BESIDE)
    facts = {name: each for name, each in given.items() if name != BESIDE and (each or type(each) in {int, float})}
    lines = _changed(cases, event.subject, beside, "Beside it") if isinstance(beside, str) and beside else []
    return [], [(str(name), _value(value)) for name, value in facts.items()], lines


DRAWN: Mapping[type[Any], Callable[[Cases, Event, Any], Drawn]] = {
    Classified: _classified,
    Attacked: _attacked,
    Stressed: _stressed,
    Explained: _explained,
    Estimated: _estimated,
    Tagged: _tagged,
}
"""The drawing of an event, by the dataclass of its payload."""


def _changed(cases: Cases, subject: Subject, written: str, word: str) -> list[Line]:
    return cases.lines(written, subject.written, word)


def _value(value: object) -> str:
    if isinstance(value, bool | str):
        return str(value)
    if value is None or isinstance(value, int | float):
        return number(value) if isinstance(value, float) else MISSING if value is None else f"{value:,}"
    return json.dumps(value, ensure_ascii=False, default=str)
