"""How long a run waits for a model: a thread that can be left behind, and limits of a batch and of the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeAlias, TypeVar

from harness.errors import RunError, listed

T = TypeVar("T")

GRACE_SECONDS, SAMPLES_NAMED = 10.0, 3
"""Seconds for the batch that is computed when the run's limit is over, and samples of a batch that are named."""

Alarm: TypeAlias = Callable[[str, float | None, str], object]
"""`(limit, seconds, why)` ends this process from outside, unless it is called for that limit again, with None.

Only the command line has one: who keeps Python's lock, or never yields, leaves nobody else to end the run.
"""


@dataclass
class Patience:
    """The limits of a batch and of the whole run, in seconds from `started`; None is no limit.

    `to_close` are the seconds that the end of a run waits for a batch that is still computed.
    """

    batch: float | None = None
    run: float | None = None
    alarm: Alarm | None = None
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.to_close = None if self.batch is None and self.run is None else GRACE_SECONDS
        self._batch_limit = f"{self.batch} s (timeout.batch, --batch-timeout)"
        self.too_long = f"the run stopped: it was not finished within {self.run} s (timeout.run, --timeout)"

    def _left(self) -> float:
        return inf if self.run is None else self.run - (time.monotonic() - self.started)

    def require_time(self) -> None:
        """Raise RunError when the run's limit is over."""
        if self._left() < 0:
            raise RunError(self.too_long)

    def asking(self, model: str, *, answered: bool = False) -> None:
        """Set the alarm of a model's batch, from the thread that may keep Python's lock, and take it back."""
        if self.alarm and self.batch is not None:
            why = f"the run stopped: model {model!r} did not answer a batch within {self._batch_limit}"
            self.alarm(f"batch of {model}", None if answered else self.batch, why)

    def wait(self, future: Future[Any], model: str, samples: Callable[[], Iterable[str]]) -> None:
        """Wait until a model answers a batch about some samples; raises RunError when it takes longer than a limit.

        Waited for is the oldest batch, before which there is none any more: so it is computed all the while.
        """
        seconds = min(inf if self.batch is None else self.batch, max(0.0, self._left() + GRACE_SECONDS))
        if wait([future], None if seconds == inf else seconds).done:
            return
        first, more = (asked := list(dict.fromkeys(samples())))[:SAMPLES_NAMED], len(asked) - SAMPLES_NAMED
        which = f"model {model!r} did not answer a batch about {listed(first)}{f' and {more} more' * (more > 0)}"
        self.to_close, by_batch = 0.0, f"the run stopped: {which} within {self._batch_limit}"
        raise RunError(by_batch if seconds == self.batch else f"{self.too_long}, and {which} in some more seconds")


class Worker:
    """One thread in which a model is called, and the seconds it spent there.

    Models run here only, so nothing a procedure does to its own thread (torch modes, warnings) reaches them. No thread
    can be ended: one whose model hangs is left behind, and does not keep the process.
    """

    def __init__(self, name: str, patience: Patience | None = None) -> None:
        self.seconds, self._name, self._patience = 0.0, name, patience or Patience()
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] | None = None

    def submit(self, call: Callable[..., T], /, *args: Any, **options: Any) -> Future[T]:
        """Run `call(*args, **options)` after everything submitted before."""
        if self._calls is None:
            self._calls = SimpleQueue()
            self._thread = Thread(target=self._work, args=(self._calls,), name=f"model-{self._name}", daemon=True)
            self._thread.start()
        future: Future[T] = Future()
        self._calls.put((future, lambda: call(*args, **options)))
        return future

    def close(self, seconds: float | None = None) -> None:
        """Forget what has not begun, and wait so long for the batch that has; a later submit begins a thread anew."""
        calls, self._calls = self._calls, None
        if calls:
            with suppress(Empty):
                while left := calls.get_nowait():
                    left[0].cancel()
            calls.put(None)
            self._thread.join(seconds)

    def _work(self, calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None]) -> None:
        while submitted := calls.get():
            if submitted[0].set_running_or_notify_cancel():
                self._answer(*submitted)
            del submitted  # while this waits, a batch and its answers are somebody else's

    def _answer(self, future: Future[Any], call: Callable[[], Any]) -> None:
        self._patience.asking(self._name)
        start = time.perf_counter()
        try:
            found, error = call(), None
        except BaseException as raised:  # noqa: BLE001  # raised where the answer is taken
            found, error = None, raised
        self.seconds += time.perf_counter() - start
        self._patience.asking(self._name, answered=True)
        future.set_exception(error) if error else future.set_result(found)
        del error  # which has this frame in its traceback
