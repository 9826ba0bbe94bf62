"""Calls to an endpoint: sent side by side in a thread of their own, and anew where that may help, never faster.

What may pass (a timeout, a broken connection, 408, 429, 5xx, an answer that is no JSON) is asked again after a pause
that doubles and varies, or as long as `Retry-After` says. What does not pass ends the run: what finished is kept.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import weakref
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from threading import Lock, Thread, current_thread
from typing import Any
from urllib.parse import urljoin, urlsplit

import stamina

from harness import AnswerError, RunError
from harness_endpoints.keys import hidden, hidden_in_address
from harness_endpoints.pace import Limits, Pace
from harness_endpoints.prices import Budget, usage_of
from harness_endpoints.streams import is_stream, joined
from harness_endpoints.wire import Arrived, NoAnswerError, TooLongError, Wire

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
"""Statuses that may be another one soon."""

TOO_MANY = frozenset({429, 503, 529})
"""Statuses that say: ask less."""

HOPELESS = {
    401: "it does not know the key",
    403: "the key may not do this",
    404: "there is nothing at this address",
    405: "it takes no POST at this address",
}
"""Statuses that every other request would get, too."""

FIRST_WAIT = 0.5
"""Seconds before a request is sent anew for the first time, on average half as much more."""

LONGEST_WAIT = 120.0
"""Seconds that are waited for at most before a request is sent anew: a longer `Retry-After` ends the run."""

CLOSING = 2.0
"""Seconds that are waited for connections to close."""

THREAD = "endpoint "
"""How the names of these threads begin."""

MOST_REDIRECTS = 3
QUOTED = 300
"""Characters of an answer that a message quotes."""


def _is_elsewhere(_: logging.LogRecord) -> bool:
    """Whether a retry is somebody else's: those of endpoints are counted, and no warnings."""
    return not current_thread().name.startswith(THREAD)


logging.getLogger("stamina").addFilter(_is_elsewhere)


class PassingError(Exception):
    """What may go well another time: why, and after how many seconds, where the server says so."""

    def __init__(self, reason: str, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.reason, self.after = reason, after


class RefusedError(Exception):
    """A request that the endpoint does not take: a batch of several is asked again in halves, to find out which."""


@dataclass
class Calls:
    """The way to one address."""

    url: str
    wire: Wire
    secrets: list[str]
    limits: Limits
    pace: Pace
    budget: Budget
    hosts: Sequence[str] = ()
    _failed: int = 0
    _over: RunError | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _lock: Lock = field(default_factory=Lock)
    _begun: list[tuple[Coroutine[Any, Any, Any], Future[Any]]] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The address as messages may show it."""
        return hidden_in_address(self.url)

    def start(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Do something in the thread of this endpoint."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                thread = Thread(target=self._loop.run_forever, name=f"{THREAD}{self.title}", daemon=True)
                thread.start()
                weakref.finalize(self, _close, self._loop, thread, self.wire)
            future: Future[Any] = Future()
            self._begun.append((work, future))
            if len(self._begun) == 1:  # else the thread is awake, or about to be
                self._loop.call_soon_threadsafe(self._begin)
        return future

    def _begin(self) -> None:
        """Begin what was handed over since the thread last did: waking it for each would stop the other thread."""
        assert self._loop is not None
        with self._lock:
            begun, self._begun = self._begun, []
        for work, future in begun:
            task = self._loop.create_task(work)
            task.add_done_callback(partial(_ended, future))
            future.add_done_callback(partial(_stopped, self._loop, task))

    async def post(self, body: Any, tokens: float) -> Any:
        """The JSON that the endpoint answers; `tokens` is an estimate of what it takes.

        Raises RunError where no further request makes sense, RefusedError for this one, AnswerError where all attempts
        failed.
        """
        try:
            answer = await self._again(_written(body), tokens)
        except PassingError as error:
            self._failed += 1
            why = f"{self.title} failed {self.limits.attempts} times: {error}"
            if self._failed >= self.limits.give_up_after:
                self._end(f"the last {self._failed} requests failed, the last one so: {why}")
            raise AnswerError(why) from None
        self._failed = 0
        return answer

    async def _again(self, body: bytes, tokens: float) -> Any:
        """The answer to the first attempt that has one; stamina is asked only once one has failed."""
        try:
            return await self._once(body, tokens)
        except PassingError as error:
            first: PassingError | None = error
            failed = (error.reason, time.monotonic())
        attempts = stamina.retry_context(
            on=self._pause,
            attempts=self.limits.attempts,
            timeout=None,
            wait_initial=FIRST_WAIT,
            wait_max=30.0,
            wait_jitter=FIRST_WAIT,
        )
        async for attempt in attempts:
            with attempt:
                if first is not None:
                    again, first = first, None
                    raise again
                self.budget.account.anew(failed[0], time.monotonic() - failed[1])
                try:
                    return await self._once(body, tokens)
                except PassingError as error:
                    failed = (error.reason, time.monotonic())
                    raise
        raise AssertionError  # the last attempt returns or raises

    def _pause(self, error: Exception) -> bool | float:
        """Whether to send a request anew, and when."""
        if not isinstance(error, PassingError):
            return False
        if error.after is None:
            return True
        if error.after > LONGEST_WAIT:
            self._end(f"{self.title} asks to come back in {error.after:.0f} s: {error}")
        return error.after

    def _end(self, why: str) -> None:
        """Ask nothing any more, and have the run stop."""
        finished = "what finished is kept, and --resume goes on once that is mended"
        self._over = self._over or RunError(hidden(f"the run stopped: {why}: {finished}", self.secrets))
        raise self._over

    async def _once(self, body: bytes, tokens: float) -> Any:
        async with self.pace.turn(tokens):
            if self._over:
                raise self._over
            reserved = self.budget.reserve()
            try:
                self.budget.account.requests += 1
                arrived = await self._sent(body)
            finally:
                self.budget.give_back(reserved)
            return self._read(arrived, tokens)

    async def _sent(self, body: bytes) -> Arrived:
        """What comes, also after redirects within the host."""
        url = self.url
        try:
            async with asyncio.timeout(self.limits.timeout):
                for _ in range(MOST_REDIRECTS):
                    found = await self.wire.post(url, body)
                    if found.status not in {301, 302, 307, 308}:
                        return found
                    url = self._led_to(url, found.headers.get("location", ""))
        except TimeoutError:
            raise PassingError("timeout", f"no whole answer within {self.limits.timeout:g} s") from None
        except TooLongError as error:
            raise RefusedError(f"{self.title} answered {error}") from None
        except NoAnswerError as error:
            self._require_certificate(error)
            raise PassingError("connection", self._plain(str(error))) from None
        self._end(f"{self.title} led from address to address {MOST_REDIRECTS} times")
        raise AssertionError

    def _led_to(self, url: str, location: str) -> str:
        """Where a redirect leads, if that is the same host or one that the suite allows."""
        to = urljoin(url, location)
        before, after = urlsplit(url), urlsplit(to)
        secure = after.scheme in {before.scheme, "https"}
        if after.hostname and secure and (after.hostname == before.hostname or after.hostname in self.hosts):
            return to
        self._end(
            f"{self.title} leads to {hidden_in_address(to)}: if that may have the inputs and the key, "
            f"set `redirects: [{after.hostname}]` in `model`"
        )
        raise AssertionError

    def _require_certificate(self, error: NoAnswerError) -> None:
        if error.certificate:
            self._end(
                f"the certificate of {self.title} does not hold: {self._plain(str(error))}: "
                "`certificate: ca.pem` in `model` names one of your own"
            )

    def _read(self, arrived: Arrived, tokens: float) -> Any:
        if arrived.status >= 300:
            self._refuse(arrived)
        streamed = is_stream(arrived.headers)
        try:
            answer = joined(arrived.content) if streamed else json.loads(arrived.content)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            what = "a stream that is no answer:" if streamed else "no JSON but"
            raise PassingError("malformed", f"{what} {self._quoted(arrived.content)}: {error}") from None
        self.pace.answered()
        used = usage_of(answer)
        self.budget.count(*used)
        self.pace.used(sum(used) - tokens if sum(used) else 0.0)
        return answer

    def _refuse(self, arrived: Arrived) -> None:
        """Raise what an answer that is none means."""
        status, headers, content = arrived
        why = f"status {status}: {self._quoted(content)}"
        if status in HOPELESS:
            self._end(f"{self.title}: {HOPELESS[status]} (status {status}: {self._quoted(content)})")
        if status not in PASSING:
            raise RefusedError(f"{self.title}: {why}")
        after = _seconds(headers.get("retry-after"))
        if status in TOO_MANY:
            self.pace.refused(min(after if after is not None else 1.0, LONGEST_WAIT))
        raise PassingError(str(status), why, after)

    def _quoted(self, content: bytes) -> str:
        return repr(self._plain(content[: 4 * QUOTED].decode("utf-8", "replace"))[:QUOTED])

    def _plain(self, text: str) -> str:
        return hidden(" ".join(text.split()), self.secrets)


def _ended(future: Future[Any], task: asyncio.Task[Any]) -> None:
    """Have a future of other threads know how a task ended."""
    if not future.set_running_or_notify_cancel():
        return
    error = asyncio.CancelledError() if task.cancelled() else task.exception()
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(task.result())


def _stopped(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any], future: Future[Any]) -> None:
    """End a task whose future somebody cancelled."""
    if future.cancelled():
        loop.call_soon_threadsafe(task.cancel)


def _close(loop: asyncio.AbstractEventLoop, thread: Thread, wire: Wire) -> None:
    """Close the connections to an address that nobody asks any more, and end its thread."""
    closed = asyncio.run_coroutine_threadsafe(wire.close(), loop)
    closed.add_done_callback(lambda _: loop.call_soon_threadsafe(loop.stop))
    if current_thread() is not thread:
        thread.join(CLOSING)


def _written(body: Any) -> bytes:
    """A request as JSON in ASCII, so that half a surrogate pair in a text arrives too."""
    try:
        return json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError) as error:
        raise RefusedError(f"the input cannot be sent as JSON: {error}") from None


def _seconds(retry_after: str | None) -> float | None:
    """The seconds of a header `Retry-After`, a number or a date; None where there is none that can be read."""
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
