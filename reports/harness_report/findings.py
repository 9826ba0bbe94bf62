"""What a record holds against the model: a word for it, and how heavily it weighs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from harness import Attacked, Classified, Estimated, Explained, Stressed, Tagged
from harness_report.cases import Event

Finding: TypeAlias = tuple[str, float]
"""A word, empty where nothing speaks against the model, and a weight that orders events with the same word."""


def finding(event: Event) -> Finding:
    """What an event holds against the model."""
    if event.record.status == "error":
        return "errored", 0.0
    judge = JUDGES.get(type(event.given))
    return judge(event, event.given) if judge else ("", 0.0)


def titled_finding(event: Event) -> str:
    """The word with where it was found: `attack: turned by deepwordbug`; empty where nothing was."""
    word = finding(event)[0]
    return "" if not word else f"{event.task}: {word}" + (f" by {event.title}" if event.title else "")


def tells(event: Event) -> bool:
    """Whether an event has more to show than its name: not so a perturbation that left everything as it was."""
    return not isinstance(event.given, Stressed) or _furthest(event.given) > 0


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


def moved(before: Sequence[float], after: Sequence[float]) -> float:
    """How sure the other decision is; for a value, how far it moved; 0 where nothing did."""
    if len(before) == 1:
        return abs(after[0] - before[0])
    of_labels = abs(sum(before) - 1) > 0.01
    flipped = any((a >= 0.5) != (b >= 0.5) for a, b in zip(before, after, strict=False)) if of_labels else False
    return max(after, default=0.0) if flipped or _argmax(before) != _argmax(after) else 0.0


def _furthest(given: Stressed) -> float:
    return max((moved(given.before, after) for after in given.after), default=0.0)


def most_moved(given: Stressed) -> int:
    """The version of a perturbed sample that moved the answer most; the first where none did."""
    return max(range(len(given.after)), key=lambda at: moved(given.before, given.after[at]), default=0)


def _classified(event: Event, given: Classified) -> Finding:
    wrong = event.subject.is_wrongly(given.predicted)
    return "wrong" if wrong else "", max(given.probabilities, default=0.0)


def _attacked(event: Event, given: Attacked) -> Finding:
    return "turned" if given.outcome == "succeeded" else "", max(given.after, default=0.0)


def _explained(event: Event, given: Explained) -> Finding:
    unfaithful = float("-inf") if given.comprehensiveness is None else -given.comprehensiveness
    return "", unfaithful + (1e3 if event.subject.is_wrongly(given.explained) else 0.0)


def _estimated(event: Event, given: Estimated) -> Finding:
    truth = as_number(event.subject.label)
    return "", 0.0 if truth is None else abs(given.value - truth)


def _tagged(event: Event, given: Tagged) -> Finding:
    wrong = len(set(as_list(event.subject.label)) ^ set(given.tags))
    return "wrong" if wrong else "", float(wrong)


def _stressed(event: Event, given: Stressed) -> Finding:
    """The lightest touch weighs most, then the surest decision; of a value, how far it moved."""
    furthest = _furthest(given)
    if len(given.before) == 1:
        return "", furthest
    return "flipped" if furthest else "", furthest - int(event.severity or 0)


def _argmax(row: Sequence[float]) -> int:
    return max(range(len(row)), key=row.__getitem__, default=0)


JUDGES: Mapping[type[Any], Callable[[Event, Any], Finding]] = {
    Classified: _classified,
    Attacked: _attacked,
    Explained: _explained,
    Estimated: _estimated,
    Tagged: _tagged,
    Stressed: _stressed,
}
"""How an event is judged, by the dataclass of its payload."""
