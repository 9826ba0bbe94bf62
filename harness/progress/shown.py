"""The progress of a run: a bar on a terminal, a plain line now and then elsewhere, or nothing."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from harness.progress.remaining import Ended, Left, Name, Remaining

BAR_SECONDS = 0.1
"""Seconds between two states of the bar: drawing one takes longer than many a case."""

LINE_SECONDS = 10.0
"""Seconds between plain lines: a log stays short, and a stalled run shows."""

SCORING_SECONDS = 2.0
"""Seconds after which scoring says that it is what takes so long."""

LONG_SECONDS = 60.0
"""Seconds from which on the cost of a part is shown as soon as it is known."""


class Silent:
    """Shows nothing."""

    def start(self, cases: int, finished: int, remaining: Remaining | None = None) -> None:
        """Nothing to show."""

    def done(self, records: Sequence[Ended], prefix: str = "") -> None:
        """Nothing to show."""

    def stop(self) -> None:
        """Nothing to show."""

    def scoring(self, _task: str, /) -> AbstractContextManager[object]:
        """Nothing to show."""
        return nullcontext()


class _Counted:
    """What ended of a run by now, and what is left of it."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._long: set[Name] | None = set()

    def start(self, cases: int, finished: int, remaining: Remaining | None = None) -> None:
        """Begin with so many cases, some of which finished before; without `remaining` no time is shown."""
        self._cases, self._begun_with, self._finished, self._errors = cases, finished, finished, 0
        self._remaining = remaining
        self._begun = self._last = self._clock()

    def scoring(self, task: str, /) -> AbstractContextManager[object]:
        """Say now and then that a task is being scored, once that takes long."""
        return said_meanwhile(f"scoring {task} ...", self._say)

    def _count(self, records: Sequence[Ended], prefix: str) -> None:
        self._finished += len(records)
        self._errors += sum(record.error is not None for record in records)
        if self._remaining:
            self._remaining.done(records, prefix)

    @property
    def _rate(self) -> float:
        return (self._finished - self._begun_with) / max(self._clock() - self._begun, 1e-9)

    def _left(self) -> str:
        """The time left in words, empty where nobody knows; says what takes long, once."""
        found = self._remaining.by_part(self._clock() - self._begun) if self._remaining else None
        if found is None:
            return ""
        if self._long is not None:
            self._long = None
            for line in costs(found):
                self._say(line)
        seconds = sum(each.seconds for each in found.values())
        return f", {lasting(seconds)} left" if seconds > 0 else ""

    def _say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class Lines(_Counted):
    """A line every few seconds, with rate and remaining time: for logs."""

    def start(self, cases: int, finished: int, remaining: Remaining | None = None) -> None:
        super().start(cases, finished, remaining)
        again = f", {finished} of them finished before" if finished else ""
        self._say(f"{cases} cases{again}")

    def done(self, records: Sequence[Ended], prefix: str = "") -> None:
        self._count(records, prefix)
        if self._clock() - self._last >= LINE_SECONDS:
            self._last = self._clock()
            self._say(self._line())

    def stop(self) -> None:
        self._say(self._line())

    def _line(self) -> str:
        errors = f", {self._errors} error{'s' * (self._errors != 1)}" if self._errors else ""
        left = self._left() if self._finished < self._cases else ""
        seconds = self._clock() - self._begun
        return f"{self._finished}/{self._cases} cases in {seconds:.1f} s, {self._rate:.1f}/s{left}{errors}"


class Bar(_Counted):
    """One bar, with rate and remaining time: for a terminal."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._bars: Bars | None = None
        self._task: TaskID | None = None

    def start(self, cases: int, finished: int, remaining: Remaining | None = None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        super().start(cases, finished, remaining)
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            console=Console(file=self._stream),
        )
        self._task = self._bars.add_task("cases", total=cases, completed=finished, rate="")
        self._bars.start()

    def done(self, records: Sequence[Ended], prefix: str = "") -> None:
        self._count(records, prefix)
        if self._clock() - self._last >= BAR_SECONDS:
            self._show()

    def stop(self) -> None:
        if self._bars is not None:
            self._show()
            self._bars.stop()
            self._bars = None

    def _show(self) -> None:
        if self._bars is None or self._task is None:
            return
        self._last = self._clock()
        errors = f" [red]{self._errors} error{'s' * (self._errors != 1)}[/red]" if self._errors else ""
        left = self._left() if self._finished < self._cases else ""
        self._bars.update(self._task, completed=self._finished, rate=f"{self._rate:.1f}/s{left}{errors}")

    def _say(self, line: str) -> None:
        if self._bars is None:
            super()._say(line)
        else:
            self._bars.console.print(line, markup=False, highlight=False)


def costs(found: dict[Name, Left]) -> Iterator[str]:
    """`attack deepwordbug: about 12,000 questions, 6 min on this machine`, of each part that takes long."""
    for (task, part), left in found.items():
        if left.seconds >= LONG_SECONDS:
            name = f"{task} {part}".rstrip()
            yield f"{name}: about {_round(left.rows):,} more questions, {lasting(left.seconds)} on this machine"


def _round(number: float) -> int:
    """A number to two digits."""
    return int(float(f"{number:.2g}"))


def lasting(seconds: float) -> str:
    """`4.2 s`, `34 s`, `3 min`, `2 h 10 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.1f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def said_meanwhile(line: str, say: Callable[[str], None], wait: float = SCORING_SECONDS) -> Iterator[None]:
    """Say a line if the block takes longer than `wait` seconds, and again with the time every LINE_SECONDS."""
    over, begun = threading.Event(), time.monotonic()

    def watch() -> None:
        if over.wait(wait):
            return
        say(line)
        while not over.wait(LINE_SECONDS):
            say(f"{line} {time.monotonic() - begun:.0f} s")

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def progress_for(stream: TextIO = sys.stderr, *, quiet: bool = False) -> Silent | Lines | Bar:
    """Bars if the stream is a terminal, else lines; silence when asked for."""
    if quiet:
        return Silent()
    return Bar(stream) if stream.isatty() else Lines(stream)
