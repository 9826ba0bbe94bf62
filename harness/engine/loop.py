"""The engine: keeps many sessions alive, gathers their questions and fills the model with full batches.

It is the only code that calls a model. Nothing depends on timing: batches are formed from the order of the
questions and landed in the order they were sent, so a run asks the same batches every time.
"""

from __future__ import annotations

import reprlib
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import groupby, repeat
from random import Random
from typing import Any, cast

from harness.engine.adapters import Encoded
from harness.engine.cases import Case, CaseRandom, Outcome, Source, named_tuples
from harness.engine.counters import Ledger
from harness.engine.lanes import Lane, Lanes, QueuedRow
from harness.engine.memory import Memory
from harness.engine.patience import Patience
from harness.engine.strangers import caught, error_line, traceback_of
from harness.errors import AnswerError, RunError
from harness.sessions.predict import AskOnce, probabilities
from harness.types import Question, Session

MAX_LIVE_SESSIONS = 1024
"""Sessions alive at most: enough to fill a batch with sessions that each wait for one row."""

SESSIONS_BEGUN_TOGETHER = 64
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
    """Runs cases on models: adapters, plain callables or Connections. Use from one thread; models answer in others.

    `before_waiting` is called whenever all outcomes there are have been taken and a model is waited for, for as long
    as `patience` has.
    """

    def __init__(
        self,
        models: Mapping[str, object],
        *,
        seed: int = 0,
        window: int = MAX_LIVE_SESSIONS,
        memory: Memory | None = None,
        ledger: Ledger | None = None,
        before_waiting: Callable[[], object] = bool,
        patience: Patience | None = None,
    ) -> None:
        self.ledger = ledger if ledger is not None else Ledger()
        self._patience = patience or Patience()
        self._lanes = Lanes(models, self._patience)
        self._seed = seed
        self._window = window
        self._memory = memory if memory is not None else Memory()
        self._before_waiting = before_waiting
        self._flights: deque[tuple[Lane, list[QueuedRow], Future[Any]]] = deque()
        self._in_flight: Counter[int] = Counter()  # by channel: lanes that differ in options only share one
        self._live: dict[int, _Live] = {}
        self._singles = 0
        self._asking: list[tuple[_Live, Question]] = []
        self._done: list[Outcome] = []
        self._alone = False

    def run(self, cases: Iterable[Case]) -> Generator[Outcome, None, None]:
        """Yield the outcome of every case, as it finishes. Leaving the loop early closes what is alive."""
        with closing(self.steps(cases)) as steps:
            for outcomes in steps:
                yield from outcomes

    def steps(self, cases: Iterable[Case]) -> Generator[Sequence[Outcome], None, None]:
        """The same, as many outcomes at once as have come since the models were waited for."""
        waiting = Source(cases)
        try:
            while True:
                self._start(waiting)
                self._dispatch()
                if self._done:
                    done, self._done = self._done, []
                    yield done
                if self._flights:
                    self._before_waiting()
                    self._land()
                elif not self._live and waiting.peek() is None:
                    return
        finally:
            self._close()

    # Sessions

    def _start(self, waiting: Source) -> None:
        while self._begin_some(waiting):
            self._settle()

    def _begin_some(self, waiting: Source) -> int:
        """Begin as many cases as there is room for, a few at a time; how many there were."""
        for begun in range(SESSIONS_BEGUN_TOGETHER):
            case = None if self._is_full() else waiting.peek()
            if case is None or self._must_wait(case):
                return begun
            if isinstance(case.session, AskOnce):
                self._ask_once(waiting.alike(min(SESSIONS_BEGUN_TOGETHER, self._window - self._alive)), case.session)
                return SESSIONS_BEGUN_TOGETHER
            waiting.pop()
            self._begin(case)
        return SESSIONS_BEGUN_TOGETHER

    @property
    def _alive(self) -> int:
        """Cases that wait for an answer."""
        return len(self._live) + self._singles

    def _is_full(self) -> bool:
        return max(self._alive, len(self._done)) >= self._window or self._lanes.full

    def _must_wait(self, case: Case) -> bool:
        """Whether the case, or the one that is alive, has to be alone."""
        return self._alive > 0 and (self._alone or case.exclusive)

    def _begin(self, case: Case) -> None:
        rng = cast("Random", CaseRandom(self._seed, *case.key))
        try:
            session = case.begin(rng)
            _require_session(session)
        except BaseException as error:  # noqa: BLE001  # the boundary of a case
            self._done.append(Outcome(case, error=traceback_of(caught(error), __file__)))
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
        except BaseException as error:  # noqa: BLE001  # the boundary of a case
            self._finish(live, Outcome(live.case, error=traceback_of(caught(error), __file__), asked=live.asked))
        else:
            self._asking.append((live, question))

    def _resume(self, live: _Live) -> Question:
        if live.errors:
            error = live.errors[min(live.errors)]
            live.errors = {}
            return live.session.throw(error)
        assert live.question is not None
        return live.session.send(self._lanes.answers(live.question, live.answers))

    def _finish(self, live: _Live, outcome: Outcome) -> None:
        del self._live[id(live)]
        self._done.append(outcome)

    # Questions

    def _settle(self) -> None:
        """Prepare and queue all questions; sessions that need not wait for theirs go on, and ask again."""
        while self._asking:
            asking, self._asking = self._asking, []
            prepared = self._lanes.prepared([question for _, question in asking])
            for (live, question), found in zip(asking, prepared, strict=True):
                if isinstance(found, BaseException):
                    live.errors[0] = found
                    self._advance(live)
                elif not self._ask(live, question, *found):
                    self._advance(live)

    def _ask(self, live: _Live, question: Question, lane: Lane, rows: Sequence[Encoded]) -> bool:
        """Queue the rows of a question; true when the session has to wait for one."""
        remembered = self._memory.find([(lane.model, lane.question, row.key) for row in rows])
        live.question = question
        live.answers = [answer for _, answer in remembered]
        live.asked += len(rows)
        self.ledger.of(lane.model, live.case.task).asked += len(rows)
        missing = [at for at, (known, _) in enumerate(remembered) if not known]
        live.missing = len(missing)
        self._await(lane, live.case.task, [(rows[at], (live, at)) for at in missing])
        return live.missing > 0

    def _await(self, lane: Lane, task: str, waiting: Iterable[tuple[Encoded, tuple[_Live | Case, int]]]) -> None:
        """Have sessions, or cases without one, wait for rows, some of which others may be waiting for already."""
        fresh: list[QueuedRow] = []
        for prepared, waiter in waiting:
            row = lane.open.get(prepared.key)
            if row is None:
                row = lane.open[prepared.key] = QueuedRow(prepared, task, [waiter])
                fresh.append(row)
            else:
                row.waiting.append(waiter)
        self.ledger.of(lane.model, task).unique += len(fresh)
        lane.queue.add(fresh)

    # Cases of one question: no session is started for them as long as their answers are good

    def _ask_once(self, cases: Sequence[Case], session: AskOnce[Any]) -> None:
        """Queue the question of each of some cases of the same task and session function."""
        asked = session.question([case.sample for case in cases])
        [prepared] = self._lanes.prepared([asked])
        if isinstance(prepared, BaseException):
            for case in cases:
                self._begin(case)
            return
        lane, rows = prepared
        self._alone = False
        self.ledger.of(lane.model, cases[0].task).asked += len(cases)
        remembered = self._memory.find([(lane.model, lane.question, row.key) for row in rows])
        found = list(zip(cases, remembered, strict=True))
        known = [(case, answer) for case, (is_known, answer) in found if is_known]
        self._singles += len(cases) - len(known)
        waiting = [(row, (case, 0)) for row, (case, (is_known, _)) in zip(rows, found, strict=True) if not is_known]
        self._await(lane, cases[0].task, waiting)
        if known:
            self._conclude(session, known)

    def _conclude(self, session: AskOnce[Any], answered: Sequence[tuple[Case, object]]) -> None:
        """End cases that were answered; where that fails for one of them, the session of each meets its answer."""
        results = self._results(session, answered)
        if results is None:
            for case, answer in answered:
                self._advance(self._woken(case, [answer]))
        else:
            cases = (case for case, _ in answered)
            self._done += named_tuples(Outcome, cases, results, repeat(None), repeat(1))

    def _results(self, session: AskOnce[Any], answered: Sequence[tuple[Case, object]]) -> Sequence[Any] | None:
        """The results of cases; None where one of them is an error, which its session will raise again."""
        try:
            asked = Question("predict", (), session.model)
            answers = self._lanes.answers(asked, [answer for _, answer in answered])
            found = session.results(probabilities(answers, [case.sample.input for case, _ in answered]))
            return found if len(found) == len(answered) else None
        except BaseException as error:  # noqa: BLE001  # met again
            caught(error)
            return None

    def _woken(self, case: Case, answers: list[object]) -> _Live:
        """The session that a case has done without, when its question is to be answered."""
        session = case.begin(cast("Random", CaseRandom(self._seed, *case.key)))
        live = _Live(case, session, next(session), answers, asked=1)
        self._live[id(live)] = live
        return live

    # Batches

    def _dispatch(self) -> None:
        for lane in self._lanes:
            while lane.waiting and (sent := self._in_flight[id(lane.channel)]) < lane.flow.depth:
                self._send(lane, lane.next_batch(sent))

    def _send(self, lane: Lane, batch: list[QueuedRow]) -> None:
        try:
            future = lane.channel.submit([row.prepared for row in batch], **lane.options)
        except BaseException as error:  # noqa: BLE001  # an adapter may fail here as in its future
            future = Future()
            future.set_exception(caught(error))
        self._flights.append((lane, batch, future))
        self._in_flight[id(lane.channel)] += 1

    def _land(self) -> None:
        """Wait for the oldest batch and resume the sessions it completes."""
        lane, batch, future = self._flights[0]
        self._patience.wait(future, lane.title, lambda: map(_asking, batch))
        self._flights.popleft()
        self._in_flight[id(lane.channel)] -= 1
        try:
            found = future.result()
        except RunError:  # an adapter that can answer nothing more
            raise
        except BaseException as error:  # noqa: BLE001  # what a model raises belongs to the rows it was given
            self.ledger.of(lane.model, batch[0].task).failed += len(batch) > 1
            if isinstance(error, AnswerError) or not lane.halve(batch, caught(error)):
                self._fail(lane, batch, error)
            return
        try:
            answers = _one_each(found, batch)
        except AnswerError as error:  # nobody knows whose answers these are; fewer rows may fit by chance
            self._fail(lane, batch, error)
            return
        self.ledger.count(lane.model, batch, self._lanes.running[lane.model].seconds_since())
        self._memory.keep([(lane.model, lane.question, row.key) for row in batch], answers)
        self._deliver(lane, batch, answers)

    def _fail(self, lane: Lane, batch: Sequence[QueuedRow], error: BaseException) -> None:
        """Make an error that of every row of a batch."""
        for row in batch:
            self._blame(row, error)
        self._deliver(lane, batch, [None] * len(batch))

    def _blame(self, row: QueuedRow, cause: BaseException) -> None:
        """Make the error of a row one of every question that waits for it."""
        row.waiting = [(self._with_session(waiter), index) for waiter, index in row.waiting]
        for live, index in row.waiting:
            name, value = self._lanes.connections[live.question.model].name, reprlib.repr(live.question.inputs[index])
            live.errors[index] = AnswerError(f"model {name!r} failed on {value}: {error_line(cause)}")
            live.errors[index].__cause__ = cause

    def _with_session(self, waiter: _Live | Case) -> _Live:
        """Who waits, as a session that an error can be raised in."""
        if isinstance(waiter, _Live):
            return waiter
        self._singles -= 1
        live = self._woken(waiter, [None])
        live.missing = 1
        return live

    def _deliver(self, lane: Lane, batch: Sequence[QueuedRow], answers: Sequence[object]) -> None:
        ready: list[_Live] = []
        singles: list[tuple[Case, object]] = []
        for row, answer in zip(batch, answers, strict=True):
            del lane.open[row.key]
            for waiter, index in row.waiting:
                if isinstance(waiter, Case):
                    singles.append((waiter, answer))
                    continue
                waiter.answers[index] = answer
                waiter.missing -= 1
                if not waiter.missing:
                    ready.append(waiter)
        self._singles -= len(singles)
        for session, some in groupby(singles, key=lambda single: single[0].session):
            self._conclude(cast("AskOnce[Any]", session), list(some))
        for live in ready:
            self._advance(live)
        self._settle()

    # The end

    def _close(self) -> None:
        for live in list(self._live.values()):
            with suppress(BaseException):  # a session that fails while it is closed is gone either way
                live.session.close()
        for _, _, future in self._flights:
            future.cancel()
        for left in (self._live, self._flights, self._in_flight, self._done, self._asking):
            left.clear()
        self._singles = 0
        self._lanes.close(self._patience.to_close)


def _asking(row: QueuedRow) -> str:
    [(first, _), *_] = row.waiting
    return (first if isinstance(first, Case) else first.case).sample.id


def _require_session(session: object) -> None:
    if not isinstance(session, Generator):
        raise TypeError(f"expected a session (a generator), but got {session!r}: does it `yield from`?")


def _one_each(answers: Any, batch: Sequence[QueuedRow]) -> Sequence[object]:
    count = len(answers) if hasattr(answers, "__len__") else None
    if count != len(batch):
        came = f"{count} answers" if count is not None else repr(answers)
        raise AnswerError(f"expected {len(batch)} answers, one for each input, but got {came}")
    return cast("Sequence[object]", answers)
