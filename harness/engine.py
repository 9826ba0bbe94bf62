"""The engine: keeps many sessions alive, gathers their questions and fills the model with full batches.

It is the only code that calls a model. Nothing depends on timing: batches are formed from the order of the
questions and landed in the order they were sent, so a run asks the same batches every time.
"""

from __future__ import annotations

import reprlib
import traceback
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, cast

from harness.cases import Case, CaseRandom, Outcome, Source
from harness.channels import Channel, Connection, Prepared, key_of
from harness.counters import Counters, Ledger
from harness.errors import AnswerError, UserError, listed, nearest
from harness.lanes import Lane, Row
from harness.memory import Key, Memory
from harness.sessions import Answers
from harness.types import Question, Session

WINDOW = 1024
"""Sessions alive at most: enough to fill a batch with sessions that each wait for one row."""

AHEAD = 16
"""Batches of questions to keep waiting: sorting that many by cost leaves little padding."""

TOGETHER = 64
"""Sessions begun before their first questions are prepared together: a tokenizer takes many texts at once."""


@dataclass(slots=True, eq=False)
class _Live:
    """A session waiting for the answers to its question, and the errors it gets instead, by row."""

    case: Case
    session: Session[Any]
    question: Question | None = None
    answers: list[object] = field(default_factory=list)
    errors: dict[int, BaseException] = field(default_factory=dict)
    missing: int = 0
    asked: int = 0


class Engine:
    """Runs cases on models. Use from one thread; models answer in worker threads of their own.

    `before_waiting` is called whenever all outcomes there are have been taken and a model is waited for.
    """

    def __init__(
        self,
        models: Mapping[str, object],
        *,
        seed: int = 0,
        window: int = WINDOW,
        memory: Memory | None = None,
        before_waiting: Callable[[], object] = bool,
    ) -> None:
        self.ledger = Ledger()
        self._connections = {name: Connection(_title(name, model), model) for name, model in models.items()}
        self._seed = seed
        self._window = window
        self._memory = memory if memory is not None else Memory()
        self._before_waiting = before_waiting
        self._lanes: dict[Hashable, Lane] = {}
        self._flights: deque[tuple[Lane, list[Row], Future[Any]]] = deque()
        self._live: dict[int, _Live] = {}
        self._asking: list[tuple[_Live, Question]] = []
        self._done: list[Outcome] = []
        self._alone = False

    @property
    def counters(self) -> Mapping[str, Counters]:
        """What each model was asked, for all tasks together."""
        return {name: self.ledger.of_model(name) for name in self._connections}

    def run(self, cases: Iterable[Case]) -> Generator[Outcome, None, None]:
        """Yield the outcome of every case, as it finishes. Leaving the loop early closes what is alive."""
        waiting = Source(cases)
        try:
            while True:
                self._start(waiting)
                self._dispatch()
                yield from self._take_done()
                if self._flights:
                    self._before_waiting()
                    self._land()
                elif not self._live and waiting.empty:
                    return
        finally:
            self._close()

    # Sessions

    def _start(self, waiting: Source) -> None:
        while self._begin_some(waiting):
            self._settle()

    def _begin_some(self, waiting: Source) -> int:
        """Begin as many cases as there is room for, a few at a time; how many there were."""
        for begun in range(TOGETHER):
            case = None if self._is_full() else waiting.peek()
            if case is None or self._must_wait(case):
                return begun
            waiting.pop()
            self._begin(case)
        return TOGETHER

    def _is_full(self) -> bool:
        return max(len(self._live), len(self._done)) >= self._window or self._enough_queued()

    def _must_wait(self, case: Case) -> bool:
        """Whether the case, or the one that is alive, has to be alone."""
        return bool(self._live) and (self._alone or case.exclusive)

    def _enough_queued(self) -> bool:
        return any(lane.queue.cost >= AHEAD * lane.budget for lane in self._lanes.values())

    def _begin(self, case: Case) -> None:
        rng = cast("Random", CaseRandom(self._seed, *case.key))
        try:
            session = case.session(case.sample, rng)
            _require_session(session)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # the boundary of a case
            self._done.append(Outcome(case, error=_traceback(error)))
            return
        live = _Live(case, session)
        self._live[id(live)] = live
        self._alone = case.exclusive
        self._advance(live, first=True)

    def _advance(self, live: _Live, *, first: bool = False) -> None:
        """Resume a session until it asks or ends."""
        try:
            question = next(live.session) if first else self._resume(live)
        except StopIteration as stop:
            self._finish(live, Outcome(live.case, value=stop.value, asked=live.asked))
        except (Exception, SystemExit) as error:  # noqa: BLE001  # the boundary of a case
            self._finish(live, Outcome(live.case, error=_traceback(error), asked=live.asked))
        else:
            self._asking.append((live, question))

    def _resume(self, live: _Live) -> Question:
        if live.errors:
            error = live.errors[min(live.errors)]
            live.errors = {}
            return live.session.throw(error)
        assert live.question is not None
        connection = self._connections[live.question.model]
        return live.session.send(Answers(live.answers, connection.name, connection.labels, connection.output))

    def _finish(self, live: _Live, outcome: Outcome) -> None:
        del self._live[id(live)]
        self._done.append(outcome)

    def _take_done(self) -> Iterator[Outcome]:
        done, self._done = self._done, []
        yield from done

    # Questions

    def _settle(self) -> None:
        """Prepare and queue all questions; sessions that need not wait for theirs go on, and ask again."""
        while self._asking:
            asking, self._asking = self._asking, []
            for live, question, found in self._prepared(asking):
                if isinstance(found, BaseException):
                    live.errors[0] = found
                    self._advance(live)
                elif not self._ask(live, question, *found):
                    self._advance(live)

    def _prepared(
        self, asking: Sequence[tuple[_Live, Question]]
    ) -> Iterator[tuple[_Live, Question, tuple[Lane, Sequence[Prepared]] | BaseException]]:
        """Every question with its lane and its rows, or with the error that is to be raised where it was asked."""
        lanes = [self._lane_or_error(question) for _, question in asking]
        together: dict[int, list[int]] = {}
        for at, lane in enumerate(lanes):
            together.setdefault(id(lane), []).append(at)
        rows: dict[int, Sequence[Prepared] | BaseException] = {}
        for places in together.values():
            lane = lanes[places[0]]
            found = lane.prepared([asking[at][1].inputs for at in places]) if isinstance(lane, Lane) else [lane]
            rows.update(zip(places, found, strict=True))
        for at, (live, question) in enumerate(asking):
            lane, prepared = lanes[at], rows[at]
            if isinstance(lane, Lane) and not isinstance(prepared, BaseException):
                yield live, question, (lane, prepared)
            else:
                yield live, question, cast("BaseException", prepared)

    def _ask(self, live: _Live, question: Question, lane: Lane, rows: Sequence[Prepared]) -> bool:
        """Queue the rows of a question; true when the session has to wait for one."""
        remembered = [self._memory.get(Key(lane.model, lane.question, row.key)) for row in rows]
        live.question = question
        live.answers = [answer for _, answer in remembered]
        live.asked += len(rows)
        self.ledger.of(lane.model, live.case.task).asked += len(rows)
        for index, (row, (known, _)) in enumerate(zip(rows, remembered, strict=True)):
            if not known:
                live.missing += 1
                self._await(lane, row, live, index)
        return live.missing > 0

    def _await(self, lane: Lane, prepared: Prepared, live: _Live, index: int) -> None:
        """Have the session wait for a row, which others may be waiting for already."""
        if prepared.key in lane.open:
            lane.open[prepared.key].waiting.append((live, index))
        else:
            self.ledger.of(lane.model, live.case.task).unique += 1
            lane.add(Row(prepared, live.case.task, [(live, index)]))

    def _lane_or_error(self, question: Question) -> Lane | BaseException:
        try:
            return self._lane(question)
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a wrong question
            return error

    def _lane(self, question: Question) -> Lane:
        if not isinstance(question, Question):
            raise TypeError(f"a session yielded {question!r}: expected a Question; use `yield from predict(...)`")
        if question.model not in self._connections:
            names = [name for name in self._connections if name]
            raise UserError(
                f"the suite has no model {question.model!r} (models: {listed(names)}){nearest(question.model, names)}"
            )
        name = _lane_name(question)
        if name not in self._lanes:
            channel = self._connections[question.model].channel(question.kind)
            title = self._connections[question.model].name
            self._lanes[name] = Lane(question.model, name[1:], channel, question.options, title)
        return self._lanes[name]

    # Batches

    def _dispatch(self) -> None:
        for lane in self._lanes.values():
            while lane.waiting and self._in_flight(lane.channel) < lane.channel.depth:
                self._send(lane, lane.next_batch())

    def _in_flight(self, channel: Channel) -> int:
        """Batches on their way through a channel; lanes that differ in options only share one."""
        return sum(lane.channel is channel for lane, _, _ in self._flights)

    def _send(self, lane: Lane, batch: list[Row]) -> None:
        try:
            future = lane.channel.submit([row.prepared for row in batch], **lane.options)
        except Exception as error:  # noqa: BLE001  # an adapter may fail here as in its future
            future = Future()
            future.set_exception(error)
        self._flights.append((lane, batch, future))

    def _land(self) -> None:
        """Wait for the oldest batch and resume the sessions it completes."""
        lane, batch, future = self._flights[0]
        wait([future])  # so that a traceback does not tell whether the answer was there before
        self._flights.popleft()
        try:
            found = future.result()
        except (Exception, SystemExit) as error:  # noqa: BLE001  # what a model raises belongs to the rows it was given
            if not lane.halve(batch, error):
                self._fail(lane, batch, error)
            return
        try:
            answers = _one_each(found, batch)
        except AnswerError as error:  # nobody knows whose answers these are; fewer rows may fit by chance
            self._fail(lane, batch, error)
            return
        self.ledger.count(lane.model, batch, self._connections[lane.model].seconds_since())
        for row, answer in zip(batch, answers, strict=True):
            self._memory.put(Key(lane.model, lane.question, row.key), answer)
        self._deliver(lane, batch, answers)

    def _fail(self, lane: Lane, batch: Sequence[Row], error: BaseException) -> None:
        """Make an error that of every row of a batch."""
        for row in batch:
            self._blame(row, error)
        self._deliver(lane, batch, [None] * len(batch))

    def _blame(self, row: Row, cause: BaseException) -> None:
        """Make the error of a row one of every question that waits for it."""
        for live, index in row.waiting:
            name, value = self._connections[live.question.model].name, reprlib.repr(live.question.inputs[index])
            live.errors[index] = AnswerError(f"model {name!r} failed on {value}: {type(cause).__name__}: {cause}")
            live.errors[index].__cause__ = cause

    def _deliver(self, lane: Lane, batch: Sequence[Row], answers: Sequence[object]) -> None:
        ready: list[_Live] = []
        for row, answer in zip(batch, answers, strict=True):
            del lane.open[row.key]
            for live, index in row.waiting:
                live.answers[index] = answer
                live.missing -= 1
                if not live.missing:
                    ready.append(live)
        for live in ready:
            self._advance(live)
        self._settle()

    # The end

    def _close(self) -> None:
        for live in list(self._live.values()):
            with suppress(Exception, SystemExit):  # a session that fails while it is closed is gone either way
                live.session.close()
        for _, _, future in self._flights:
            future.cancel()
        for left in (self._live, self._flights, self._lanes, self._done, self._asking):
            left.clear()
        for connection in self._connections.values():
            connection.close()


def _require_session(session: object) -> None:
    if not isinstance(session, Generator):
        raise TypeError(f"expected a session (a generator), but got {session!r}: does it `yield from`?")


def _lane_name(question: Question) -> tuple[Hashable, ...]:
    """Model, kind and options; options without a hash, such as lists, count by their content."""
    options = tuple(sorted(question.options.items()))
    try:
        hash(options)
    except TypeError:
        return (question.model, question.kind, key_of(options))
    return (question.model, question.kind, options)


def _title(name: str, adapter: object) -> str:
    """What messages call a model: its name in the suite; the victim, which has none, by its own."""
    return name or str(getattr(adapter, "name", getattr(adapter, "__name__", type(adapter).__name__)))


def _one_each(answers: Any, batch: Sequence[Row]) -> Sequence[object]:
    count = len(answers) if hasattr(answers, "__len__") else None
    if count != len(batch):
        came = f"{count} answers" if count is not None else repr(answers)
        raise AnswerError(f"expected {len(batch)} answers, one for each input, but got {came}")
    return cast("Sequence[object]", answers)


def _traceback(error: BaseException) -> str:
    """The error's traceback, with what the engine itself adds left out."""
    told = traceback.TracebackException.from_exception(error)
    told.stack = traceback.StackSummary.from_list([frame for frame in told.stack if frame.filename != __file__])
    return "".join(told.format()).rstrip()
