"""All variants in one engine run: each case's record goes to the run of its variant, and then each is decided."""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.baselines.against import Against, require_directions, wanted
from harness.baselines.run_side import RunSide
from harness.engine.counters import Ledger
from harness.engine.memory import Key, Memory
from harness.engine.patience import Patience
from harness.errors import HarnessError, RunError, UserError, listed
from harness.files import replace_file
from harness.paid.disk import Cache, CachedMemory, answer_memory
from harness.progress.shown import Silent
from harness.records.folder import RunFolder
from harness.records.info import Seconds
from harness.records.record import Record
from harness.records.run import Run
from harness.runs.abort import Failures
from harness.runs.job import Job, Progress
from harness.runs.load import Checked, Loaded, load
from harness.runs.local import Work
from harness.runs.planned import remaining
from harness.suite import components
from harness.types import Undecided
from harness.variants.forms import titled
from harness.variants.index import Index, read_index, write_index
from harness.variants.joint import Joint, joined, require_alike
from harness.verdicts.scoring import Verdicts

if TYPE_CHECKING:
    from harness.comparisons.comparison import Comparison

Compare: TypeAlias = "Callable[..., Comparison]"
"""`harness.compare`, which has finished runs compared."""


@dataclass(frozen=True)
class Manner:
    """How suites are run: see `harness.run`."""

    resume: bool = False
    undecided: Undecided = "fail"
    progress: Progress = field(default_factory=Silent)
    cache: Path | None = None


def run_together(
    variants: Mapping[str, Checked],
    path: Path,
    against: Against | None,
    compare: Compare,
    patience: Patience,
    freeze: Callable[[], None],
    how: Manner,
) -> dict[str, Verdicts]:
    """Run the variants of a suite into a folder and decide the gates of each.

    `against` is what the reference is compared with; the others are compared with it. Raises UserError, before
    anything runs, for a variant that does not load, and where labels or outputs differ. Who calls it does so within
    `harness.runs.execute.surroundings`, which gives `freeze`.
    """
    with ExitStack() as stack:
        loaded, seconds = load_all(variants)
        joint = joined(loaded)
        freeze()
        folders = {name: stack.enter_context(RunFolder(path / name)) for name in variants}
        memory = stack.enter_context(answer_memory(joint.models, how.cache, path, _Counted))
        jobs = {
            name: Job(each, folders[name], Silent(), how.undecided, seconds=seconds[name], patience=patience)
            for name, each in loaded.items()
        }
        next(iter(jobs.values())).against = against
        return _Together(path, jobs, joint, how.progress, memory, patience, compare).run(resume=how.resume)


def require_gates(variants: Mapping[str, Checked]) -> None:
    """Raise UserError for a gate on a change the way that is better, before anything runs."""
    for checked in variants.values():
        require_directions(checked.file, _wanted(checked), checked.tasks)


def _wanted(checked: Checked) -> dict[str, list[str]]:
    return wanted({spec.title: checked.gates(spec) for spec in checked.suite.tasks})


def against_run(reference: Run, checked: Checked) -> Against:
    """The run of the reference as the baseline of another variant."""
    gates = {spec.title: checked.gates(spec) for spec in checked.suite.tasks}
    return Against(RunSide(reference), gates, {title: checked.tasks[title].payload for title in wanted(gates)})


def load_all(variants: Mapping[str, Checked]) -> tuple[dict[str, Loaded], dict[str, Seconds]]:
    """Every variant with its model, all with the data and the other models of the first; and how long each took."""
    found: dict[str, Loaded] = {}
    seconds = {}
    for name, checked in variants.items():
        start = time.perf_counter()
        try:
            found[name] = load(checked, next(iter(found.values()), None))
        except UserError as error:
            raise UserError(f"variant {name!r}: {error}") from error
        seconds[name] = Seconds(load=time.perf_counter() - start)
        reference = next(iter(found))
        require_alike(name, found[name].models[""], reference, found[reference].models[""])
    return found, seconds


class _Counted(CachedMemory):
    """A memory over a cache that counts what was found there by model."""

    def __init__(self, cache: Cache, fingerprints: Mapping[str, str]) -> None:
        super().__init__(cache, fingerprints)
        self.by_model: Counter[str] = Counter()

    def _kept(self, key: Key) -> tuple[bool, object]:
        found = super()._kept(key)
        self.by_model[key[0]] += found[0]
        return found


@dataclass
class _Together:
    """The runs of all variants, their cases computed by one executor."""

    path: Path
    jobs: Mapping[str, Job]
    joint: Joint
    progress: Progress
    memory: Memory
    patience: Patience
    compare: Compare
    ledger: Ledger = field(default_factory=Ledger)

    def run(self, *, resume: bool) -> dict[str, Verdicts]:
        """Run what has no record yet; then score, gate and report each variant, the reference first."""
        if resume:
            self._require_same()
        for job in self.jobs.values():
            job.look_back(resume=resume and (job.folder.folder / "run.json").exists())
        write_index(self.path, self._index())
        for job in self.jobs.values():
            job.begin()
        with ExitStack() as stack:
            for job in self.jobs.values():
                stack.enter_context(job.until_done())
            self._run_cases()
        return self._conclude()

    def _index(self) -> Index:
        suites = {name: job.loaded.checked.suite for name, job in self.jobs.items()}
        models = {name: suite.model.model_dump(mode="json") if suite.model else {} for name, suite in suites.items()}
        return Index(next(iter(self.jobs.values())).loaded.checked.file.name, models)

    def _require_same(self) -> None:
        """Raise UserError where the run that is to be resumed is of other variants."""
        began, now = list(read_index(self.path).variants), list(self.jobs)
        if began != now:
            raise UserError(
                f"{self.path} cannot be resumed: it began with the variants {listed(began)}, now {listed(now)}: "
                "run with those, or start a new run with another --out"
            )

    def _run_cases(self) -> None:
        done = {name: job.done() for name, job in self.jobs.items()}
        keys = {(titled(name, task), part, sample) for name, some in done.items() for task, part, sample in some}
        work = Work(self.joint, keys, self.memory, self.ledger, self._pause, self.patience)
        failures = {name: Failures(any_done=bool(some)) for name, some in done.items()}
        start = time.perf_counter()
        finished = sum(case.key in keys for case in self.joint.cases()) if keys else 0
        self.progress.start(self.joint.count, finished, remaining(self.joint, keys, self.ledger))
        try:
            with closing(self.joint.executor(work)) as batches:
                self._record(batches, failures)
        finally:
            self.progress.stop()
            self._count(time.perf_counter() - start)

    def _record(self, batches: Iterable[Sequence[Record[Any]]], failures: Mapping[str, Failures]) -> None:
        for records in batches:
            for name, some in _by_variant(records).items():
                taken = failures[name].taken(some)
                self.jobs[name].folder.append(taken)
                self.progress.done(taken, titled(name, ""))
                with _named(name):
                    failures[name].require_hope()
            self.patience.require_time()
        self._flush()
        for name, each in failures.items():
            with _named(name):
                each.require_any()

    def _pause(self) -> None:
        self._flush()
        self.progress.done(())
        self.patience.require_time()

    def _flush(self) -> None:
        for job in self.jobs.values():
            job.folder.flush()

    def _count(self, seconds: float) -> None:
        """Give each run its counters; its cases ran among the others', so it took as long as they all did."""
        by_model = self.memory.by_model if isinstance(self.memory, _Counted) else Counter[str]()
        reference = next(iter(self.jobs))
        for name, job in self.jobs.items():
            job.ledger = self.joint.ledger_of(name, self.ledger)
            job.seconds += Seconds(run=seconds)
            own = {each for model, each in self.joint.names[name].items() if name == reference or each != model}
            job.memory.cached = sum(by_model[each] for each in own)

    def _conclude(self) -> dict[str, Verdicts]:
        """The verdict of each variant; the reference is the baseline of the others."""
        self.memory.clear()
        reference, *others = self.jobs
        found = {reference: self.jobs[reference].conclude()}
        for name in others:
            job = self.jobs[name]
            job.against = against_run(Run(self.path / reference), job.loaded.checked)
            job.against.keep(job.folder.folder)
            found[name] = job.conclude()
        self._write_page()
        return found

    def _write_page(self) -> None:
        """Write the page of all; its verdicts stand where there is none."""
        try:
            text = page_of(self.path, self.compare).encode("utf-8", "replace")
            replace_file(self.path / "report.html", lambda aside: aside.write_bytes(text))
        except (HarnessError, OSError) as error:
            warnings.warn(f"the page of all variants was not written: {error}", stacklevel=2)


def page_of(path: Path, compare: Compare) -> str:
    """The page of finished variants, each compared with the first, with links to their reports."""
    names = list(read_index(path).variants)
    page: str = components.load("reports", "html")(compare(*(path / name for name in names)))
    links = ", ".join(f'<a href="{name}/report.html">{name}</a>' for name in names)
    before, mark, after = page.rpartition("</main>")
    return f"{before}<p>The report of each: {links}</p>\n{mark}{after}"


def _by_variant(records: Sequence[Record[Any]]) -> dict[str, list[Record[Any]]]:
    """The records of each variant, under its own names of tasks."""
    found: dict[str, list[Record[Any]]] = {}
    for record in records:
        name, _, title = record.task.partition(":")
        found.setdefault(name, []).append(replace(record, task=title))
    return found


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Name the variant in what stops a run."""
    try:
        yield
    except RunError as error:
        raise RunError(f"variant {name!r}: {error}") from error
