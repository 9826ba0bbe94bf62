"""The content of `run.json`, `scores.json` and `gates.json`."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from harness.engine.counters import Counters
from harness.scores.gates import Decision, TaskScores
from harness.suite.diagnosis import versions

if TYPE_CHECKING:
    from harness.runs.load import Loaded


def describe(loaded: Loaded) -> dict[str, Any]:
    """The facts of a run: its suite, model, data, software and hardware."""
    checked = loaded.checked
    return {
        "name": checked.file.name,
        "suite": checked.suite.model_dump(mode="json"),
        "fingerprints": dict(loaded.fingerprints),
        "labels": list(loaded.labels),
        "output": loaded.output,
        "seed": checked.suite.seed,
        "confidence": checked.suite.confidence,
        "samples": len(loaded.samples),
        "data": [
            {"name": data.name, "kind": data.kind.name, "samples": len(data.samples), "cut": cut}
            for data, cut in zip(loaded.sets, loaded.cut, strict=True)
        ],
        "limit": loaded.models[""].limit,
        "versions": versions(),
        "hardware": {"platform": platform.platform(), "cpus": os.cpu_count(), "device": loaded.models[""].device},
    }


def scores_json(scored: Mapping[str, TaskScores]) -> dict[str, dict[str, Any]]:
    """`{address: {value, low, high, n}}`, with a note where a score is undefined."""
    return {
        f"{task}/{local}": _without_empty_note(asdict(score), ("value", "low", "high", "n", "note"))
        for task, each in scored.items()
        for local, score in each.scores.items()
    }


def gate_json(decision: Decision) -> dict[str, Any]:
    """A row of `gates.json`, with a note where the verdict needs one."""
    return _without_empty_note(asdict(decision), tuple(asdict(decision)))


def errors_json(scored: TaskScores) -> dict[str, Any]:
    """The number of errored cases."""
    return {"errors": scored.errors}


def counted_up(before: Mapping[str, Any], now: Mapping[str, Counters]) -> dict[str, Any]:
    """Counters by model, those of the run before it was resumed included."""
    plain = {name: {**asdict(each), "remembered": each.remembered} for name, each in now.items()}
    names = dict.fromkeys([*before, *plain])
    return {name: added_up(before.get(name, {}), plain.get(name, {})) for name in names}


def added_up(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    """Numbers by name, those of before added."""
    return {name: before.get(name, 0) + now.get(name, 0) for name in now or before}


def _without_empty_note(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name != "note" or row[name]}
