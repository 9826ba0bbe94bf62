"""The engine: keeps many sessions alive, gathers their questions and fills the model with full batches.

It is the only code that calls a model. Nothing depends on timing: batches are formed from the order of the
questions and landed in the order they were sent, so a run asks the same batches every time.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from random import Random
from typing import Any, cast

from harness.channels import Connection, Prepared
from harness.errors import AnswerError, UserError, listed, nearest
from harness.lanes import Counters, Lane, Row
from harness.memory import Memory
from harness.sessions import Answers
from harness.types import Question, Sample, Session, SessionFunction

WINDOW = 1024
"""Sessions alive at most: enough to fill a batch with sessions that each wait for one row."""

AHEAD = 16
"""Batches of questions to keep waiting: sorting that many by cost leaves little padding."""


@dataclass(frozen=True, slots=True)
class Case:
    """The unit of work: one session on one sample, for one part of one task."""

    task: str
    part: str
    sample: Sample[Any]
    session: SessionFunction[Any]

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.task, self.part, self.sample.id)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended: the session's result, or the traceback of what it raised; rows it asked."""

    case: Case
    value: Any = None
    error: str | None = None
    asked: int = 0


class CaseRandom:
    """A `random.Random` of one case, seeded from its key on first use: most sessions never need one."""

    def __init__(self, *key: object) -> None:
        self._key = key

    @cached_property
    def _random(self) -> Random:
        digest = blake2b(repr(self._key).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return Random(int.from_bytes(digest, "big"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._random, name)


@dataclass(slots=True, eq=False)
class _Live:
    """A session waiting for an answer."""

    case: Case
    session: Session[Any]
    answers: list[object]
    model: str = ""
    missing: int = 0
    asked: int = 0
    error: BaseException | None = None


class Engine:
    """Runs cases on models. Use from one thread; models answer in worker threads of their own."""

    def __init__(
        self,
        models: Mapping[str, object],
        *,
        seed: int = 0,
        window: int = WINDOW,
        memory: Memory | None = None,
    ) -> None:
        self.counters = {name: Counters() for name in models}
        self._connections = {name: Connection(_title(name, model), model) for name, model in models.items()}
        self._seed = seed
        self._window = window
        self._memory = memory if memory is not None else Memory()
        self._lanes: dict[Hashable, Lane] = {}
        self._flights: deque[tuple[Lane, list[Row], Future[Any]]] = deque()
        self._live: dict[int, _Live] = {}
        self._done: list[Outcome] = []
        self._alone = False
        self._rows = 0

    def run(self, cases: Iterable[Case]) -> Iterator[Outcome]:
        """Yield the outcome of every case, as it finishes. Leaving the loop early closes what is alive."""
        waiting = _Source(cases)
        try:
            while True:
                self._start(waiting)
                self._dispatch()
                yield from self._take_done()
                if self._flights:
                    self._land()
                elif not self._live and waiting.empty:
                    return
        finally:
            self._close()

    # Sessions

    def _start(self, waiting: _Source) -> None:
        while len(self._live) < self._window and not self._enough_queued():
            case = waiting.peek()
            if case is None or self._must_wait(case):
                return
            waiting.pop()
            self._begin(case)

    def _must_wait(self, case: Case) -> bool:
        """Whether the case, or the one that is alive, has to be alone."""
        return bool(self._live) and (self._alone or _exclusive(case))

    def _enough_queued(self) -> bool:
        return any(lane.queued_cost >= AHEAD * lane.budget for lane in self._lanes.values())

    def _begin(self, case: Case) -> None:
        rng = cast("Random", CaseRandom(self._seed, *case.key))
        try:
            session = case.session(case.sample, rng)
            _require_session(session)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # the boundary of a case
            self._done.append(Outcome(case, error=_traceback(error)))
            return
        live = _Live(case, session, [])
        self._live[id(live)] = live
        self._alone = _exclusive(case)
        self._advance(live, first=True)

    def _advance(self, live: _Live, *, first: bool = False) -> None:
        """Resume a session until it waits for a model or ends."""
        try:
            question = next(live.session) if first else self._resume(live)
            while not self._ask(live, question):
                question = self._resume(live)
        except StopIteration as stop:
            self._finish(live, Outcome(live.case, value=stop.value, asked=live.asked))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # the boundary of a case
            self._finish(live, Outcome(live.case, error=_traceback(error), asked=live.asked))

    def _resume(self, live: _Live) -> Question:
        connection = self._connections[live.model]
        if live.error is None:
            return live.session.send(Answers(live.answers, connection.name, connection.labels))
        cause, live.error = live.error, None
        error = AnswerError(f"model {connection.name!r} failed: {type(cause).__name__}: {cause}")
        error.__cause__ = cause
        return live.session.throw(error)

    def _finish(self, live: _Live, outcome: Outcome) -> None:
        self._live.pop(id(live), None)
        live.session.close()
        self._done.append(outcome)

    def _take_done(self) -> Iterator[Outcome]:
        done, self._done = self._done, []
        yield from done

    # Questions

    def _ask(self, live: _Live, question: Question) -> bool:
        """Queue the rows of a question; true when the session has to wait for one."""
        lane = self._lane(question)
        live.model = question.model
        live.answers = [None] * len(question.inputs)
        live.asked += len(question.inputs)
        lane.counters.asked += len(question.inputs)
        for index, prepared in enumerate(lane.channel.prepare(question.inputs)):
            self._await(lane, prepared, live, index)
        return live.missing > 0

    def _await(self, lane: Lane, prepared: Prepared, live: _Live, index: int) -> None:
        """Answer a row from memory, or have the session wait for it."""
        known, answer = self._memory.get((lane.name, prepared.key))
        if known:
            live.answers[index] = answer
            return
        live.missing += 1
        if prepared.key in lane.open:
            lane.open[prepared.key].waiting.append((live, index))
        else:
            self._rows += 1
            lane.add(Row(prepared, self._rows, [(live, index)]))

    def _lane(self, question: Question) -> Lane:
        if not isinstance(question, Question):
            raise TypeError(f"a session yielded {question!r}: expected a Question; use `yield from predict(...)`")
        if question.model not in self._connections:
            names = [name for name in self._connections if name]
            raise UserError(
                f"the suite has no model {question.model!r} (models: {listed(names)}){nearest(question.model, names)}"
            )
        name = (question.model, question.kind, *sorted(question.options.items()))
        if name not in self._lanes:
            channel = self._connections[question.model].channel(question.kind)
            self._lanes[name] = Lane(repr(name), channel, question.options, self.counters[question.model])
        return self._lanes[name]

    # Batches

    def _dispatch(self) -> None:
        for lane in self._lanes.values():
            while lane.queue and lane.in_flight < lane.channel.depth:
                self._send(lane, lane.next_batch())

    def _send(self, lane: Lane, batch: list[Row], *, front: bool = False) -> None:
        lane.in_flight += 1
        try:
            future = lane.channel.submit([row.prepared for row in batch], **lane.options)
        except Exception as error:  # noqa: BLE001  # an adapter may fail here as in its future
            future = Future()
            future.set_exception(error)
        put = self._flights.appendleft if front else self._flights.append
        put((lane, batch, future))

    def _land(self) -> None:
        """Wait for the oldest batch and resume the sessions it completes."""
        lane, batch, future = self._flights.popleft()
        lane.in_flight -= 1
        try:
            answers = _one_each(future.result(), batch)
        except Exception as error:  # noqa: BLE001  # whatever a model raises belongs to the rows it was given
            self._retry(lane, batch, error)
            return
        self._count(lane, batch)
        for row, answer in zip(batch, answers, strict=True):
            self._memory.put((lane.name, row.key), answer)
        self._deliver(lane, batch, answers)

    def _retry(self, lane: Lane, batch: list[Row], error: Exception) -> None:
        """Halve a batch that failed, until the rows to blame stand alone."""
        if isinstance(error, MemoryError):
            lane.budget = max(1, lane.budget // 2)
        if len(batch) == 1:
            self._deliver(lane, batch, [error])
            return
        middle = len(batch) // 2
        self._send(lane, batch[middle:], front=True)
        self._send(lane, batch[:middle], front=True)

    def _deliver(self, lane: Lane, batch: Sequence[Row], answers: Sequence[object]) -> None:
        ready: list[_Live] = []
        for row, answer in zip(batch, answers, strict=True):
            del lane.open[row.key]
            for live, index in row.waiting:
                live.answers[index] = answer
                live.error = answer if isinstance(answer, Exception) else live.error
                live.missing -= 1
                if not live.missing:
                    ready.append(live)
        for live in ready:
            self._advance(live)

    def _count(self, lane: Lane, batch: Sequence[Row]) -> None:
        counters, costs = lane.counters, [row.cost for row in batch]
        counters.unique += len(batch)
        counters.batches += 1
        counters.tokens += sum(costs)
        counters.padding += max(costs) * len(batch) - sum(costs)

    # The end

    def _close(self) -> None:
        for live in list(self._live.values()):
            with suppress(Exception):  # a session that fails while it is closed is gone either way
                live.session.close()
        self._live.clear()
        for _, _, future in self._flights:
            future.cancel()
        self._flights.clear()
        for name, connection in self._connections.items():
            connection.close()
            self.counters[name].seconds = connection.seconds


class _Source:
    """The cases still to start, one of them in sight."""

    def __init__(self, cases: Iterable[Case]) -> None:
        self._cases = iter(cases)
        self._next: Case | None = next(self._cases, None)

    @property
    def empty(self) -> bool:
        return self._next is None

    def peek(self) -> Case | None:
        return self._next

    def pop(self) -> None:
        self._next = next(self._cases, None)


def _require_session(session: object) -> None:
    if not hasattr(session, "send"):
        raise TypeError(f"expected a session (a generator), but got {session!r}: does it `yield from`?")


def _exclusive(case: Case) -> bool:
    return bool(getattr(case.session, "exclusive", False))


def _title(name: str, adapter: object) -> str:
    """What messages call a model: its name in the suite; the victim, which has none, by its own."""
    return name or str(getattr(adapter, "name", type(adapter).__name__))


def _one_each(answers: Any, batch: Sequence[Row]) -> Sequence[object]:
    count = len(answers) if hasattr(answers, "__len__") else None
    if count != len(batch):
        came = f"{count} answers" if count is not None else repr(answers)
        raise AnswerError(f"expected {len(batch)} answers to {len(batch)} inputs, but got {came}")
    return cast("Sequence[object]", answers)


def _traceback(error: BaseException) -> str:
    """The error's traceback, with what the engine itself adds left out."""
    frames = error.__traceback__
    while frames and frames.tb_frame.f_code.co_filename == __file__ and frames.tb_next:
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames)).rstrip()
