"""The progress of a run: a bar on a terminal, a plain line now and then elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from harness.runs.abort import Ended

SHARE_FOR_ESTIMATE = 0.1
"""The share of finished cases from which on the remaining time is estimated: long sessions end late."""

BAR_SECONDS = 0.1
"""Seconds between two states of the bar: drawing one takes longer than many a case."""

LINE_SECONDS = 10.0
"""Seconds between plain lines: a log stays short, and a stalled run shows."""


class Silent:
    """Shows nothing."""

    def start(self, cases: int, finished: int) -> None:
        """Nothing to show."""

    def done(self, records: Sequence[Ended]) -> None:
        """Nothing to show."""

    def stop(self) -> None:
        """Nothing to show."""


class Lines:
    """A line every few seconds, with rate and remaining time: for logs."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock

    def start(self, cases: int, finished: int) -> None:
        self._cases, self._begun_with, self._finished, self._errors = cases, finished, finished, 0
        self._begun = self._last = self._clock()
        again = f", {finished} of them finished before" if finished else ""
        self._say(f"{cases} cases{again}")

    def done(self, records: Sequence[Ended]) -> None:
        self._finished += len(records)
        self._errors += sum(record.error is not None for record in records)
        if self._clock() - self._last >= LINE_SECONDS:
            self._last = self._clock()
            self._say(self._line())

    def stop(self) -> None:
        self._say(self._line())

    def _line(self) -> str:
        seconds = max(self._clock() - self._begun, 1e-9)
        rate = (self._finished - self._begun_with) / seconds
        left = (self._cases - self._finished) / rate if rate else float("inf")
        errors = f", {self._errors} error{'s' * (self._errors != 1)}" if self._errors else ""
        enough = self._finished - self._begun_with >= SHARE_FOR_ESTIMATE * (self._cases - self._begun_with)
        remaining = f", {left:.0f} s left" if enough and 0 < left < float("inf") else ""
        return f"{self._finished}/{self._cases} cases in {seconds:.1f} s, {rate:.1f}/s{remaining}{errors}"

    def _say(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class Bar:
    """One bar, with rate and remaining time: for a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bars: Bars | None = None
        self._task: TaskID | None = None
        self._errors = 0

    def start(self, cases: int, finished: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(file=self._stream),
        )
        self._begun = self._shown = time.monotonic()
        self._first = self._finished = finished
        self._task = self._bars.add_task("cases", total=cases, completed=finished, rate="")
        self._bars.start()

    def done(self, records: Sequence[Ended]) -> None:
        self._finished += len(records)
        self._errors += sum(record.error is not None for record in records)
        if time.monotonic() - self._shown >= BAR_SECONDS:
            self._show()

    def stop(self) -> None:
        if self._bars is not None:
            self._show()
            self._bars.stop()

    def _show(self) -> None:
        if self._bars is None or self._task is None:
            return
        self._shown = time.monotonic()
        rate = f"{(self._finished - self._first) / max(self._shown - self._begun, 1e-9):.1f}/s"
        errors = f" [red]{self._errors} error{'s' * (self._errors != 1)}[/red]" if self._errors else ""
        self._bars.update(self._task, completed=self._finished, rate=rate + errors)


def progress_for(stream: TextIO = sys.stderr, *, quiet: bool = False) -> Silent | Lines | Bar:
    """Bars if the stream is a terminal, else lines; silence when asked for."""
    if quiet:
        return Silent()
    return Bar(stream) if stream.isatty() else Lines(stream)
