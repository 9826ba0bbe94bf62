"""What a reader has to know before the scores: which decide no gate, and which languages were taken for granted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from harness.errors import listed
from harness.scores.gates import TaskScores
from harness.scores.score import Score
from harness.suite.file import Suite
from harness.tasks.task import Part, Task

REASONS_PER_TASK = 4
"""Reasons that are spelled out for a task; the others are counted."""


def notices(suite: Suite, tasks: Mapping[str, Task[Any]], scored: Mapping[str, TaskScores]) -> list[str]:
    """A line for each thing, the weightiest first."""
    gated = {spec.title: set(spec.gates) for spec in suite.tasks}
    doubts = [
        line
        for task, each in scored.items()
        for line in _doubted(
            task, {at: score for at, score in each.scores.items() if "slice" not in score.keys or at in gated[task]}
        )
    ]
    doubts += [
        line for task, each in scored.items() for line in [*_blunt(task, each.scores), *_left(task, each.scores)]
    ]
    known = all(spec.language for spec in suite.sets)
    return doubts + [line for name, task in tasks.items() for line in ([] if known else _assumed(name, task))]


def _doubted(task: str, scores: Mapping[str, Score]) -> Iterator[str]:
    """Why scores of a task decide no gate, and which: parts by their names."""
    of_reason: dict[str, dict[str, None]] = defaultdict(dict)
    for score in scores.values():
        if score.doubt:
            named = {**score.keys, "part": score.keys.get("part", score.name)}
            named["part"] = score.local if "slice" in score.keys else named["part"]
            of_reason[score.doubt][" of ".join([named["part"], *filter(None, [named.get("data")])])] = None
    reasons = list(of_reason.items())
    for why, parts in reasons[:REASONS_PER_TASK]:
        yield f"{task}: no gate is decided on {listed(parts)}: {why}"
    if more := {part for _, parts in reasons[REASONS_PER_TASK:] for part in parts}:
        yield f"{task}: nor on {len(more)} more, for like reasons"


def _blunt(task: str, scores: Mapping[str, Score]) -> Iterator[str]:
    """Attacks that do no better than their floor."""
    for score in scores.values():
        if score.name not in {"over_random", "clean_accuracy"} or not score.note or "slice" in score.keys:
            continue
        if score.value is not None:
            part = f"{score.keys['part']}: " if "part" in score.keys else ""
            yield f"{task}: {part}{score.note}"


def _left(task: str, scores: Mapping[str, Score]) -> Iterator[str]:
    """What a part left as it was though it could have been edited."""
    for score in scores.values():
        if score.name == "edited" and score.note and "part" in score.keys:
            yield f"{task}: {' of '.join([score.keys['part'], *filter(None, [score.keys.get('data')])])}: {score.note}"


def _assumed(name: str, task: Task[Any]) -> Iterator[str]:
    """The parts that are made for some languages, which the data do not say."""
    made_for: dict[frozenset[str], dict[str, None]] = defaultdict(dict)
    for part in task.parts.values():
        if isinstance(part, Part) and part.languages:
            made_for[part.languages][part.title] = None
    for languages, titles in made_for.items():
        yield (
            f"{name}: the texts are taken to be in {_one_of(languages)} by {listed(titles)}: "
            "say what they are in by `language` in `data`"
        )


def _one_of(languages: Collection[str]) -> str:
    return ("one of " if len(languages) > 1 else "") + listed(sorted(languages))
