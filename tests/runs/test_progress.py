"""How far a run is: lines for a file, a bar for somebody who looks."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from harness import Case, Outcome, Sample
from harness.runs.progress import LINE_SECONDS, Bar, Lines, Silent, progress_for


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def outcome(error: str | None = None) -> Outcome:
    def session(sample: Sample[Any], rng: object) -> Any:
        raise NotImplementedError

    return Outcome(Case("t", "", Sample("1", ""), session), error=error)


def test_lines_tell_rate_and_remaining_time_now_and_then() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = Lines(stream, clock)
    lines.start(100, 40)
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
    bar.start(4, 1)
    bar.done([outcome()])
    bar.done([outcome("Traceback")])
    bar.stop()
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", stream.getvalue())
    assert re.search(r"cases .* 3/4 \d+\.\d/s 1 error 0:00:0\d", shown)


def test_who_looks_decides_how_progress_is_shown() -> None:
    shown = [progress_for(io.StringIO()), progress_for(Terminal()), progress_for(Terminal(), quiet=True)]
    assert [type(each) for each in shown] == [Lines, Bar, Silent]


def test_silence_is_a_progress_too(capsys: pytest.CaptureFixture[str]) -> None:
    silent = Silent()
    silent.start(1, 0)
    silent.done([outcome()])
    silent.stop()
    assert capsys.readouterr() == ("", "")
