"""Estimates the questions, time and memory of a run from a few of its samples: `harness plan`.

A few samples go through every part of every task, as in a run, in waves until a task has had its time. Questions are
scaled from them case by case; seconds by the tokens (rows, of a model without tokens) in full batches. When the time of
all is over, cases are left in their midst: what those of a task's first wave had asked by then is a lower bound.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field, replace
from itertools import groupby, pairwise
from random import Random
from typing import Any, TypeVar

from harness.clusters.sets import Wanted
from harness.data.samples import joined
from harness.engine.cases import Case
from harness.engine.counters import Counters, Ledger, added
from harness.engine.memory import DEFAULT_MEMORY_BYTES, Memory
from harness.engine.patience import GRACE_SECONDS, Patience
from harness.errors import RunError
from harness.forecasts.untouched import untouched
from harness.paid.account import Account, accounts_of
from harness.records.record import record_of, to_line
from harness.runs.load import Loaded
from harness.runs.local import outcomes
from harness.suite.file import TaskSpec
from harness.types import Sample, Session, SessionFunction
from harness.variants.forms import titled

T = TypeVar("T")
SAMPLES_AFTER_WAVE = (1, 2, 4, 8, 16, 32)
"""Samples of every part that have been tried after each wave; the first one warms up, its seconds do not count."""

SECONDS_PER_TASK = 3.0
"""Seconds after which a task gets no further wave."""

SECONDS = 30.0
"""Seconds after which nothing more is tried, however little is known."""

PADDING_FACTOR = 1.04
"""The padding of full batches of many rows, as a factor on their tokens."""

GOLDEN_RATIO = (5**0.5 - 1) / 2
"""Multiples of it, modulo 1, lie evenly (Weyl 1916)."""

MEMORY_PER_JSON_BYTE = 5
"""Bytes of memory per byte of a record's line of JSON, when the scores are computed."""


@dataclass(frozen=True)
class TaskForecast:
    """The questions, seconds and bytes of memory of a task; of the `tried` cases `failed` raised an error.

    With `at_least` there was too little time to try some cases to their end: the numbers are lower bounds.
    """

    task: str
    cases: int
    tried: int
    failed: int
    questions: int
    unique: int
    tokens: int
    seconds: float
    memory: int
    at_least: bool = False


@dataclass(frozen=True)
class Forecast:
    """The questions, seconds and bytes of memory of a whole run, and what models that answer elsewhere will take."""

    tasks: Sequence[TaskForecast]
    loading: float
    memory: int
    accounts: Mapping[str, Account] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Seconds of all tasks, without loading."""
        return sum(task.seconds for task in self.tasks)

    @property
    def at_least(self) -> bool:
        """Whether its numbers are lower bounds, those of a task being."""
        return any(task.at_least for task in self.tasks)


def forecast(loaded: Loaded, loading: float, limit: float = SECONDS, say: Callable[[str], object] = str) -> Forecast:
    """Try a loaded suite on few samples for `limit` seconds at most; `loading` is how many seconds that took.

    `say` hears which parts will leave texts as they are, and what is being tried.
    """
    for line in untouched(loaded.checked):
        say(line)
    memory, end = Memory(), time.monotonic() + limit
    tasks = [_of_slice(_Trial(loaded, memory, end, end, say), each) for each in loaded.clusters]
    for at, spec in enumerate(loaded.checked.suite.tasks):
        share = (end - time.monotonic()) / (len(loaded.checked.suite.tasks) - at)
        tasks.append(_of_task(loaded, spec, _Trial(loaded, memory, end, time.monotonic() + share, say)))
    asked = sum(task.unique for task in tasks)
    answers = min(DEFAULT_MEMORY_BYTES, asked * memory.bytes // max(1, len(memory)))
    accounts = {name: each.times(asked / max(1, len(memory))) for name, each in accounts_of(loaded.models).items()}
    return Forecast(tasks, loading, resident() + answers + sum(task.memory for task in tasks), accounts)


def of_all(variants: Mapping[str, Forecast]) -> Forecast:
    """The forecast of all variants in one process: the sum of their times, and all of their models in memory."""
    tasks = [replace(task, task=titled(name, task.task)) for name, each in variants.items() for task in each.tasks]
    last = list(variants.values())[-1]  # its memory is that of the process once all are loaded
    others = sum(task.memory for each in variants.values() for task in each.tasks) - sum(t.memory for t in last.tasks)
    accounts = {titled(name, model): each for name, some in variants.items() for model, each in some.accounts.items()}
    return Forecast(tasks, last.loading, last.memory + others, accounts)


@dataclass(frozen=True)
class _Wave:
    """Some cases that were tried together: what models were asked, by model, and answered, and the cases that ended."""

    counters: Mapping[str, Counters]
    seconds: float
    begun: int
    tried: int
    failed: int
    bytes: int
    answered: int
    whole: bool

    @property
    def every(self) -> Mapping[str, Counters]:
        """The counters as if all that was asked had been answered."""
        asked = added(self.counters.values()).unique
        factor = 1.0 if self.whole or not self.answered else max(1.0, asked / self.answered)
        return {name: replace(each, tokens=round(factor * each.tokens)) for name, each in self.counters.items()}


def _asked_by_case(waves: Sequence[_Wave]) -> float:
    asked = sum(each.asked for wave in waves for each in wave.counters.values())
    return asked / max(1, sum(wave.begun for wave in waves))


def _of_model(counters: Sequence[Mapping[str, Counters]], model: str) -> Counters:
    return added(some[model] for some in counters if model in some)


class _OverError(Exception):
    """The time of a task is over."""


@dataclass
class _Trial:
    """Tries cases of one task until its share of the time is over, or that of all, with the memory of those before."""

    loaded: Loaded
    memory: Memory
    end: float
    until: float
    say: Callable[[str], object]

    @property
    def is_over(self) -> bool:
        """Whether there is no time for another wave."""
        return time.monotonic() >= self.until

    def wave(self, task: str, cases: Sequence[Case]) -> _Wave:
        """Try cases of a task until they ended, or the time."""
        ledger, before, start = Ledger(), len(self.memory), time.perf_counter()
        tried = failed = size = 0
        patience, whole = Patience(run=self.end - time.monotonic() - GRACE_SECONDS), False
        with suppress(_OverError, RunError):  # the time of the task, or of all, while a batch is computed
            for outcome in outcomes(
                self.loaded.models, cases, seed=self.loaded.checked.suite.seed, memory=self.memory, ledger=ledger,
                before_waiting=self._require_time, patience=patience,
            ):  # fmt: skip
                tried, failed = tried + 1, failed + (outcome.error is not None)
                size += len(to_line(record_of(outcome)))
            whole = True
        took = time.perf_counter() - start
        return _Wave(ledger.of_task(task), took, len(cases), tried, failed, size, len(self.memory) - before, whole)

    def _require_time(self) -> None:
        if self.is_over:
            raise _OverError


def _of_task(loaded: Loaded, spec: TaskSpec, trial: _Trial) -> TaskForecast:
    """The sum over its parts, those with as many samples as each other together: they are tried alike."""
    samples = {part: joined(list(loaded.chosen(spec, part))) for part in loaded.sessions[spec.title]}
    alike = groupby(sorted(samples, key=lambda part: len(samples[part])), lambda part: len(samples[part]))
    probes = [
        _Probe(trial, spec.title, loaded.sessions[spec.title], {part: samples[part] for part in parts})
        for _, parts in alike
    ]
    found = [probe.forecast() for probe in probes]
    sums = [sum(column) for column in zip(*(astuple(each)[1:-1] for each in found), strict=True)]
    values: list[Any] = [*sums, any(each.at_least for each in found)]
    return TaskForecast(spec.title, *values)


def _of_slice(trial: _Trial, clusters: Wanted) -> TaskForecast:
    """What is asked before the tasks, of which no record is kept."""

    def asked(sample: Sample[Any], rng: Random) -> Session[None]:
        yield from clusters.session(sample, rng)

    samples = {"": trial.loaded.sets[clusters.at].samples}
    return _Probe(trial, f"slice {clusters.name}", {"": asked}, samples).forecast()


class _Probe:
    """Parts of one task on few samples."""

    def __init__(
        self,
        trial: _Trial,
        task: str,
        sessions: Mapping[str, SessionFunction[Any]],
        samples: Mapping[str, Sequence[Sample[Any]]],
    ) -> None:
        self._trial = trial
        self._task = task
        self._parts = {part: sessions[part] for part in samples}
        self._samples = {part: spread(each) for part, each in samples.items()}
        self._longest = max(map(len, self._samples.values()), default=0)

    def forecast(self) -> TaskForecast:
        """Try waves until the time is over, and scale their counts."""
        waves = self._waves()
        every = [wave.every for wave in waves]
        counted = added(each for some in every for each in some.values())
        cases = sum(map(len, self._samples.values()))
        share = cases / max(1, sum(wave.begun for wave in waves))
        return TaskForecast(
            self._task,
            cases=cases,
            tried=sum(wave.tried for wave in waves),
            failed=sum(wave.failed for wave in waves),
            questions=max(cases, round(counted.asked * share)) if waves else cases,
            unique=round(counted.unique * share),
            tokens=round(counted.tokens * share),
            seconds=self._seconds(waves[1:] or waves, every, share),
            memory=round(MEMORY_PER_JSON_BYTE * sum(wave.bytes for wave in waves) * share),
            at_least=bool(cases) and not (waves and waves[-1].whole),
        )

    def _waves(self) -> list[_Wave]:
        """The waves there was time for; one not tried to its end only where it has asked more than the others."""
        found: list[_Wave] = []
        for first, last in pairwise((0, *SAMPLES_AFTER_WAVE)):
            over = self._trial.is_over or sum(wave.seconds for wave in found) > SECONDS_PER_TASK
            if over or first >= self._longest:
                break
            self._trial.say(
                f"trying {self._task} on {min(last, self._longest)} of {self._longest} samples of each part"
            )
            wave = self._trial.wave(self._task, list(self._cases(first, last)))
            if wave.whole or _asked_by_case([*found, wave]) > _asked_by_case(found):
                found.append(wave)
            if not wave.whole:
                break
        return found

    def _cases(self, first: int, last: int) -> Iterator[Case]:
        for part, session in self._parts.items():
            for sample in self._samples[part][first:last]:
                yield Case(self._task, part, sample, session)

    def _seconds(self, timed: Sequence[_Wave], every: Sequence[Mapping[str, Counters]], share: float) -> float:
        """Seconds in the models, scaled by what full batches cost, and what each question takes besides."""
        models, spent = {model for some in every for model in some}, [wave.counters for wave in timed]
        counted = {model: (_of_model(spent, model), _of_model(every, model)) for model in models}
        wall = sum(wave.seconds for wave in timed) - sum(each.seconds for each, _ in counted.values())
        besides = max(0.0, wall) / max(1, sum(each.asked for each, _ in counted.values()))
        in_models = sum(self._in_model(model, *each) for model, each in counted.items())
        return share * (in_models + besides * sum(each.asked for _, each in counted.values()))

    def _in_model(self, model: str, timed: Counters, every: Counters) -> float:
        """Seconds of all that one model was asked, in full batches."""
        overhead, budget = self._batches(model)
        work = timed.tokens + timed.padding + overhead * timed.batches
        tokens = PADDING_FACTOR * every.tokens
        return timed.seconds / work * tokens * (1 + overhead / budget) if work else 0.0

    def _batches(self, model: str) -> tuple[int, int]:
        """The overhead of a call and the tokens of a full batch; unknown for a callable."""
        flow = self._trial.loaded.models[model].flow
        return (flow.overhead, flow.budget) if flow else (0, 1)


def spread(items: Sequence[T]) -> list[T]:
    """The items in an order whose every beginning is spread over all of them: several sets may differ in length."""
    order = sorted(range(len(items)), key=lambda at: at * GOLDEN_RATIO % 1.0)
    return [items[at] for at in order]


def resident() -> int:
    """The peak memory of this process, in bytes."""
    try:
        import resource
    except ImportError:  # Windows has no such thing
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most
