"""The names and the order of the findings of records."""

from __future__ import annotations

import json

from harness.reports import Stressed
from harness_report.cases import Cases, Event


def finding(event: Event) -> tuple[str, float]:
    """The finding of an event against the model, as its task judged it: a word, mostly empty, and its weight."""
    if event.record.status == "error":
        return "errored", 0.0
    found = event.record.finding
    return (found.word, found.weight) if found else ("", float("-inf"))


def titled_finding(event: Event) -> str:
    """The word with where it was found: `attack: turned by deepwordbug`; empty where nothing was."""
    word = finding(event)[0]
    return "" if not word else f"{event.task}: {word}" + (f" by {event.title}" if event.title else "")


def tells(event: Event) -> bool:
    """Whether an event has more to show than its name: not so a perturbation that left everything as it was."""
    return not isinstance(event.given, Stressed) or event.record.finding is not None


def as_number(text: str | None) -> float | None:
    """A label that is a number."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None


def as_list(text: str | None) -> list[str]:
    """A label that is a set of labels."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [str(each) for each in found] if isinstance(found, list) else []


def most_moved(cases: Cases, given: Stressed) -> int:
    """The version of a perturbed sample that moved the answer most; the first where none did."""
    moves = [cases.output.moved(given.before, after) for after in given.after]
    return max(range(len(moves)), key=moves.__getitem__, default=0)
