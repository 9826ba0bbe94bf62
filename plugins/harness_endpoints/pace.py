"""How fast an endpoint is asked: so many requests at once, so many a minute, fewer as soon as it says "too many".

The number at once is halved where it is refused and grows by one a round of answers, as TCP's window does (Jacobson
1988; Chiu & Jain 1989: additive increase, multiplicative decrease).
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """How much a server is asked at most, in requests at once and in requests and tokens a minute, and how patiently.

    `timeout` are seconds for a request, `attempts` how often it is tried, `give_up_after` the requests that may fail in
    a row.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    concurrency: Annotated[int, Field(ge=1, le=1024)] = 16
    requests_per_minute: Annotated[float, Field(gt=0)] | None = None
    tokens_per_minute: Annotated[float, Field(gt=0)] | None = None
    timeout: Annotated[float, Field(gt=0)] = 60.0
    attempts: Annotated[int, Field(ge=1)] = 6
    give_up_after: Annotated[int, Field(ge=1)] = 5


@dataclass
class Bucket:
    """So many units a minute, evenly: whoever takes some waits until those before have had their time."""

    per_minute: float | None
    free_at: float = 0.0

    def seconds(self, units: float, now: float) -> float:
        """How long to wait before so many units may go, which are taken."""
        if self.per_minute is None:
            return 0.0
        start = max(self.free_at, now)
        self.free_at = start + 60 * units / self.per_minute
        return start - now


@dataclass
class Pace:
    """`most` requests at once; `busy` are the seconds in which at least one was on its way."""

    most: int
    requests: Bucket
    tokens: Bucket
    busy: float = 0.0
    _limit: float = 0.0
    _under_way: int = 0
    _since: float = 0.0
    _not_before: float = 0.0
    _waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self._limit = float(self.most)

    @classmethod
    def of(cls, limits: Limits) -> Pace:
        """The pace that keeps some limits."""
        return cls(limits.concurrency, Bucket(limits.requests_per_minute), Bucket(limits.tokens_per_minute))

    @property
    def limit(self) -> int:
        """Requests at once at the moment."""
        return max(1, int(self._limit))

    @asynccontextmanager
    async def turn(self, tokens: float) -> AsyncIterator[None]:
        """Wait for a place and for the rates, and keep the place meanwhile."""
        await self._enter()
        try:
            await self._wait(tokens)
            yield
        finally:
            self._leave()

    async def _enter(self) -> None:
        """Who came first has the first place: one that is overtaken would keep all that wait for its answer."""
        if not self._waiting and self._under_way < self.limit:
            self._begin()
            return
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._leave()
            raise

    async def _wait(self, tokens: float) -> None:
        now = time.monotonic()
        pause = max(self.requests.seconds(1, now), self.tokens.seconds(tokens, now), self._not_before - now)
        while pause > 0:
            await asyncio.sleep(pause)
            pause = self._not_before - time.monotonic()

    def _begin(self) -> None:
        if not self._under_way:
            self._since = time.monotonic()
        self._under_way += 1

    def _leave(self) -> None:
        self._under_way -= 1
        if not self._under_way:
            self.busy += time.monotonic() - self._since
        while self._waiting and self._under_way < self.limit:
            place = self._waiting.popleft()
            if not place.done():
                self._begin()
                place.set_result(None)

    def answered(self) -> None:
        """An answer came: allow a little more."""
        self._limit = min(float(self.most), self._limit + 1 / self._limit)

    def refused(self, seconds: float) -> None:
        """The endpoint wants less: halve what is asked at once, and ask nothing for so long."""
        now = time.monotonic()
        if now >= self._not_before:  # those under way were sent before that
            self._limit = max(1.0, self._limit / 2)
        self._not_before = max(self._not_before, now + seconds)

    def used(self, more: float) -> None:
        """Take what a request used beyond its estimate from those to come."""
        if self.tokens.per_minute:
            self.tokens.free_at += 60 * more / self.tokens.per_minute
