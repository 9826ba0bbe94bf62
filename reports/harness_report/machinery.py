"""The end of the page: what the engine did, and what it takes to run the same again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from harness import Run
from harness.reports import Agreement, Counters
from harness_report.header import Fact
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
        _row(task, name, info.engine[name]) for task, info in run.info.tasks.items() for name in sorted(info.engine)
    ]
    whole = [_row("all tasks", name, run.info.engine[name]) for name in sorted(run.info.engine)]
    return [*by_task, *whole] if len(by_task) > 1 else whole


def timing(run: Run) -> list[Fact]:
    """Loading and wall time, and an estimate of the share of it that was the model's own."""
    seconds, again = run.info.seconds, sum(each.failed for each in run.info.engine.values())
    return [
        Fact("Loading", duration(seconds.load)),
        Fact("Wall time after loading", duration(seconds.run)),
        Fact("Scoring", duration(seconds.score)),
        Fact("Efficiency, an estimate", percent(_efficiency(run))),
        *([Fact("Batches that failed and were asked again in halves", count(again))] if again else []),
        *([Fact("From the cache", count(run.info.cached))] if run.info.cached else []),
        *(Fact(f"Asked elsewhere{f', {name}' * bool(name)}", each.words()) for name, each in run.info.accounts.items()),
    ]


def particulars(run: Run) -> list[Fact]:
    """Versions, seeds, hardware, fingerprints and the suite as it was resolved."""
    info = run.info
    return [
        Fact("Started", moment(info.started)),
        Fact("Finished", moment(info.finished)),
        Fact("Seed", str(info.seed)),
        Fact("Confidence of an interval's end", percent(info.confidence)),
        Fact("An undecided gate counts as", info.undecided),
        *_precision(run),
        Fact("Versions", _pairs(info.versions)),
        Fact("Hardware", _pairs(asdict(info.hardware))),
        Fact("Labels", ", ".join(info.labels) or MISSING),
        Fact("Fingerprints", _pairs(info.fingerprints, "\n"), long=True),
        Fact("Suite", json.dumps(dict(info.suite), indent=2, ensure_ascii=False), long=True),
    ]


def _precision(run: Run) -> list[Fact]:
    """The agreement of answers in reduced precision with float32's, model by model."""
    return [Fact("Agreement with float32" + (f", {name}" if name else ""), _agreement(found))
            for name, found in run.info.precision.items()]  # fmt: skip


def _agreement(found: Agreement) -> str:
    text = f"{found.same} of {found.samples} samples decided alike; largest difference {found.largest:.2g}"
    text += f"; otherwise: {', '.join(found.differing)}" if found.differing else ""
    return text + (f"; {found.failed} could not be compared" if found.failed else "")


def _row(task: str, name: str, counters: Counters) -> EngineRow:
    asked, tokens, padding, remembered = counters.asked, counters.tokens, counters.padding, counters.remembered
    return EngineRow(
        task=task,
        model=name or "the model",
        asked=count(asked),
        unique=count(counters.unique),
        remembered=f"{count(remembered)} ({percent(remembered / asked if asked else None)})",
        batches=count(counters.batches),
        tokens=count(tokens),
        padding=percent(padding / (tokens + padding) if tokens else None),
        seconds=duration(counters.seconds),
    )


def _efficiency(run: Run) -> float | None:
    """Model seconds over wall seconds; models that answer side by side can sum to more, hence the 1."""
    wall, models = run.info.seconds.run, run.info.engine.values()
    return min(1.0, sum(each.seconds for each in models) / wall) if wall and models else None


def _pairs(named: Mapping[str, object], between: str = ", ") -> str:
    return between.join(f"{name} {each}" for name, each in named.items()) or MISSING
