"""The end of the page: what the engine did, and what it takes to run the same again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness import Run
from harness_report.header import Fact, mapping
from harness_report.wording import MISSING, count, duration, moment, percent


@dataclass(frozen=True)
class EngineRow:
    """The questions to one model for one task, or for all of them, and their cost."""

    task: str
    model: str
    asked: str
    unique: str
    remembered: str
    batches: str
    tokens: str
    padding: str
    seconds: str


def engine(run: Run) -> list[EngineRow]:
    """One row a task and model where there are several, then one a model for all of them, the judged one first."""
    by_task = [
        _row(str(task), name, mapping(each))
        for task, info in mapping(run.info.get("tasks")).items()
        for name, each in sorted(mapping(mapping(info).get("engine")).items())
    ]
    whole = [_row("all tasks", name, mapping(each)) for name, each in _models(run)]
    return [*by_task, *whole] if len(by_task) > 1 else whole


def _models(run: Run) -> list[tuple[str, Any]]:
    return sorted(mapping(run.info.get("engine")).items())


def timing(run: Run) -> list[Fact]:
    """Loading and wall time, and an estimate of the share of it that was the model's own."""
    seconds = mapping(run.info.get("seconds"))
    return [
        Fact("Loading", duration(seconds.get("load"))),
        Fact("Wall time after loading", duration(seconds.get("run"))),
        Fact("Scoring", duration(seconds.get("score"))),
        Fact("Efficiency, an estimate", percent(_efficiency(run))),
        *([Fact("From the cache", count(run.info["cached"]))] if run.info.get("cached") else []),
    ]


def particulars(run: Run) -> list[Fact]:
    """Versions, seeds, hardware, fingerprints and the suite as it was resolved."""
    info = run.info
    return [
        Fact("Started", moment(info.get("started"))),
        Fact("Finished", moment(info.get("finished"))),
        Fact("Seed", str(info.get("seed", MISSING))),
        Fact("Confidence of an interval's end", percent(info.get("confidence"))),
        Fact("An undecided gate counts as", str(info.get("undecided", MISSING))),
        *_precision(run),
        Fact("Versions", _pairs(info.get("versions"))),
        Fact("Hardware", _pairs(info.get("hardware"))),
        Fact("Labels", ", ".join(map(str, info.get("labels", []))) or MISSING),
        Fact("Fingerprints", _pairs(info.get("fingerprints"), "\n"), long=True),
        Fact("Suite", json.dumps(info.get("suite"), indent=2, ensure_ascii=False), long=True),
    ]


def _precision(run: Run) -> list[Fact]:
    """The agreement of answers in reduced precision with float32's, model by model."""
    models = mapping(run.info.get("precision"))
    return [Fact("Agreement with float32" + (f", {name}" if name else ""), _agreement(mapping(models[name])))
            for name in models]  # fmt: skip


def _agreement(found: Mapping[str, Any]) -> str:
    differing = ", ".join(map(str, found.get("differing", ())))
    text = f"{found.get('same')} of {found.get('samples')} samples decided alike; largest difference "
    text += f"{float(found.get('largest', 0)):.2g}" + (f"; otherwise: {differing}" if differing else "")
    return text + (f"; {failed} could not be compared" if (failed := found.get("failed")) else "")


def _row(task: str, name: str, counters: Mapping[str, Any]) -> EngineRow:
    asked, tokens, padding = (counters.get(key) or 0 for key in ("asked", "tokens", "padding"))
    remembered = counters.get("remembered", 0)
    return EngineRow(
        task=task,
        model=name or "the model",
        asked=count(asked),
        unique=count(counters.get("unique")),
        remembered=f"{count(remembered)} ({percent(remembered / asked if asked else None)})",
        batches=count(counters.get("batches")),
        tokens=count(tokens),
        padding=percent(padding / (tokens + padding) if tokens else None),
        seconds=duration(counters.get("seconds")),
    )


def _efficiency(run: Run) -> float | None:
    """Model seconds over wall seconds; models that answer side by side can sum to more, hence the 1."""
    wall = mapping(run.info.get("seconds")).get("run")
    models = mapping(run.info.get("engine")).values()
    spent = sum(float(mapping(each).get("seconds") or 0.0) for each in models)
    return min(1.0, spent / wall) if wall and models else None


def _pairs(value: object, between: str = ", ") -> str:
    return between.join(f"{name} {each}" for name, each in mapping(value).items()) or MISSING
