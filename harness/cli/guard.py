"""A run in a process of its own, under one that nothing it does can end: a model may end its process with any code.

The parent imports nothing and does nothing but wait. It takes a verdict, 0 or 1, only from a child that reached its
end and wrote so; whatever else ended the child is 3. A child cannot outlive it.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import FrameType
from typing import NoReturn

REQUESTS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""The signals that ask a run to stop."""

COULD_NOT_FINISH, INTERRUPTED = 3, 130
"""The exit codes of a run without a verdict."""

SECONDS_BEFORE_A_WORD = 0.5
"""Seconds after a first Ctrl-C or SIGTERM, from which on the wait for the model's batch is explained."""

SECONDS_TO_STOP = 10.0
"""Seconds that a child has to stop; a runner in the cloud gives as much or more before it kills."""

SECONDS_TOGETHER = 0.3
"""Signals so close are one request: a terminal and `timeout` send theirs to parent and child, or twice."""

SECONDS_FOR_THREADS = 2.0
"""Seconds that a finished command waits for threads a model left behind."""

SECONDS_TO_SAY_SO = 5.0
"""Seconds that a child has to end by itself when a limit is over, before its parent ends it."""

SECONDS_BETWEEN_LOOKS = 0.25
"""Seconds between two looks of the parent at the alarms."""

PR_SET_PDEATHSIG = 1
"""Of prctl(2): the signal that a process gets when the one that forked it ends."""

ALARMS, ALARM_BYTES = 16, 16384
"""Alarms in the page that parent and child share, and the bytes that each has."""

Last = Callable[[str, str], object]
"""What the parent does for a child that it ended: `(folder, why)`."""


def guarded(command: Callable[[], object], last: Last) -> None:
    """Call `command`, which ends with SystemExit, in a child process; `last` is called where an alarm ended that.

    Elsewhere than on Linux, where a fork is safe before anything is imported, it runs in this one, with an `os._exit`
    that cannot give 0.
    """
    if sys.platform != "linux":
        os._exit = refusing(os._exit)
        ended(command)
    alarms = Alarms()
    heard, tell = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, REQUESTS)  # one that comes within a fork would be lost
    parent, child = os.getpid(), os.fork()
    if child:
        os.close(tell)
        os.set_blocking(heard, False)
        os._exit(_Parent(child, heard, alarms, last).code(before))
    os.close(heard)
    Alarms.shared = alarms
    _end_with(parent)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt_once)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    ended(command, tell)


def ended(command: Callable[[], object], tell: int | None = None) -> NoReturn:
    """Call a command, write its exit code to `tell`, and end, whatever threads are left."""
    code: object = None
    try:
        command()
    except SystemExit as end:
        code = end.code
    number = code if isinstance(code, int) else int(code is not None)
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()
    if tell is not None:
        os.write(tell, bytes([number]))
    if any(each.name.startswith("model-") for each in threading.enumerate()):
        os._exit(number)  # it is still asked: Python's end could crash under it
    if any(not each.daemon for each in threading.enumerate() if each is not threading.main_thread()):
        leave = threading.Timer(SECONDS_FOR_THREADS, os._exit, (number,))
        leave.daemon = True
        leave.start()
    sys.exit(number)


def refusing(leave: Callable[[int], NoReturn]) -> Callable[[int], NoReturn]:
    """An `os._exit` that gives 3 for 0 in this process; in those forked from it, it is as it was."""
    own = os.getpid()
    return lambda code: leave(code if code or os.getpid() != own else COULD_NOT_FINISH)


_heard: list[int] = []
"""The requests to stop that this process got."""


class Alarms:
    """A page that parent and child share: when the child is to be ended, in which folder it writes, and why."""

    shared: Alarms | None = None
    """The child's."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, ALARMS * ALARM_BYTES)
        self._places: dict[str, int] = {}

    def set(self, limit: str, seconds: float | None, folder: str, why: str) -> None:
        """Set the alarm of a limit, or with no seconds take it back."""
        at = self._places.setdefault(limit, len(self._places) % ALARMS * ALARM_BYTES)
        self._page[at : at + 8] = struct.pack("d", 0.0)
        if seconds is not None:
            text = json.dumps([folder, why[:300]]).encode()  # 3 bytes for each of a path, which has 4,096 at most
            self._page[at + 8 : at + 12 + len(text)] = struct.pack("I", len(text)) + text
            self._page[at : at + 8] = struct.pack("d", time.monotonic() + seconds + SECONDS_TO_SAY_SO)

    def due(self) -> tuple[str, str] | None:
        """The folder and the words of an alarm whose time has come."""
        for at in range(0, len(self._page), ALARM_BYTES):
            when, size = struct.unpack("=dI", self._page[at : at + 12])
            if 0 < when < time.monotonic():
                folder, why = json.loads(self._page[at + 12 : at + 12 + size])
                return folder, why
        return None


def alarm(folder: str) -> Callable[[str, float | None, str], None]:
    """Sets alarms of a run in a folder; does nothing where there is no parent."""
    shared = Alarms.shared
    return lambda limit, seconds, why: shared.set(limit, seconds, folder, why) if shared else None


class _Parent:
    """Waits for the child, and hands it requests to stop; the second one, or a child that does not stop, ends it.

    So does an alarm that the child set and did not take back.
    """

    def __init__(self, child: int, heard: int, alarms: Alarms, last: Last) -> None:
        self._child, self._heard, self._alarms, self._last = child, heard, alarms, last
        self._overdue: tuple[str, str] | None = None
        self._asked: float | None = None
        self._waiting = False

    def code(self, mask: Iterable[int]) -> int:
        """The exit code for the shell; signals that are not in the mask are heard again."""
        for number in REQUESTS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._ask)
        signal.signal(signal.SIGALRM, self._lose_patience)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        threading.Thread(target=self._look, daemon=True).start()
        code = os.waitstatus_to_exitcode(os.waitpid(self._child, 0)[1])
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self._overdue and code < 0:
            self._last(*self._overdue)
            return COULD_NOT_FINISH
        if code in {0, 1} and not self._is_heard(code):
            return self._without_verdict(f"the model's process ended with {code} before the run did")
        if code >= 0:
            return code
        if self._asked is not None:
            print("harness: ended; what finished is kept, --resume goes on", file=sys.stderr)
            return INTERRUPTED
        return self._without_verdict(f"the model's process was ended by {signal.Signals(-code).name}")

    def _look(self) -> None:
        while not (due := self._alarms.due()):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        self._overdue = due
        self._send(signal.SIGKILL)

    def _is_heard(self, code: int) -> bool:
        try:
            return os.read(self._heard, 1) == bytes([code])
        except BlockingIOError:  # somebody the model forked keeps it open
            return False

    def _without_verdict(self, why: str) -> int:
        print(f"harness: {why}: there is no verdict; what finished is kept, --resume goes on", file=sys.stderr)
        return COULD_NOT_FINISH

    def _ask(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked is None:
            self._asked = now
            self._send(number)
            signal.setitimer(signal.ITIMER_REAL, SECONDS_BEFORE_A_WORD)
        elif now - self._asked > SECONDS_TOGETHER:
            self._send(signal.SIGKILL)

    def _lose_patience(self, *_: object) -> None:
        if self._waiting:
            self._send(signal.SIGKILL)
            return
        self._waiting = True
        wait = f"waiting {SECONDS_TO_STOP:.0f} s for the model's batch; a second Ctrl-C ends it at once"
        print(f"harness: stopping: {wait}", file=sys.stderr)
        signal.setitimer(signal.ITIMER_REAL, SECONDS_TO_STOP)

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._child, number)


def _end_with(parent: int) -> None:
    """Have the system end this process with its parent; a thread could not, under a model that keeps Python's lock."""
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended meanwhile
        os.kill(os.getpid(), signal.SIGKILL)


def _interrupt_once(number: int, _: FrameType | None) -> NoReturn:
    """The parent hands on what the terminal sends to both, and ends this process itself when asked again."""
    signal.signal(number, signal.SIG_IGN)
    _heard.append(number)
    raise KeyboardInterrupt


def was_interrupted() -> bool:
    """Whether this process was asked to stop; libraries may have made an error of theirs of the KeyboardInterrupt."""
    return bool(_heard)
