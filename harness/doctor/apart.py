"""An examination in a process of its own, which the model may end, keep or fill with prints: none of that is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

from harness.doctor.examining import DEFAULTS, Asking, Loading, Patient, Wishes, examine
from harness.engine.strangers import error_line
from harness.errors import HarnessError, UserError
from harness.testing.problems import Problem, one_line

GRACE_SECONDS = 5.0
"""Seconds beyond a batch's own, for what the harness itself does with it."""

ENDLESS = "answer every batch, or raise: give a network call a timeout (`timeout: {batch: SECONDS}` allows more)"
SLOW = "look for what it waits for, a download or a lock, or allow more with --timeout SECONDS"
ENDED = "let no model end its process: raise an exception, and look for a crash in its native libraries"


@dataclass
class Examined:
    """A model and what is wrong with it."""

    patient: Patient
    problems: list[Problem] = field(default_factory=list)

    @property
    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        about = self.patient
        found = [{key: one_line(text) for key, text in asdict(each).items()} for each in self.problems]
        model = {"name": about.model, "labels": list(about.labels), "output": about.output}
        return {"model": model, "inputs": {"kind": about.kind, "count": about.inputs}, "findings": found}


def examined(model: str, data: str | None, began: Callable[[Patient], object], wishes: Wishes = DEFAULTS) -> Examined:
    """What is wrong with the model of a call; raises UserError where it, or its data, cannot be loaded in time.

    Where the model ends its process or does not answer, that is the last thing found. `began` is called once it is
    loaded.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_examine, args=(model, data, wishes, theirs))
    process.start()
    theirs.close()
    try:
        patient = _loaded(ours, process, wishes.loading)
        began(patient)
        return _heard(ours, process, patient)
    finally:
        process.kill()
        process.join()
        ours.close()


def _loaded(ours: Connection, process: BaseProcess, seconds: float) -> Patient:
    """The model, once it and its data are loaded; raises UserError where they are not within so many seconds."""
    what, until = "the process of the model", monotonic() + seconds
    while True:
        word = _next(ours, process, until)
        if isinstance(word, UserError):
            raise word
        if isinstance(word, Patient):
            return word
        if word is TimeoutError:
            raise UserError(f"loading {what} took more than {seconds:g} s: {SLOW}")
        if not isinstance(word, Loading):
            raise UserError(f"the model could not be loaded: {_end_of(process)}")
        what = word.what


def _heard(ours: Connection, process: BaseProcess, patient: Patient) -> Examined:
    found = Examined(patient)
    when, until = "", None
    while True:
        word = _next(ours, process, until)
        if isinstance(word, UserError):
            raise word
        if isinstance(word, Problem):
            found.problems.append(word)
        elif isinstance(word, Asking):
            when, until = word.when, monotonic() + patient.seconds + GRACE_SECONDS
        elif word is TimeoutError:
            late = f"no answer within {patient.seconds:g} s {when}"
            return Examined(patient, [*found.problems, Problem("time", late, ENDLESS)])
        elif word is EOFError:
            ended = Problem("process", f"{_end_of(process)} {when}", ENDED)
            return Examined(patient, [*found.problems, ended])
        else:
            return found


def _next(ours: Connection, process: BaseProcess, until: float | None) -> Any:
    """The next word of the process; EOFError once it has ended, TimeoutError when its time is over, None at its end."""
    ready = wait([ours, process.sentinel], None if until is None else max(0.0, until - monotonic()))
    if ours not in ready:
        return EOFError if ready else TimeoutError
    try:
        return ours.recv()
    except EOFError:
        return EOFError


def _end_of(process: BaseProcess) -> str:
    process.join(GRACE_SECONDS)
    code = process.exitcode or 0
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
    return f"its process was ended {how}"


def _examine(model: str, data: str | None, wishes: Wishes, pipe: Connection) -> None:
    """What the process does; whatever is printed in it goes to stderr, and threads that hang do not keep it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it ends it
    os.dup2(2, 1)
    try:
        examine(model, data, pipe.send, wishes)
        pipe.send(None)
    except HarnessError as error:
        pipe.send(UserError(str(error)))
    except BaseException as error:  # noqa: BLE001  # as what a kind of input raises on odd data
        pipe.send(UserError(error_line(error)))
    os._exit(0)
