"""A finished run of one task, made of its files alone: what reports are tested on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness import Record, Run, Sample, ScoringContext, Task
from harness.records.folder import RunFolder
from harness.records.table import RecordTable
from harness.reports import Attacked, Classified, Explained, Stressed
from harness.runs.judging import findings_of
from harness.tasks import attack, classification, explain, stress

SCORE = {"value": 0.5, "low": 0.1, "high": 0.7, "n": 1200}
GATE = {"address": "classification/accuracy", "kind": "min", "bound": 0.8, **SCORE}


def written(folder: Path, gates: list[dict[str, Any]], **info: Any) -> Run:
    """A run of one task from its files alone."""
    with RunFolder(folder) as run:
        run.write_info(
            {
                "name": "reviews",
                "suite": {"model": {"use": "python", "object": "m:f"}, "data": {"use": "files"}, "max_errors": 0},
                "fingerprints": {},
                "labels": ["negative", "positive"],
                "tasks": {"classification": {"use": "classification", "parts": [""], "cases": 20}},
                "state": "finished",
                "verdict": "fail",
                **info,
            }
        )
        run.write_json("scores.json", {"classification/accuracy": SCORE, "classification/recall[class=a]": SCORE})
        run.write_json("gates.json", gates)
    return Run(folder)


JUDGES: dict[type[Any], Any] = {
    Attacked: attack.judge,
    Classified: classification.judge,
    Explained: explain.judge,
    Stressed: stress.judge,
}


def payload_name(kind: type[Any]) -> str:
    """What a run calls the dataclass of a task's payloads."""
    return f"{kind.__module__}:{kind.__qualname__}"


def finish(
    run: RunFolder,
    task: str,
    kind: type[Any],
    records: list[Record[Any]],
    samples: list[Sample[Any]],
    labels: list[str],
) -> None:
    """Finish a task's records, as its own judge finds them."""
    made: Task[Any] = Task(parts={}, payload=kind, score=lambda *_: [], judge=JUDGES[kind])
    scoring = ScoringContext(labels, {sample.id: sample.truth for sample in samples})
    table = RecordTable.of(records, kind)
    run.finish_records(task, table, findings_of(made, table, scoring, samples))


NO_YES = ["no", "yes"]
SUITE = {"model": {"use": "python", "object": "m:f"}, "data": {"use": "files"}, "max_errors": 0}


def run_of(folder: Path, task: str, kind: type[Any], rows: list[tuple[str, int, Any]]) -> Run:
    """A finished run of one task, a `(part, label, payload)` each sample."""
    with RunFolder(folder) as made:
        samples = [Sample(f"s{at}", f"text {at}", label) for at, (_, label, _) in enumerate(rows)]
        made.write_samples(samples, NO_YES)
        tasks = {
            task: {
                "use": task,
                "payload": payload_name(kind),
                "parts": sorted({part for part, _, _ in rows}),
                "cases": len(rows),
            }
        }
        state = {"state": "finished", "verdict": "pass"}
        made.write_info({"name": "r", "suite": SUITE, "fingerprints": {}, "labels": NO_YES, "tasks": tasks, **state})
        records = [Record(task, part, f"s{at}", "ok", None, 1, payload) for at, (part, _, payload) in enumerate(rows)]
        finish(made, task, kind, records, samples, NO_YES)
        made.write_json("scores.json", {})
        made.write_json("gates.json", [])
    return Run(folder)
