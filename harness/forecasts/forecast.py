"""Estimates the questions, time and memory of a run from a few of its samples: `harness plan`.

A few samples go through every part of every task, as in a run, in waves until a task has had its time. Questions are
scaled from them case by case; seconds by the tokens (rows, of a model without tokens) in full batches.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import groupby, pairwise
from typing import Any, TypeAlias, TypeVar

from harness.data.samples import joined
from harness.engine.cases import Case
from harness.engine.counters import Counters, Ledger, added
from harness.engine.memory import DEFAULT_MEMORY_BYTES, Memory
from harness.records.record import record_of, to_line
from harness.runs.load import Loaded
from harness.runs.local import outcomes
from harness.suite.file import TaskSpec
from harness.types import Sample
from harness.variants.forms import titled

T = TypeVar("T")
Spent: TypeAlias = Sequence[tuple[Mapping[str, Counters], float]]
"""The counters of each model in each wave, and its seconds."""

SAMPLES_AFTER_WAVE = (1, 2, 4, 8, 16, 32)
"""Samples of every part that have been tried after each wave; the first one warms up, its seconds do not count."""

SECONDS_PER_TASK = 3.0
"""Seconds after which a task gets no further wave."""

PADDING_FACTOR = 1.04
"""The padding of full batches of many rows, as a factor on their tokens."""

GOLDEN_RATIO = (5**0.5 - 1) / 2
"""Multiples of it, modulo 1, lie evenly (Weyl 1916)."""

MEMORY_PER_JSON_BYTE = 5
"""Bytes of memory per byte of a record's line of JSON, when the scores are computed."""


@dataclass(frozen=True)
class TaskForecast:
    """The questions, seconds and bytes of memory of a task; of the `tried` cases `failed` raised an error."""

    task: str
    cases: int
    tried: int
    failed: int
    questions: int
    unique: int
    tokens: int
    seconds: float
    memory: int


@dataclass(frozen=True)
class Forecast:
    """The questions, seconds and bytes of memory of a whole run."""

    tasks: Sequence[TaskForecast]
    loading: float
    memory: int

    @property
    def seconds(self) -> float:
        """Seconds of all tasks, without loading."""
        return sum(task.seconds for task in self.tasks)


def forecast(loaded: Loaded, loading: float) -> Forecast:
    """Try a loaded suite on few samples; `loading` is how many seconds that took."""
    memory = Memory()
    tasks = [_of_task(loaded, spec, memory) for spec in loaded.checked.suite.tasks]
    asked = sum(task.unique for task in tasks)
    answers = min(DEFAULT_MEMORY_BYTES, asked * memory.bytes // max(1, len(memory)))
    return Forecast(tasks, loading, resident() + answers + sum(task.memory for task in tasks))


def of_all(variants: Mapping[str, Forecast]) -> Forecast:
    """The forecast of all variants in one process: the sum of their times, and all of their models in memory."""
    tasks = [replace(task, task=titled(name, task.task)) for name, each in variants.items() for task in each.tasks]
    last = list(variants.values())[-1]  # its memory is that of the process once all are loaded
    others = sum(task.memory for each in variants.values() for task in each.tasks) - sum(t.memory for t in last.tasks)
    return Forecast(tasks, last.loading, last.memory + others)


def _of_model(spent: Spent, model: str) -> Counters:
    return added(some[model] for some, _ in spent if model in some)


def _of_task(loaded: Loaded, spec: TaskSpec, memory: Memory) -> TaskForecast:
    """The sum over its parts, those with as many samples as each other together: they are tried alike."""
    samples = {part: joined(list(loaded.chosen(spec, part))) for part in loaded.sessions[spec.title]}
    alike = groupby(sorted(samples, key=lambda part: len(samples[part])), lambda part: len(samples[part]))
    probes = [_Probe(loaded, spec.title, {part: samples[part] for part in parts}, memory) for _, parts in alike]
    found = [astuple(probe.forecast())[1:] for probe in probes]
    return TaskForecast(spec.title, *map(sum, zip(*found, strict=True)))


class _Probe:
    """Parts of one task on few samples, with the memory of those before."""

    def __init__(self, loaded: Loaded, task: str, samples: Mapping[str, Sequence[Sample[Any]]], memory: Memory) -> None:
        self._loaded = loaded
        self._task = task
        self._memory = memory
        self._parts = {part: loaded.sessions[task][part] for part in samples}
        self._samples = {part: spread(each) for part, each in samples.items()}
        self._longest = max(map(len, self._samples.values()), default=0)
        self._tried = self._failed = self._bytes = 0

    def forecast(self) -> TaskForecast:
        """Try waves until the time is over, and scale their counts."""
        spent: list[tuple[Mapping[str, Counters], float]] = []
        for first, last in pairwise((0, *SAMPLES_AFTER_WAVE)):
            if sum(seconds for _, seconds in spent) > SECONDS_PER_TASK or first >= self._longest:
                break
            spent.append(self._wave(self._cases(first, last)))
        counted = added(each for some, _ in spent for each in some.values())
        cases = sum(map(len, self._samples.values()))
        share = cases / max(1, self._tried)
        return TaskForecast(
            self._task,
            cases=cases,
            tried=self._tried,
            failed=self._failed,
            questions=round(counted.asked * share),
            unique=round(counted.unique * share),
            tokens=round(counted.tokens * share),
            seconds=self._seconds(spent[1:] or spent, spent, share),
            memory=round(MEMORY_PER_JSON_BYTE * self._bytes * share),
        )

    def _cases(self, first: int, last: int) -> Iterator[Case]:
        for part, session in self._parts.items():
            for sample in self._samples[part][first:last]:
                yield Case(self._task, part, sample, session)

    def _wave(self, cases: Iterator[Case]) -> tuple[Mapping[str, Counters], float]:
        ledger, seed = Ledger(), self._loaded.checked.suite.seed
        start = time.perf_counter()
        for outcome in outcomes(self._loaded.models, cases, seed=seed, memory=self._memory, ledger=ledger):
            self._tried += 1
            self._failed += outcome.error is not None
            self._bytes += len(to_line(record_of(outcome)))
        return ledger.of_task(self._task), time.perf_counter() - start

    def _seconds(self, timed: Spent, every: Spent, share: float) -> float:
        """Seconds in the models, scaled by what full batches cost, and what each question takes besides."""
        models = {model for some, _ in every for model in some}
        counted = {model: (_of_model(timed, model), _of_model(every, model)) for model in models}
        wall = sum(seconds for _, seconds in timed) - sum(each.seconds for each, _ in counted.values())
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
        flow = self._loaded.models[model].flow
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
