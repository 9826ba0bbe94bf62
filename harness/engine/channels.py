"""How the engine reaches a model: a channel prepares inputs and takes batches, whatever the adapter is."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import repeat
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np

from harness.engine.cases import of_columns
from harness.errors import UserError, listed, nearest

T = TypeVar("T")

CUT_AT_ONCE = 1000
"""Inputs prepared together to count the cut ones: enough for a fast tokenizer's threads, small in memory."""

ROW_BUDGET = 256
"""Rows in a batch of a plain callable, whose costs are unknown: enough to amortise a call, small in memory."""


class Prepared(NamedTuple):
    """One input, ready for a batch: what the model takes, its cost in tokens, and what decides the answer.

    `cut` is how many tokens of the input the model never sees, its limit being less.
    """

    payload: object
    cost: int
    key: Hashable
    cut: int = 0


@runtime_checkable
class Channel(Protocol):
    """The form an adapter may offer to be kept full: batches of up to `budget` padded tokens, `depth` in flight.

    `prepare` runs in the engine's thread while earlier batches compute; `submit` must not block. A future's result is
    a sequence with one answer a row. MemoryError from a batch, or what torch raises in its place, means: ask again with
    less. A channel may also have an `overhead`, what a call costs besides its tokens, in tokens (by default the whole
    budget): the smaller it is, the less padding the engine accepts to fill a batch; and a `width`, the batches it
    computes side by side (1): what is too little to fill them is shared out among them.
    """

    depth: int
    budget: int

    def prepare(self, inputs: Sequence[Any]) -> Sequence[Prepared]: ...
    def submit(self, batch: Sequence[Prepared], **options: Any) -> Future[Any]: ...


class Worker:
    """One thread in which a model is called, and the seconds it spent there.

    Models run here only, so nothing a procedure does to its own thread (torch modes, warnings) reaches them.
    """

    def __init__(self, name: str) -> None:
        self.seconds = 0.0
        self._name = name
        self._pool: ThreadPoolExecutor | None = None

    def submit(self, call: Callable[..., T], /, *args: Any, **options: Any) -> Future[T]:
        """Run `call(*args, **options)` after everything submitted before."""
        self._pool = self._pool or ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"model-{self._name}")
        return self._pool.submit(self._timed, call, args, options)

    def close(self) -> None:
        """Forget what has not begun and wait for the batch that has; a later submit begins a thread anew."""
        pool, self._pool = self._pool, None
        if pool:
            pool.shutdown(wait=True, cancel_futures=True)

    def _timed(self, call: Callable[..., T], args: Sequence[Any], options: Mapping[str, Any]) -> T:
        start = time.perf_counter()
        try:
            return call(*args, **options)
        finally:
            self.seconds += time.perf_counter() - start


class Called:
    """A channel around a plain callable `(inputs, **options) -> answers`, run in the model's worker."""

    depth = 2

    def __init__(self, call: Callable[..., Any], worker: Worker, budget: int = ROW_BUDGET) -> None:
        self.budget = budget
        self._call = call
        self._worker = worker

    def prepare(self, inputs: Sequence[Any]) -> list[Prepared]:
        return list(of_columns(Prepared, inputs, repeat(1), map(key_of, inputs), repeat(0)))

    def submit(self, batch: Sequence[Prepared], **options: Any) -> Future[Any]:
        return self._worker.submit(self._call, [row.payload for row in batch], **options)


class Connection:
    """One model of a run: its adapter, its name, and a channel for every kind of question it is asked."""

    def __init__(self, name: str, adapter: object) -> None:
        self.name = name
        self.adapter = adapter
        labels = getattr(adapter, "labels", None)
        self.labels: Sequence[str] = () if labels is None else list(labels)
        self.output = str(getattr(adapter, "output", None) or "probabilities")
        self._worker: Worker | None = None
        self._before = self._spent()
        self._channels: dict[str, Channel] = {}

    def channel(self, kind: str) -> Channel:
        """The channel for questions of this kind; raises UserError when the adapter has no such method."""
        if kind not in self._channels:
            self._channels[kind] = self._connect(kind)
        return self._channels[kind]

    def seconds_since(self) -> float:
        """Seconds the model has spent in its own thread since this was asked last, or since the connection was made."""
        before, self._before = self._before, self._spent()
        return self._before - before

    def close(self) -> None:
        """Stop the worker; the adapter stays usable by another engine."""
        if self._worker:
            self._worker.close()

    def _spent(self) -> float:
        return float(getattr(self.adapter, "seconds", 0.0)) + (self._worker.seconds if self._worker else 0.0)

    def _connect(self, kind: str) -> Channel:
        target = self.adapter if kind == "predict" else None
        target = getattr(self.adapter, kind, target)
        if isinstance(target, Channel):
            return target
        if callable(target):
            self._worker = self._worker or Worker(self.name)
            return Called(target, self._worker, int(getattr(self.adapter, "budget", ROW_BUDGET)))
        raise UserError(self._cannot(kind))

    def _cannot(self, kind: str) -> str:
        methods = [name for name in dir(self.adapter) if not name.startswith("_")]
        return (
            f"model {self.name!r} cannot answer {kind!r} questions: expected a method {kind!r} of "
            f"{type(self.adapter).__name__}, which has {listed(methods)}{nearest(kind, methods)}"
        )


def count_cut(adapter: object, inputs: Sequence[Any]) -> int:
    """How many of the inputs are longer than the adapter takes, so that their rest is never seen; 0 if it cannot tell.

    A channel tells by `Prepared.cut`, a plain callable by a method `cut(inputs)`, the tokens lost of each. An input
    the adapter refuses is not counted: its cases will say why.
    """
    if isinstance(adapter, Channel):
        prepare = adapter.prepare
        return _count_cut(lambda some: [row.cut for row in prepare(some)], inputs)
    own = getattr(adapter, "cut", None)
    return _count_cut(own, inputs) if callable(own) else 0


def _count_cut(cut: Callable[[Sequence[Any]], Sequence[int]], inputs: Sequence[Any]) -> int:
    parts = (inputs[at : at + CUT_AT_ONCE] for at in range(0, len(inputs), CUT_AT_ONCE))
    return sum(_cut_of(cut, part) for part in parts)


def _cut_of(cut: Callable[[Sequence[Any]], Sequence[int]], inputs: Sequence[Any]) -> int:
    try:
        return sum(lost > 0 for lost in cut(inputs))
    except Exception:  # noqa: BLE001  # a stranger's adapter: the cases of these inputs will tell
        return 0 if len(inputs) == 1 else sum(_cut_of(cut, [each]) for each in inputs)


def key_of(value: object) -> Hashable:
    """What decides a plain callable's answer: type and content of plain values and arrays.

    Anything else, which may change without notice, is like nothing but itself and never answered from memory.
    """
    if isinstance(value, (str, bytes)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        content = key_of(value.tolist()) if value.dtype.hasobject else value.tobytes()
        return (type(value), str(value.dtype), value.shape, content)
    if isinstance(value, (list, tuple)):
        return (type(value), *map(key_of, value))
    if isinstance(value, Mapping):
        return (type(value), *((key_of(name), key_of(entry)) for name, entry in value.items()))
    plain = isinstance(value, (int, float, complex)) or value is None
    return (type(value), repr(value)) if plain else object()
