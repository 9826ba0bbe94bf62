"""The parts: calls with a number of rows, and processes begun anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, cast

from harness import Sample, Session, SessionFunction, Traits, kind_of
from harness.models import Connection, Errand
from harness_performance.measured import MEGABYTE, Measured
from harness_performance.starting import Begun, begun
from harness_performance.stopwatch import MODEL, Timer


class _Batches:
    """The inputs of the call that begins with a sample: it and those after it, the first following the last."""

    def __init__(self, rows: int, most: int) -> None:
        self._rows, self._most = rows, most
        self._lists: list[Sequence[Sample[Any]]] = []
        self._places: dict[str, tuple[int, int]] = {}

    def samples(self, samples: Sequence[Sample[Any]]) -> Sequence[Sample[Any]]:
        """Those that begin a call, the first ones; what follows them is kept."""
        chosen = samples[: self._most]
        if not any(each is samples for each in self._lists):
            self._lists.append(samples)
            self._places.update({sample.id: (len(self._lists) - 1, at) for at, sample in enumerate(chosen)})
        return chosen

    def inputs(self, sample: Sample[Any]) -> list[Any]:
        """So many inputs, the sample's own first; its own again and again where nobody knows what follows it."""
        if sample.id not in self._places:
            return [sample.input] * self._rows
        which, at = self._places[sample.id]
        samples = self._lists[which]
        return [sample.input, *(samples[(at + more) % len(samples)].input for more in range(1, self._rows))]


class Calls(_Batches):
    """Calls with so many rows, one for each of the first samples."""

    def __init__(self, rows: int, calls: int, repeats: int, warmup: int) -> None:
        super().__init__(rows, calls)
        self._repeats, self._warmup = repeats, warmup

    def prepare(self, model: Connection) -> SessionFunction[Measured]:
        """What times this model."""
        timer = Timer(model, self._warmup)
        return cast("SessionFunction[Measured]", Traits(exclusive=True)(partial(self._session, timer)))

    def _session(self, timer: Timer, sample: Sample[Any], _: Random) -> Session[Measured]:
        inputs = self.inputs(sample)
        spent = yield from _measure(lambda: timer.milliseconds(inputs), self._rows, self._repeats)
        return Measured(self._rows, _longest(inputs), latency=float(median(spent)))


class Starts(_Batches):
    """Processes that load the model, as many as samples are chosen; the first of all does not count."""

    def __init__(self, rows: int, starts: int) -> None:
        super().__init__(rows, starts)
        self._tried: set[str] = set()

    def prepare(self, model: Connection) -> SessionFunction[Measured]:
        """What begins processes with this model; one in memory is measured by none."""
        size, warm = size_of(model.spec), list[bool]()
        return cast("SessionFunction[Measured]", Traits(exclusive=True)(partial(self._session, model, size, warm)))

    def _session(
        self, model: Connection, size: float | None, warm: list[bool], sample: Sample[Any], _: Random
    ) -> Session[Measured]:
        inputs = self.inputs(sample)
        if model.spec is None or not self._counts(sample):
            yield from ()
            return Measured(self._rows, _longest(inputs))

        def begin() -> Begun:
            if not warm:  # the files are in the system's memory from then on
                begun(model, inputs)
                warm.append(True)
            return begun(model, inputs)

        [found] = yield from _measure(begin, 1, 1)
        return Measured(self._rows, _longest(inputs), None, found.startup, found.memory, found.gpu_memory, size)

    def _counts(self, sample: Sample[Any]) -> bool:
        """Whether a sample begins a process; where nobody chose, in a trial, the first two do."""
        if not self._places and len(self._tried) < 2:
            self._tried.add(sample.id)
        return sample.id in self._places or sample.id in self._tried


def _measure(run: Callable[[], Any], rows: int, times: int) -> Session[Sequence[Any]]:
    answers = yield Errand(run, f"{rows} input{'s' * (rows > 1)}", rows).question(MODEL, times)
    return cast("Sequence[Any]", answers)


def _longest(inputs: Sequence[Any]) -> int:
    kind = kind_of(inputs[0])
    return max(map(kind.cost, inputs))


def size_of(spec: Mapping[str, Any] | None) -> float | None:
    """The MB of the files that a model's spec names, hidden ones left out; None where it names none that is there."""
    paths = [each for each in (spec or {}).values() if isinstance(each, Path) and each.exists()]
    files = {file.resolve() for path in paths for file in _files(path)}
    return sum(file.stat().st_size for file in files) / MEGABYTE if files else None


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    found = (each for each in path.rglob("*") if each.is_file())
    return [each for each in found if not any(part.startswith(".") for part in each.relative_to(path).parts)]
