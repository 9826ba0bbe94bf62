"""What a run is planned to ask: its parts with the lengths of their samples, for the time it has left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from harness.early.looks import Spans
from harness.engine.counters import Ledger
from harness.progress.remaining import Name, Part, Remaining
from harness.sessions.predict import AskOnce

if TYPE_CHECKING:
    from harness.runs.load import Loaded

MOST_MEASURED = 100_000
"""Samples of more than that are taken to be of one length: looking at each would take a second of a million."""


PILOTS = 2
"""Samples in each set of a long task that run first: by them the time left is known from early on."""

LONG_COST = 200_000.0
"""The cost of a part, were a row asked for every token of its samples, from which on a few of them run first.

The 10 questions at a time of one short review leave batches empty, those of long ones do not.
"""

MANY_CASES = 100
"""Cases of a task from which on the same is done, whatever they cost: it would else be unknown until its turn."""


def with_pilots(waves: Iterator[Spans], left: Remaining) -> Iterator[Spans]:
    """The waves, the first in two where a task is long: a few of its samples, beside all other tasks, then the rest."""
    several = Counter[str]()
    for (task, _), part in left.parts.items():
        several[task] += 0 if part.once else part.cases
    long = {task for (task, _), part in left.parts.items() if part.most >= LONG_COST or several[task] >= MANY_CASES}
    for spans in waves:
        first = {task: (0, PILOTS) if task in long and span == (0, None) else span for task, span in spans.items()}
        yield first
        if rest := {task: (PILOTS, spans[task][1]) for task, span in first.items() if span != spans[task]}:
            yield rest


def remaining(loaded: Loaded, done: Collection[tuple[str, str, str]], ledger: Ledger) -> Remaining:
    """The time that a run has left, whose cases `done` finished before."""
    samples, cost = loaded.samples, loaded.kind.cost
    lengths = {each.id: float(cost(each.input)) for each in samples} if len(samples) <= MOST_MEASURED else {}
    finished, parts = Counter((task, part) for task, part, _ in done), dict[Name, Part]()
    for spec in loaded.checked.suite.tasks:
        for part, session in loaded.sessions[spec.title].items():
            chosen, at = list(loaded.chosen(spec, part)), (spec.title, part)
            if lengths:
                left = [lengths[each.id] for some in chosen for each in some if (*at, each.id) not in done]
            else:
                left = [1.0] * (sum(map(len, chosen)) - finished[at])
            parts[at] = Part(left, once=isinstance(session, AskOnce))
    return Remaining(parts, lengths, ledger)
