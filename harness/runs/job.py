"""One run from the first case to the verdict: records as cases finish, then scores, gates and reports."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from harness.clusters.sets import with_clusters
from harness.data.samples import joined, truths_of
from harness.demands.gate import Gate
from harness.early.stopping import Stopping, stopping
from harness.engine.counters import Ledger
from harness.engine.memory import Memory
from harness.engine.patience import Patience
from harness.engine.steadiness import CHEAP_TOLERANCE, TOLERANCE, unsteadiness
from harness.errors import RunError, UserError
from harness.files import relative_to
from harness.kinds.outputs import output_kind
from harness.paid.account import accounts_of, require_one, resumed
from harness.progress.remaining import Ended, Remaining
from harness.records.checksums import of_files, require_fit
from harness.records.folder import RunFolder
from harness.records.info import Agreement, RunInfo, Seconds, State, TaskInfo, info_json
from harness.records.reading import all_records, read_info
from harness.records.record import Record
from harness.records.resuming import check_same, check_versions
from harness.records.run import Run
from harness.records.samples import SAMPLES_FILE
from harness.runs.abort import Failures
from harness.runs.info import by_address, counted_up, describe, gate_json, scores_json
from harness.runs.judging import findings_of
from harness.runs.local import Work, outcomes
from harness.runs.planned import remaining, with_pilots
from harness.runs.precision import agreements
from harness.runs.render import render
from harness.scores.gates import TaskScores
from harness.suite.file import TaskSpec
from harness.suite.versions import versions
from harness.tasks.task import ScoringContext, Task
from harness.types import Sample, Undecided, Verdict
from harness.verdicts.deciding import at_confidence, by_chance, decisions_of
from harness.verdicts.notices import notices
from harness.verdicts.scoring import Verdicts, for_gates, score_sets, verdicts_of, with_truths

if TYPE_CHECKING:
    from harness.baselines.against import Against
    from harness.runs.load import Loaded


SECONDS_BETWEEN_COUNTS = 1.0
"""Seconds after which what was spent elsewhere is written again."""


class Progress(Protocol):
    """Shows the progress of a run."""

    def start(self, cases: int, finished: int, remaining: Remaining | None = None) -> None: ...
    def done(self, records: Sequence[Ended], prefix: str = "") -> None: ...
    def stop(self) -> None: ...
    def scoring(self, task: str, /) -> AbstractContextManager[object]: ...


@dataclass
class Job:
    """One run in a folder of its own."""

    loaded: Loaded
    folder: RunFolder
    progress: Progress
    undecided: Undecided = "fail"
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    seconds: Seconds = field(default_factory=Seconds)
    memory: Memory = field(default_factory=Memory)
    ledger: Ledger = field(default_factory=Ledger)
    patience: Patience = field(default_factory=Patience)
    precision: Mapping[str, Agreement] = field(default_factory=dict)
    unsteady: str = ""
    why: str = ""
    before: RunInfo | None = None
    against: Against | None = None
    early: Stopping = field(default_factory=lambda: Stopping({}))
    counted: float = 0.0

    def run(self, *, resume: bool = False) -> Verdicts:
        """Run what has no record yet, then score, gate and report.

        Raises RunError when the run cannot go on; KeyboardInterrupt passes through. What finished is kept.
        """
        self.look_back(resume=resume)
        self.begin()
        with self.until_done():
            self._run_cases()
        return self.conclude()

    @contextmanager
    def until_done(self) -> Iterator[None]:
        """While cases run: what ends them early is written into the run."""
        state: State = "interrupted"
        try:
            yield
            state = "finished"
        except RunError as error:
            state, self.why = "stopped", str(error)
            raise
        finally:
            if state != "finished":
                self._write_info(state)

    def look_back(self, *, resume: bool) -> None:
        """Read what is there of the run; raises UserError where it cannot be resumed, or is there already."""
        path = self.folder.folder
        if resume:
            self.before = read_info(path)
            resumed(self.loaded.models, self.before.accounts)
            for name in self.before.files:
                if name.startswith("records/"):  # all others are written anew
                    require_fit(path, self.before, name)
            suite = self.loaded.checked.suite
            check_same(self.before, self.loaded.fingerprints, (suite.seed, suite.sample_seed), path)
            check_versions(self.before, versions(), path)
            self._say_what_is_unknown()
        elif (path / "run.json").exists():
            raise UserError(f"{path} already contains a run: continue it with --resume, or choose another --out")

    def begin(self) -> None:
        """Write what is known before the first case."""
        self.loaded = loaded = self._clustered(self.loaded)
        path = self.folder.folder
        slices = list(dict.fromkeys(name for data in loaded.sets for name in data.slices))
        self.folder.write_samples(loaded.samples, loaded.labels, output_kind(loaded.output), loaded.kind, slices)
        self._write_info("running")
        if self.against:
            self.against.require(Run(path))
            self.against.keep(path)
        tasks, gates = loaded.checked.tasks, self._gates()
        planned = {spec.title: self._planned(spec) for spec in loaded.checked.suite.tasks}
        self.early = stopping(loaded.checked.suite, tasks, gates, planned, self._context(), Run(path), self.against)

    def _clustered(self, loaded: Loaded) -> Loaded:
        ask = partial(outcomes, loaded.own, memory=self.memory, ledger=self.ledger, patience=self.patience)
        return replace(loaded, sets=with_clusters(loaded.sets, loaded.clusters, ask))

    def _say_what_is_unknown(self) -> None:
        """Warn where a model may be another than the run began with, and nobody can tell."""
        if unknown := [name for name, model in self.loaded.models.items() if model.fingerprint is None]:
            names = " and ".join(f"model {name!r}" if name else "the model" for name in unknown)
            why = "no fingerprint, so its code was compared, but not the files that it reads"
            warnings.warn(f"resumed: {names} has {why}: give it the attribute `fingerprint`", stacklevel=2)

    def _run_cases(self) -> None:
        done = self.done()
        work = Work(self.loaded, done, self.memory, self.ledger, self._pause, self.patience)
        failures = Failures(any_done=bool(done))
        start = time.perf_counter()
        finished = sum(case.key in done for case in self.loaded.cases()) if done else 0
        left = remaining(self.loaded, done, self.ledger)
        self.progress.start(self.loaded.count, finished, left)
        try:
            for spans in with_pilots(self.early.waves(list(self.loaded.checked.tasks)), left):
                with closing(self.loaded.executor(replace(work, spans=spans))) as batches:
                    self._record(batches, failures)
                self.folder.flush()
            failures.require_any()
            require_one(self.loaded.models)
        finally:
            self.progress.stop()
            self.seconds += Seconds(run=time.perf_counter() - start)

    def _pause(self) -> None:
        self.folder.flush()
        self._keep_count()
        self.progress.done(())
        self.patience.require_time()
        require_one(self.loaded.models)

    def _keep_count(self) -> None:
        """Write now and then what was spent elsewhere: a process that is killed takes the last seconds' with it."""
        if accounts_of(self.loaded.models) and time.monotonic() - self.counted >= SECONDS_BETWEEN_COUNTS:
            self.counted = time.monotonic()
            self._write_info("running")

    def _record(self, batches: Iterable[Sequence[Record[Any]]], failures: Failures) -> None:
        for records in batches:
            taken = failures.taken(records)
            self.folder.append(taken)
            self.progress.done(taken)
            failures.require_hope()
            self.patience.require_time()

    def done(self) -> set[tuple[str, str, str]]:
        """The cases that need not run again: those with a record that is no error."""
        done = set[tuple[str, str, str]]()
        for title, task in self.loaded.checked.tasks.items():
            good = all_records(self.folder.folder, title, task.payload).without_errors()
            columns = (good.column(name).to_pylist() for name in ("part", "sample"))
            done.update((title, part, sample) for part, sample in zip(*columns, strict=True))
        return done

    def conclude(self) -> Verdicts:
        """Score what finished, decide the gates and write the report."""
        checked = self.loaded.checked
        self.memory.clear()
        self.precision = agreements(self.loaded.models, self.loaded.samples)
        self.unsteady = self._unsteadiness()
        start = time.perf_counter()
        scored = {spec.title: for_gates(self._score(spec), checked.gates(spec)) for spec in checked.suite.tasks}
        self.seconds += Seconds(score=time.perf_counter() - start)
        self.folder.write_json("scores.json", scores_json(by_address(scored)))  # which changes are computed from
        scored = {title: self._changed(title, each, self._context()) for title, each in scored.items()}
        if self.early.tasks:
            self.folder.write_json("scores.json", scores_json(by_address(scored)))
        decisions = decisions_of(checked.suite, self._gates(), scored, self._score_again, self.early.tasks)
        verdicts = verdicts_of(decisions, scored, checked.suite.max_errors, self.undecided)
        self.folder.write_json("gates.json", [gate_json(decision) for decision in decisions])
        self._write_info("finished", scored, verdicts.verdict)
        self.folder.write_file("report.html", render("html", Run(self.folder.folder)))
        return verdicts

    def _unsteadiness(self) -> str:
        """What is noticed of a model that was asked in this run; a resumed run and a cache ask for what is missing."""
        if self.before or not self.ledger.of_model("").batches:
            return self.before.unsteady if self.before else ""
        tolerance = CHEAP_TOLERANCE if "" in self.precision else TOLERANCE
        return unsteadiness(self.loaded.models[""], self.loaded.samples, tolerance)

    def _score(self, spec: TaskSpec) -> TaskScores:
        with self.progress.scoring(spec.title):
            return self._scored(spec, self.loaded.checked.tasks[spec.title])

    def _scored(self, spec: TaskSpec, task: Task[Any]) -> TaskScores:
        sets = self._sets(spec)
        samples, context = joined(list(sets.values())), self._context()
        truths = truths_of(samples)
        records = all_records(self.folder.folder, spec.title, task.payload).in_order(task.parts, list(truths))
        found = findings_of(task, records, with_truths(context, truths), samples)
        self.folder.finish_records(spec.title, records, found)
        return score_sets(task, records, sets, context)

    def _score_again(self, title: str, level: float) -> TaskScores:
        """The scores of a task, whose records are finished, at another confidence."""
        spec = next(each for each in self.loaded.checked.suite.tasks if each.title == title)
        task, sets = self.loaded.checked.tasks[title], self._sets(spec)
        ids = list(truths_of(joined(list(sets.values()))))
        records = all_records(self.folder.folder, title, task.payload).in_order(task.parts, ids)
        context = at_confidence(self._context(), level)
        return self._changed(title, score_sets(task, records, sets, context), context)

    def _changed(self, title: str, scored: TaskScores, context: ScoringContext) -> TaskScores:
        """The scores of a task, whose records are finished, with how far they changed from the baseline."""
        run, task = Run(self.folder.folder), self.loaded.checked.tasks[title]
        scored = self.against.changed(run, title, task, scored, context) if self.against else scored
        return self.early.bounded(title, scored)

    def _gates(self) -> dict[str, list[Gate]]:
        return {spec.title: self.loaded.checked.gates(spec) for spec in self.loaded.checked.suite.tasks}

    def _planned(self, spec: TaskSpec) -> Sequence[Sample[Any]]:
        return joined(list(self._sets(spec, planned=True).values()))

    def _sets(self, spec: TaskSpec, *, planned: bool = False) -> dict[str, Sequence[Sample[Any]]]:
        end = None if planned else self.early.ended(spec.title)
        sets = spec.of({data.name: data.samples for data in self.loaded.sets})
        return {name: samples[: spec.limit][:end] for name, samples in sets.items()}

    def _context(self) -> ScoringContext:
        suite, loaded = self.loaded.checked.suite, self.loaded
        return ScoringContext(
            loaded.labels, {}, suite.confidence, suite.seed, loaded.output, loaded.kind, suite.resamples
        )

    def _write_info(
        self, state: State, scored: Mapping[str, TaskScores] | None = None, verdict: Verdict | None = None
    ) -> None:
        tasks = {spec.title: self._task_info(spec, scored or {}) for spec in self.loaded.checked.suite.tasks}
        info = replace(
            self._with_spent(describe(self.loaded, state, tasks)),
            started=self.before.started if self.before else self.started,
            finished=datetime.now(UTC).isoformat(timespec="seconds") if state == "finished" else None,
            verdict=verdict,
            undecided=self.undecided,
            precision=self.precision,
            notices=self._notices(scored, verdict) if scored else (),
            files=self._hashes() if state == "finished" else {},
            unsteady=self.unsteady,
            why=self.why,
            folder=relative_to(self.folder.folder, self.loaded.checked.file.folder),
        )
        self.folder.write_info(info_json(info))

    def _notices(self, scored: Mapping[str, TaskScores], verdict: Verdict | None) -> list[str]:
        checked = self.loaded.checked
        chance = by_chance(checked.suite, checked.every_gate, verdict)
        return [*self.early.notices(), *notices(checked.suite, checked.tasks, scored), *chance]

    def _hashes(self) -> dict[str, str]:
        """Hashes of the files that a verdict hangs on."""
        records = [f"records/{spec.title}.parquet" for spec in self.loaded.checked.suite.tasks]
        baseline = ["baseline"] if self.against else []
        return of_files(self.folder.folder, [SAMPLES_FILE, *records, "scores.json", "gates.json", *baseline])

    def _with_spent(self, info: RunInfo) -> RunInfo:
        """With seconds and the engine's counters, those of the run before it was resumed included."""
        before = self.before or info
        engine = {name: self.ledger.of_model(name) for name in self.loaded.models}
        return replace(
            info,
            seconds=(before.seconds + self.seconds).rounded(),
            engine=counted_up(before.engine, engine),
            accounts=accounts_of(self.loaded.models),
            cached=before.cached + self.memory.cached,
        )

    def _task_info(self, spec: TaskSpec, scored: Mapping[str, TaskScores]) -> TaskInfo:
        task, before = self.loaded.checked.tasks[spec.title], self.before.tasks.get(spec.title) if self.before else None
        ended = self.early.ended(spec.title)
        return TaskInfo(
            use=spec.use,
            lower_is_better=dict(task.lower_is_better),
            payload=f"{task.payload.__module__}:{task.payload.__qualname__}",
            parts=list(task.parts),
            samples=ended or len(self._planned(spec)),
            cases=ended * len(task.parts) if ended else self.loaded.count_of(spec),
            planned=len(self._planned(spec)) if ended else None,
            errors=scored[spec.title].errors if spec.title in scored else 0,
            engine=counted_up(before.engine if before else {}, self.ledger.of_task(spec.title)),
        )
