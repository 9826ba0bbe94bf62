"""One run from the first case to the verdict: records as cases finish, then scores, gates and reports."""

from __future__ import annotations

import os
import platform
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import repeat
from pathlib import Path
from typing import Any, Protocol

from harness import components
from harness.cases import Outcome
from harness.columns import of_samples, without_errors
from harness.counters import Counters, Ledger
from harness.engine import Engine
from harness.errors import RunError, UserError
from harness.failures import Failures
from harness.gates import Decision, Scored, Undecided, Verdict, decide, resolve_undecided, verdict_of
from harness.memory import Memory
from harness.plan import Loaded
from harness.precision import Agreement, agreements
from harness.records import Record, record_of
from harness.rundir import Run, RunFolder, all_records, in_order, read_info
from harness.scores import Score
from harness.sets import over_sets
from harness.suite import TaskSpec
from harness.task import Scoring, Task
from harness.types import Sample

PACKAGES = (
    "model-harness",
    "numpy",
    "torch",
    "transformers",
    "datasets",
    "textattack",
    "shap",
    "lime",
    "scikit-learn",
    "skops",
    "scipy",
    "pyarrow",
)


class Progress(Protocol):
    """Told how a run goes on."""

    def start(self, cases: int, finished: int) -> None: ...
    def done(self, outcomes: Sequence[Outcome]) -> None: ...
    def stop(self) -> None: ...


@dataclass(frozen=True)
class Verdicts:
    """What a run came to: every gate's decision, the verdict, and what it counts as under a policy."""

    decisions: Sequence[Decision]
    verdict: Verdict
    counts_as: Verdict


@dataclass
class Job:
    """One run in a folder of its own."""

    loaded: Loaded
    folder: RunFolder
    progress: Progress
    undecided: Undecided = "fail"
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    load_seconds: float = 0.0
    run_seconds: float = 0.0
    score_seconds: float = 0.0
    memory: Memory = field(default_factory=Memory)
    ledger: Ledger = field(default_factory=Ledger)
    precision: Mapping[str, Agreement] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)

    def run(self, *, resume: bool = False) -> Verdicts:
        """Run what has no record yet, then score, gate and report.

        Raises RunError when the run cannot go on; KeyboardInterrupt passes through. What finished is kept.
        """
        self._begin(resume=resume)
        state = "interrupted"
        try:
            self._run_cases()
            state = "finished"
        except RunError:
            state = "stopped"
            raise
        finally:
            if state != "finished":
                self._write_info(state)
        return self._conclude()

    def _begin(self, *, resume: bool) -> None:
        path = self.folder.folder
        if resume:
            self.before = read_info(path)
            check_same(self.before, self.loaded.fingerprints, self.loaded.checked.suite.seed, path)
        elif (path / "run.json").exists():
            raise UserError(f"{path} already holds a run: continue it with --resume, or choose another --out")
        self.folder.write_samples(self.loaded.samples, self.loaded.labels)
        self._write_info("running")

    def _run_cases(self) -> None:
        done = self._done()
        engine = Engine(
            self.loaded.models,
            seed=self.loaded.checked.suite.seed,
            memory=self.memory,
            before_waiting=self.folder.flush,
        )
        self.ledger = engine.ledger
        start = time.perf_counter()
        self.progress.start(self.loaded.count, sum(case.key in done for case in self.loaded.cases()) if done else 0)
        try:
            cases = self.loaded.cases()
            left = (case for case in cases if case.key not in done) if done else cases
            with closing(engine.steps(left)) as steps:
                self._record(steps, Failures(any_done=bool(done)))
            self.folder.flush()
        finally:
            self.progress.stop()
            self.run_seconds += time.perf_counter() - start

    def _record(self, steps: Iterable[Sequence[Outcome]], failures: Failures) -> None:
        for outcomes in steps:
            taken = failures.taken(outcomes)
            self.folder.append(map(record_of, taken))
            self.progress.done(taken)
            failures.require_hope()
        failures.require_any()

    def _done(self) -> set[tuple[str, str, str]]:
        """The cases that need not run again: those with a record that is no error."""
        done = set()
        for title, task in self.loaded.checked.tasks.items():
            for record in all_records(self.folder.folder, title, task.payload):
                if record.status != "error":
                    done.add((title, record.part, record.sample))
        return done

    def _conclude(self) -> Verdicts:
        checked = self.loaded.checked
        self.memory.clear()
        self.precision = agreements(self.loaded.models, self.loaded.samples)
        start = time.perf_counter()
        scored = {spec.title: self._score(spec, checked.tasks[spec.title]) for spec in checked.suite.tasks}
        self.score_seconds = time.perf_counter() - start
        decisions = [
            decide(gate, scored[spec.title], checked.suite.max_errors)
            for spec in checked.suite.tasks
            for gate in checked.gates(spec)
        ]
        verdicts = verdicts_of(decisions, scored, checked.suite.max_errors, self.undecided)
        self.folder.write_json("scores.json", scores_json(scored))
        self.folder.write_json("gates.json", [gate_json(decision) for decision in decisions])
        self._write_info("finished", scored, verdicts.verdict)
        self.folder.write_file("report.html", render("html", Run(self.folder.folder)))
        return verdicts

    def _score(self, spec: TaskSpec, task: Task[Any]) -> Scored:
        """Score a task on every set, and how much is lost from the first set to each of the others."""
        sets = [data.samples[: spec.limit] for data in self.loaded.sets]
        samples = [sample for each in sets for sample in each]
        records = in_order(all_records(self.folder.folder, spec.title, task.payload), task.parts, samples)
        self.folder.finish_records(spec.title, records, task.payload)
        return over_sets(
            [self._score_set(task, records, each) for each in sets], [each.name for each in self.loaded.sets]
        )

    def _score_set(self, task: Task[Any], records: Sequence[Record[Any]], samples: Sequence[Sample[Any]]) -> Scored:
        suite = self.loaded.checked.suite
        truth = {sample.id: sample.truth for sample in samples if sample.truth is not None}
        scoring = Scoring(self.loaded.labels, truth, suite.confidence, suite.seed, self.loaded.output)
        chosen = of_samples(records, {sample.id for sample in samples}) if len(self.loaded.sets) > 1 else records
        return score_task(task, chosen, scoring, samples)

    def _write_info(self, state: str, scored: Mapping[str, Scored] | None = None, verdict: str | None = None) -> None:
        self.folder.write_info(
            {
                **describe(self.loaded),
                "started": self.before.get("started", self.started),
                "finished": datetime.now(UTC).isoformat(timespec="seconds") if state == "finished" else None,
                "state": state,
                "verdict": verdict,
                "undecided": self.undecided,
                **self._spent(),
                "precision": {name: asdict(each) for name, each in self.precision.items()},
                "tasks": {spec.title: self._task_info(spec, scored) for spec in self.loaded.checked.suite.tasks},
            }
        )

    def _spent(self) -> dict[str, Any]:
        """Seconds and the engine's counters, those of the run before it was resumed included."""
        spent = {"load": self.load_seconds, "run": self.run_seconds, "score": self.score_seconds}
        seconds = {name: round(each, 3) for name, each in spent.items()}
        engine = {name: self.ledger.of_model(name) for name in self.loaded.models}
        return {
            "seconds": _added(self.before.get("seconds", {}), seconds),
            "engine": _counted(self.before.get("engine", {}), engine),
            "cached": self.before.get("cached", 0) + self.memory.cached,
        }

    def _task_info(self, spec: TaskSpec, scored: Mapping[str, Scored] | None) -> dict[str, Any]:
        parts = list(self.loaded.checked.tasks[spec.title].parts)
        samples = sum(len(data.samples[: spec.limit]) for data in self.loaded.sets)
        before = self.before.get("tasks", {}).get(spec.title, {}).get("engine", {})
        engine = _counted(before, self.ledger.of_task(spec.title))
        cases = samples * len(parts)
        info = {"use": spec.use, "parts": parts, "samples": samples, "cases": cases, "engine": engine}
        return {**info, **errors_json(scored[spec.title])} if scored else info


def check_same(info: Mapping[str, Any], fingerprints: Mapping[str, str], seed: int, folder: Path) -> None:
    """Raise UserError unless suite, model and data are those the run began with."""
    changed = [what for what, value in fingerprints.items() if info["fingerprints"].get(what) != value]
    if info.get("seed", seed) != seed:
        raise UserError(
            f"{folder} cannot be resumed with seed {seed}: it began with {info['seed']}. "
            f"Give --seed {info['seed']}, or start a new run with another --out"
        )
    if changed:
        raise UserError(
            f"{folder} cannot be resumed: its {' and '.join(changed)} changed since it began. "
            "Run with what it began with, or start a new run with another --out"
        )


def score_task(
    task: Task[Any], records: Sequence[Record[Any]], scoring: Scoring, samples: Sequence[Sample[Any]]
) -> Scored:
    """A task's scores from its records; errored ones are left out, and counted in at best and at worst."""
    good = without_errors(records)
    errors = len(records) - len(good)
    scores = _by_address(task.score(good, scoring))
    if not errors or task.impute is None:
        return Scored(scores, errors=errors, cases=len(records))
    extremes = [
        _by_address(task.score(imputed, scoring)) for imputed in _imputed(task, records, samples, scoring.labels)
    ]
    return Scored(scores, extremes, errors, len(records))


def verdicts_of(
    decisions: Sequence[Decision], scored: Mapping[str, Scored], max_errors: int, undecided: Undecided
) -> Verdicts:
    """The worst gate; an error when a task has more errored cases than the suite allows."""
    over: list[Verdict] = ["error" for each in scored.values() if each.errors > max_errors]
    verdict = verdict_of([*(decision.verdict for decision in decisions), *over])
    counts_as = verdict_of([*(resolve_undecided(decision, undecided) for decision in decisions), *over])
    return Verdicts(decisions, verdict, counts_as)


def decide_again(run: Run, undecided: Undecided) -> Verdicts:
    """The verdicts of a finished run, from its files alone."""
    fields = ("address", "kind", "bound", "value", "low", "high", "n", "verdict", "note")
    decisions = [Decision(**{name: row[name] for name in fields if name in row}) for row in run.gates]
    allowed = run.info["suite"]["max_errors"]
    errors = {name: Scored({}, errors=task.get("errors", 0)) for name, task in run.info["tasks"].items()}
    return verdicts_of(decisions, errors, allowed, undecided)


def render(report: str, run: Run) -> bytes:
    """A report of a run, as bytes; raises UserError for one that is not installed."""
    content = components.load("reports", report)(run)
    return content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)


def describe(loaded: Loaded) -> dict[str, Any]:
    """What a run is a run of, and where."""
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
            {"name": data.name, "samples": len(data.samples), "cut": cut}
            for data, cut in zip(loaded.sets, loaded.cut, strict=True)
        ],
        "limit": getattr(loaded.models[""], "limit", None),
        "versions": versions(),
        "hardware": {
            "platform": platform.platform(),
            "cpus": os.cpu_count(),
            "device": str(getattr(loaded.models[""], "device", "cpu")),
        },
    }


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of the packages that decide results, as far as they are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def scores_json(scored: Mapping[str, Scored]) -> dict[str, dict[str, Any]]:
    """`{address: {value, low, high, n}}`, with a note where a score is undefined."""
    return {
        f"{task}/{local}": _without_empty_note(asdict(score), ("value", "low", "high", "n", "note"))
        for task, each in scored.items()
        for local, score in each.scores.items()
    }


def gate_json(decision: Decision) -> dict[str, Any]:
    """A row of `gates.json`, with a note where the verdict needs one."""
    return _without_empty_note(asdict(decision), tuple(asdict(decision)))


def errors_json(scored: Scored) -> dict[str, Any]:
    """How many cases errored."""
    return {"errors": scored.errors}


def _counted(before: Mapping[str, Any], now: Mapping[str, Counters]) -> dict[str, Any]:
    """Counters by model, those of the run before it was resumed included."""
    plain = {name: {**asdict(each), "remembered": each.remembered} for name, each in now.items()}
    names = dict.fromkeys([*before, *plain])
    return {name: _added(before.get(name, {}), plain.get(name, {})) for name in names}


def _added(before: Mapping[str, float], now: Mapping[str, float]) -> dict[str, float]:
    return {name: before.get(name, 0) + now.get(name, 0) for name in now or before}


def _without_empty_note(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name != "note" or row[name]}


def _by_address(scores: Sequence[Score]) -> dict[str, Score]:
    found = {score.local: score for score in scores}
    if len(found) < len(scores):
        twice = [name for name, count in Counter(score.local for score in scores).items() if count > 1]
        raise RunError(f"a task gave the score {twice[0]!r} twice: expected distinct addresses")
    return found


def _imputed(
    task: Task[Any], records: Sequence[Record[Any]], samples: Sequence[Sample[Any]], labels: Sequence[str]
) -> Iterator[list[Record[Any]]]:
    """The records with every errored one in place of each of its extremes, all at best, then all at worst."""
    assert task.impute is not None
    of_id = {sample.id: sample for sample in samples}
    filled: list[Iterable[Record[Any]]] = [
        [
            replace(record, status="ok", error=None, payload=payload)
            for payload in task.impute(of_id[record.sample], labels)
        ]
        if record.status == "error"
        else repeat(record)
        for record in records
    ]
    return map(list, zip(*filled, strict=False))
