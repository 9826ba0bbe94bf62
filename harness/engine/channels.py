"""The way from a running engine to a model: a channel per kind of question, and a thread to compute in."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import Future
from hashlib import blake2b
from itertools import repeat
from typing import Any

import numpy as np

from harness.engine.adapters import ROWS_PER_CALL, Channel, Connection, Encoded
from harness.engine.cases import named_tuples
from harness.engine.patience import Patience, Worker
from harness.engine.strangers import own

HASHED_FROM_BYTES = 32
"""Bytes of an array from which on its hash stands for it."""


class Called:
    """A channel around a plain callable `(inputs, **options) -> answers`, run in the model's worker."""

    depth = 2

    def __init__(self, call: Callable[..., Any], worker: Worker, budget: int = ROWS_PER_CALL) -> None:
        self.budget = budget
        self._call = call
        self._worker = worker

    def prepare(self, inputs: Sequence[Any]) -> list[Encoded]:
        return list(named_tuples(Encoded, inputs, repeat(1), map(key_of, inputs), repeat(0)))

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        return self._worker.submit(self._answers, [row.payload for row in batch], options)

    def _answers(self, inputs: Sequence[Any], options: Mapping[str, Any]) -> Any:
        """A model may write over its inputs, and over the memory of its answers in the next call."""
        return own(self._call(own(inputs), **options))


class RunningModel:
    """One model while an engine asks it: its worker, and a channel for every kind of question."""

    def __init__(self, connection: Connection, patience: Patience | None = None) -> None:
        self.connection, self._patience = connection, patience
        self._worker: Worker | None = None
        self._before = self._spent()
        self._channels: dict[str, Channel] = {}

    def channel(self, kind: str) -> Channel:
        """The channel for questions of this kind; raises UserError when the adapter has no such method."""
        if kind not in self._channels:
            self._channels[kind] = self._opened(kind)
        return self._channels[kind]

    def seconds_since(self) -> float:
        """Seconds the model has computed since this was asked last, or since the engine took it."""
        before, self._before = self._before, self._spent()
        return self._before - before

    def close(self, seconds: float | None = None) -> None:
        """Stop the worker, waiting so long for its batch; the adapter stays usable by another engine."""
        if self._worker:
            self._worker.close(seconds)

    def _spent(self) -> float:
        return self.connection.seconds() + (self._worker.seconds if self._worker else 0.0)

    def _opened(self, kind: str) -> Channel:
        found = self.connection.endpoint(kind)
        if isinstance(found, Channel):
            return found
        self._worker = self._worker or Worker(self.connection.name, self._patience)
        return Called(found, self._worker, self.connection.budget)


def key_of(value: object) -> Hashable:
    """The key of a plain callable's answer: type and content of plain values and arrays.

    Anything else, which may change without notice, is like nothing but itself and never answered from memory.
    """
    if isinstance(value, (str, bytes)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        content = key_of(value.tolist()) if value.dtype.hasobject else _short(value.tobytes())
        return (type(value), str(value.dtype), value.shape, content)
    if isinstance(value, (list, tuple)):
        return (type(value), *map(key_of, value))
    if isinstance(value, Mapping):
        return (type(value), *((key_of(name), key_of(entry)) for name, entry in value.items()))
    plain = isinstance(value, (int, float, complex)) or value is None
    return (type(value), repr(value)) if plain else object()


def _short(content: bytes) -> bytes:
    """The content of an array, or a hash of it where that is shorter: a key need not contain an image."""
    return content if len(content) <= HASHED_FROM_BYTES else blake2b(content, digest_size=HASHED_FROM_BYTES).digest()
