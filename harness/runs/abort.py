"""When a run gives up: a broken model should not be asked a million times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from harness.errors import RunError


class Ended(Protocol):
    """A case that ended: a record or an outcome."""

    @property
    def error(self) -> str | None: ...


E = TypeVar("E", bound=Ended)

FAILURES_TO_GIVE_UP = 100
"""Cases failing in a row, with none going well between, after which a run gives up and keeps the rest for --resume."""


class Failures:
    """Counts the cases that failed in a row, and whether any succeeded, now or before the run was resumed."""

    def __init__(self, *, any_done: bool) -> None:
        self._succeeded = any_done
        self._in_a_row = 0
        self._first: str | None = None
        self._last = ""

    def taken(self, records: Sequence[E]) -> Sequence[E]:
        """The finished cases up to the point where too many failed in a row: usually all."""
        for at, record in enumerate(records, 1):
            if record.error is None:
                self._in_a_row, self._succeeded = 0, True
                continue
            self._first, self._last = self._first or record.error, record.error
            self._in_a_row += 1
            if self._in_a_row >= FAILURES_TO_GIVE_UP:
                return records[:at]
        return records

    def require_hope(self) -> None:
        """Raises RunError where too many failed in a row."""
        if self._in_a_row >= FAILURES_TO_GIVE_UP:
            raise RunError(_hopeless(f"the last {self._in_a_row} cases all failed", self._last))

    def require_any(self) -> None:
        """Raises RunError where nothing went well."""
        if self._first is not None and not self._succeeded:
            raise RunError(_hopeless("every case failed", self._first))


def _hopeless(what: str, error: str) -> str:
    last = _first_line(error)
    return (
        f"the run stopped: {what}, with:\n  {last}\n"
        "What finished is kept. If the cause lies outside of suite, model and data, --resume asks the failed cases "
        "again; else mend it and start a new run"
    )


def _first_line(error: str) -> str:
    """The line of a traceback that names the exception and begins its message."""
    lines = error.splitlines()
    frames = [at for at, line in enumerate(lines) if line.startswith("  ")]
    after = lines[frames[-1] + 1 :] if frames and frames[-1] + 1 < len(lines) else lines
    return next((line for line in after if line.strip()), "")
