"""Models that remember what they were asked, and cases and sessions to ask them with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from random import Random
from typing import Any
from zlib import crc32

from harness import Case, Engine, Outcome, Sample, Session, predict
from harness.engine.adapters import ROWS_PER_CALL
from harness.models import Encoded, Worker


def answer(text: object) -> list[float]:
    """A batch-invariant answer: it depends on the text only."""
    share = crc32(str(text).encode()) % 1000 / 1000
    return [share, 1 - share]


class Recorder:
    """A plain callable that remembers its batches and where it was called."""

    name = "fake"

    def __init__(self, call: Callable[[list[Any]], Any] | None = None, budget: int = ROWS_PER_CALL) -> None:
        self.budget = budget
        self.batches: list[list[Any]] = []
        self.threads: set[str] = set()
        self._call = call

    def __call__(self, texts: list[Any]) -> Any:
        self.batches.append(list(texts))
        self.threads.add(threading.current_thread().name)
        return self._call(texts) if self._call else [answer(text) for text in texts]

    @property
    def seen(self) -> list[Any]:
        return [text for batch in self.batches for text in batch]


class Padded:
    """A channel whose texts cost their length, and which notices how it is used."""

    name = "padded"

    def __init__(
        self, budget: int = 12, depth: int = 2, overhead: int = 0, seconds: float = 0.0, width: int = 1
    ) -> None:
        self.budget, self.depth, self.overhead, self.width = budget, depth, overhead, width
        self.batches: list[list[str]] = []
        self.answered = self.most_flying = 0
        self.worker = Worker("padded")
        self._pause = seconds

    def prepare(self, inputs: Sequence[str]) -> list[Encoded]:
        return [Encoded(text, len(text), text) for text in inputs]

    def submit(self, batch: Sequence[Encoded], **options: Any) -> Future[Any]:
        texts = [str(row.payload) for row in batch]
        self.batches.append(texts)
        self.most_flying = max(self.most_flying, len(self.batches) - self.answered)
        return self.worker.submit(self._answer, texts)

    def _answer(self, texts: list[str]) -> list[list[float]]:
        time.sleep(self._pause)
        self.answered += 1
        return [answer(text) for text in texts]


def ask(sample: Sample[Any], rng: Random) -> Session[list[float]]:
    [row] = yield from predict([sample.input])
    return row[:]


def ask_all(sample: Sample[Any], rng: Random) -> Session[list[list[float]]]:
    rows = yield from predict(sample.input)
    return [row[:] for row in rows]


def ask_twice(sample: Sample[Any], rng: Random) -> Session[None]:
    yield from predict([sample.input])
    yield from predict([f"{sample.input} again"])


def cases(inputs: Iterable[Any], session: Any = ask, task: str = "t") -> list[Case]:
    return [Case(task, "p", Sample(str(at), value), session) for at, value in enumerate(inputs)]


def one(model: object, session: Any, value: object = "text", **models: object) -> Outcome:
    """The outcome of one case."""
    [outcome] = Engine({"": model, **models}).run(cases([value], session))
    return outcome


def in_order(outcomes: Iterable[Outcome]) -> list[Outcome]:
    return sorted(outcomes, key=lambda each: int(each.case.sample.id))


def failed(outcome: Outcome) -> str:
    assert outcome.error is not None
    return outcome.error
