"""How far a run is: lines for a file, a bar for somebody who looks."""

from __future__ import annotations

import io
import re
import threading
from typing import Any

import pytest

from harness.progress.remaining import Part, Remaining
from harness.progress.shown import LINE_SECONDS, Bar, Lines, Silent, lasting, progress_for, said_meanwhile
from harness.records.record import Record


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def outcome(error: str | None = None) -> Record[Any]:
    return Record("t", "", "1", "error" if error else "ok", error, 1, None)


def planned(cases: int, *, once: bool = True) -> Remaining:
    return Remaining({("t", ""): Part([1.0] * cases, once=once)})


def test_lines_tell_rate_and_remaining_time_now_and_then() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = Lines(stream, clock)
    lines.start(100, 40, planned(60))
    for at in range(20):
        clock.now += LINE_SECONDS / 10
        lines.done([outcome("Traceback" if at == 3 else None)])
    lines.stop()
    assert stream.getvalue().splitlines() == [
        "100 cases, 40 of them finished before",
        "50/100 cases in 10.0 s, 1.0/s, 50 s left, 1 error",
        "60/100 cases in 20.0 s, 1.0/s, 40 s left, 1 error",
        "60/100 cases in 20.0 s, 1.0/s, 40 s left, 1 error",
    ]


def test_lines_tell_no_time_that_nobody_knows_and_what_takes_long_once_they_do() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = Lines(stream, clock)
    lines.start(10, 0, planned(10, once=False))
    for asked in (0, 50, 50):
        clock.now += LINE_SECONDS
        lines.done([Record("t", "", "1", "ok", None, asked, None)] if asked else [])
    assert stream.getvalue().splitlines() == [
        "10 cases",
        "0/10 cases in 10.0 s, 0.0/s",
        "t: about 450 more questions, 3 min on this machine",
        "1/10 cases in 20.0 s, 0.1/s, 3 min left",
        "2/10 cases in 30.0 s, 0.1/s, 2 min left",
    ]


def test_what_is_scored_for_long_is_said() -> None:
    stream, over = io.StringIO(), threading.Event()

    def say(line: str) -> None:
        stream.write(line)
        over.set()

    with said_meanwhile("scoring t ...", say, wait=0.0):
        assert over.wait(30)
    assert stream.getvalue() == "scoring t ..."


def test_what_is_scored_at_once_is_not() -> None:
    stream = io.StringIO()
    with Lines(stream).scoring("t"):
        pass
    assert stream.getvalue() == ""


def test_lines_survive_a_run_without_cases() -> None:
    stream = io.StringIO()
    lines = Lines(stream, Clock())
    lines.start(0, 0)
    lines.stop()
    assert stream.getvalue() == "0 cases\n0/0 cases in 0.0 s, 0.0/s\n"


class Terminal(io.StringIO):
    """A stream somebody looks at."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_a_bar_with_rate_remaining_time_and_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    bar = progress_for(stream)
    assert isinstance(bar, Bar)
    bar.start(4, 1, planned(3))
    bar.done([outcome()])
    bar.done([outcome("Traceback")])
    bar.stop()
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue())
    assert re.search(r"cases .* 3/4 \d+\.\d/s, \d+(\.\d)? s left 1 error \d:\d\d:\d\d", shown)


def test_who_looks_decides_how_progress_is_shown() -> None:
    shown = [progress_for(io.StringIO()), progress_for(Terminal()), progress_for(Terminal(), quiet=True)]
    assert [type(each) for each in shown] == [Lines, Bar, Silent]


def test_silence_is_a_progress_too(capsys: pytest.CaptureFixture[str]) -> None:
    silent = Silent()
    silent.start(1, 0)
    silent.done([outcome()])
    silent.stop()
    assert capsys.readouterr() == ("", "")
    with silent.scoring("t"):
        pass
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("seconds", "said"), [(4.23, "4.2 s"), (34.4, "34 s"), (200, "3 min"), (7800, "2 h 10 min")])
def test_time_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert lasting(seconds) == said
