"""The scores of calls and processes, and what each case contributes to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from harness import Record, RecordTable, Score, ScoringContext
from harness.reports import local_address
from harness_performance.measured import PROCESS, Measured, batch_part
from harness_performance.quantiles import calls_needed, linearised, mean_bounds, quantile_bounds

Array: TypeAlias = npt.NDArray[np.float64]
Records: TypeAlias = Sequence[Record[Measured]]

PERCENTILES = {"latency_p50": 0.50, "latency_p95": 0.95, "latency_p99": 0.99}
LENGTHS = ("short", "medium", "long")
OF_PROCESS = {"startup": "startup", "peak_memory": "memory", "peak_gpu_memory": "gpu_memory"}
"""Scores of processes, and the field of each."""

IN_MEMORY = "the model is in memory only: no process of its own can load it"
NO_STARTS = "no process was begun: `starts` is 0"
NO_FILES = "nobody knows its files: the suite names no path of the model that is there"


@dataclass(frozen=True)
class Group:
    """The calls with so many rows, or those of them whose longest input is of one third: their samples and times."""

    keys: Mapping[str, str]
    rows: int
    samples: Sequence[str]
    latencies: Array


@dataclass(frozen=True)
class Scoring:
    """The scores of a task with these numbers of rows, and so many processes."""

    batch_sizes: Sequence[int]
    starts: int

    @property
    def of_machine(self) -> frozenset[str]:
        """The scores that are times, which compare on one machine only."""
        return frozenset({*PERCENTILES, "throughput", "startup"})

    def scores(self, records: Sequence[Record[Measured]], scoring: ScoringContext) -> list[Score]:
        """Every score; of no records all that there can be, undefined."""
        level = scoring.confidence
        found = [score for group in self._groups(records) for score in _of_calls(group, level)]
        return [*found, *self._of_processes([each for each in records if each.part == PROCESS], level, bool(records))]

    def outcomes(self, records: RecordTable[Measured], scoring: ScoringContext) -> dict[str, dict[str, float]]:
        """What each percentile is the mean of, by address and sample; other scores pair by blocks of samples."""
        found = {}
        for group in self._groups(list(records)):
            for name, share in PERCENTILES.items():
                if group.samples:
                    numbers = linearised(group.latencies, share, scoring.confidence).tolist()
                    found[local_address(name, group.keys)] = dict(zip(group.samples, numbers, strict=True))
        return found

    def _groups(self, records: Records) -> Iterator[Group]:
        """The calls by their rows, and by length where lengths differ."""
        for rows in self.batch_sizes:
            some = [each for each in records if each.part == batch_part(rows)]
            yield _group(some, rows, {"batch": str(rows)})
            lengths = np.array([_measured(each).length for each in some], dtype=np.float64)
            if some and lengths.min() == lengths.max():
                continue
            cuts = np.quantile(lengths, [1 / 3, 2 / 3]) if some else np.zeros(2)
            places = np.searchsorted(cuts, lengths, side="left")
            for at, name in enumerate(LENGTHS):
                within = [each for each, place in zip(some, places, strict=True) if place == at]
                yield _group(within, rows, {"batch": str(rows), "length": name})

    def _of_processes(self, records: Records, level: float, known: bool) -> Iterator[Score]:
        for name, field in OF_PROCESS.items():
            values = _values(records, field)
            if len(values):
                low, high = mean_bounds(values, level)
                low = low if low is None else max(0.0, low)
                unit = "in seconds" if name == "startup" else "in MB"
                yield Score(name, float(values.mean()), low, high, len(values), note=unit)
            elif not (known and name == "peak_gpu_memory"):
                yield _undefined(name, IN_MEMORY if self.starts else NO_STARTS)
        sizes = _values(records, "size")
        yield (
            _exactly("size", float(sizes[0]), len(sizes)) if len(sizes) else _undefined("size", self._no_size(records))
        )

    def _no_size(self, records: Records) -> str:
        if not self.starts:
            return NO_STARTS
        return NO_FILES if len(_values(records, "startup")) else IN_MEMORY


def _of_calls(group: Group, level: float) -> Iterator[Score]:
    times, n = group.latencies, len(group.latencies)
    for name, share in PERCENTILES.items():
        if not n:
            yield _undefined(name, "no call was timed", group.keys)
            continue
        low, high = quantile_bounds(times, share, level)
        few = "" if high is not None else f"; {calls_needed(share, level)} calls bound it from above, there are {n}"
        yield Score(name, float(np.quantile(times, share)), low, high, n, group.keys, f"in ms{few}")
    if "length" not in group.keys:
        yield _throughput(group, level) if n else _undefined("throughput", "no call was timed", group.keys)


def _throughput(group: Group, level: float) -> Score:
    """Rows a second, one call after another; its bounds are those of the mean time on a scale of logarithms."""
    times, mean = group.latencies, float(group.latencies.mean())
    rate, (low, high) = 1000 * group.rows / mean, mean_bounds(np.log(mean) + (times - mean) / mean, level)
    slow, fast = (None if each is None else 1000 * group.rows / float(np.exp(each)) for each in (high, low))
    return Score("throughput", rate, slow, fast, len(times), group.keys, "in rows a second")


def _group(records: Records, rows: int, keys: Mapping[str, str]) -> Group:
    timed = [each for each in records if _measured(each).latency is not None]
    return Group(keys, rows, [each.sample for each in timed], _values(timed, "latency"))


def _values(records: Records, field: str) -> Array:
    found: list[Any] = [getattr(_measured(each), field) for each in records]
    return np.array([each for each in found if each is not None], dtype=np.float64)


def _measured(record: Record[Measured]) -> Measured:
    assert record.payload is not None
    return record.payload


def _exactly(name: str, value: float, n: int) -> Score:
    return Score(name, value, value, value, n, note="in MB")


def _undefined(name: str, why: str, keys: Mapping[str, str] | None = None) -> Score:
    return Score(name, None, None, None, 0, dict(keys or {}), why)
