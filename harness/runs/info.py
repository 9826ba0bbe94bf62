"""The content of `run.json`, `scores.json` and `gates.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.data.samples import groups_of
from harness.engine.counters import Counters, added
from harness.records.hardware import hardware
from harness.records.info import DataInfo, RunInfo, State, TaskInfo
from harness.scores.gates import Decision, TaskScores
from harness.scores.score import Score
from harness.suite.versions import versions
from harness.verdicts.deciding import family_error

if TYPE_CHECKING:
    from harness.runs.load import Loaded


def describe(loaded: Loaded, state: State, tasks: Mapping[str, TaskInfo]) -> RunInfo:
    """The facts of a run: its suite, model, data, software and hardware; its job adds the results."""
    suite, model = loaded.checked.suite, loaded.models[""]
    return RunInfo(
        name=loaded.checked.file.name,
        state=state,
        suite=suite.model_dump(mode="json"),
        fingerprints=dict(loaded.fingerprints),
        labels=list(loaded.labels),
        tasks=tasks,
        output=loaded.output,
        seed=suite.seed,
        sample_seed=suite.sample_seed,
        confidence=suite.confidence,
        family_error=family_error(suite, loaded.checked.every_gate),
        samples=len(loaded.samples),
        data=[
            DataInfo(data.name, data.kind.name, len(data.samples), cut, len(set(groups_of(data.samples).values())))
            for data, cut in zip(loaded.sets, loaded.cut, strict=True)
        ],
        limit=model.limit,
        versions=versions(),
        hardware=hardware(model.device),
    )


def scores_json(scores: Mapping[str, Score]) -> dict[str, dict[str, Any]]:
    """`{address: {value, low, high, n}}`, with a note where a score is undefined, and a doubt where there is one."""
    names = ("value", "low", "high", "n", "note", "doubt")
    return {address: _without_empty_notes(asdict(score), names) for address, score in scores.items()}


def by_address(scored: Mapping[str, TaskScores]) -> dict[str, Score]:
    """The scores of all tasks, each by its address with the task."""
    return {f"{task}/{local}": score for task, each in scored.items() for local, score in each.scores.items()}


def gate_json(decision: Decision) -> dict[str, Any]:
    """A row of `gates.json`, with a note where the verdict needs one."""
    return _without_empty_notes(asdict(decision), tuple(asdict(decision)))


def counted_up(before: Mapping[str, Counters], now: Mapping[str, Counters]) -> dict[str, Counters]:
    """Counters by model, those of the run before it was resumed included."""
    names = dict.fromkeys([*before, *now])
    return {name: added(each[name] for each in (before, now) if name in each) for name in names}


def _without_empty_notes(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name not in {"note", "doubt", "needs", "more_is_better"} or row[name]}
