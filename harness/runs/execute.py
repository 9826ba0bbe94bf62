"""One run from a checked suite to its verdicts, wherever it was asked for: command line, Python or pytest."""

from __future__ import annotations

import gc
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.engine.patience import GRACE_SECONDS, Alarm, Patience
from harness.errors import UserError, listed, nearest
from harness.files import stdout_to_stderr
from harness.own.locate import import_folders
from harness.paid.disk import answer_memory
from harness.progress.shown import Silent
from harness.records.folder import RunFolder
from harness.records.info import Seconds
from harness.records.reading import INDEX, read_info
from harness.runs.job import Job, Progress
from harness.runs.load import Checked, load
from harness.runs.render import begin
from harness.suite import components
from harness.suite.file import SuiteFile, load_suite
from harness.types import Undecided
from harness.verdicts.scoring import Verdicts

if TYPE_CHECKING:
    from harness.baselines.against import Against

RUNS_FOLDER = Path("runs")

_MOMENT = r"-(\d{8}-\d{6})(?:-(\d+))?"
"""How the name of a new run directory ends."""

GC_THRESHOLD_OBJECTS = 20_000
"""Objects made, beyond those gone, before the garbage collector looks at them."""


def suite_file(suite: str, overrides: dict[str, Any]) -> SuiteFile:
    """A suite by path, or an installed one by name."""
    path = Path(suite)
    if path.is_file():
        return load_suite(path, overrides)
    installed = components.find("suites")
    if suite in installed:
        return load_suite(components.load("suites", suite)(), overrides)
    raise UserError(
        f"there is no suite file {suite!r}, nor an installed suite of that name (installed: {listed(installed)})"
        f"{nearest(suite, installed)}"
    )


def folder_for(
    name: str, out: Path | None, runs: Path = RUNS_FOLDER, *, resume: bool = False, mark: str = "run.json"
) -> Path:
    """The folder of a run: `out`, or a new one in `runs`; with `resume`, the one to resume, which has the file `mark`.

    Raises UserError, before anything loads, when there is a run already, or none to resume.
    """
    if resume:
        return _resumed(name, out, mark, runs)
    try:
        if out is not None and any((out / each).exists() for each in ("run.json", INDEX)):
            raise UserError(f"{out} already contains a run: continue it with --resume, or choose another --out")
        return out or _new_folder(name, runs)
    except OSError as error:
        raise UserError(f"cannot write to the run directory {out or runs}: {error}") from None


def execute(
    checked: Checked,
    path: Path,
    against: Against | None,
    *,
    resume: bool = False,
    undecided: Undecided = "fail",
    progress: Progress | None = None,
    cache: Path | None = None,
    alarm: Alarm | None = None,
) -> Verdicts:
    """Load what a suite names, run it into a folder and decide its gates; answers are also kept in `cache`.

    `against` is what `comparing.compared` found. `alarm` ends this process where a limit of the suite's is over and
    nobody in it can say so. What a model or a plugin prints goes to stderr: stdout is for results.
    """
    patience = Patience(checked.suite.timeout.batch, checked.suite.timeout.run, alarm)
    with surroundings(checked.file, path, patience) as freeze:
        start = time.perf_counter()
        begin("html")
        loaded = load(checked)
        seconds = Seconds(load=time.perf_counter() - start)
        freeze()
        with RunFolder(path) as folder, answer_memory(loaded.models, cache, path) as memory:
            shown = progress or Silent()
            job = Job(loaded, folder, shown, undecided, seconds=seconds, memory=memory, patience=patience)
            job.against = against
            return job.run(resume=resume)


@contextmanager
def surroundings(file: SuiteFile, path: Path, patience: Patience) -> Iterator[Callable[[], None]]:
    """All that a run changes of its process and what it hears of its time; yields `relaxed_gc`'s."""
    folders = import_folders(file.folder, Path.cwd())
    with _alarmed(patience), _kept(path), stdout_to_stderr(), folders, relaxed_gc() as freeze:
        yield freeze


@contextmanager
def _alarmed(patience: Patience) -> Iterator[None]:
    """Have the process ended once the run's limit is long over: by then it has ended by itself, or cannot."""
    if patience.alarm and patience.run is not None:
        patience.alarm("run", patience.run + GRACE_SECONDS, patience.too_long)
    try:
        yield
    finally:
        if patience.alarm:
            patience.alarm("run", None, "")


@contextmanager
def _kept(path: Path) -> Iterator[None]:
    """Come back from wherever a model went: to the working directory and to Python's limit of recursion.

    The folder of a run that never began is removed.
    """
    here, deepest = Path.cwd(), sys.getrecursionlimit()
    try:
        yield
    finally:
        os.chdir(here)
        sys.setrecursionlimit(deepest)
        if re.search(f"{_MOMENT}$", path.name):
            with suppress(OSError):  # one of them is not empty
                path.rmdir()
                path.parent.rmdir()


@contextmanager
def relaxed_gc() -> Iterator[Callable[[], None]]:
    """Collect garbage less often; yields what keeps the collector from what is there by then.

    Samples, answers and records stay: with a million of them looking again and again took a third of the time. Where
    the host has frozen objects of its own nothing is frozen: thawing would thaw them too.
    """
    before, free = gc.get_threshold(), gc.get_freeze_count() == 0
    gc.set_threshold(GC_THRESHOLD_OBJECTS, *before[1:])
    try:
        yield gc.freeze if free else _leave_it
    finally:
        gc.set_threshold(*before)
        if free:
            gc.unfreeze()


def _leave_it() -> None:
    """In place of `gc.freeze`, where it is the host's."""


def _new_folder(name: str, runs: Path) -> Path:
    stem = f"{name}-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    candidates = (runs / (stem if not at else f"{stem}-{at}") for at in range(1000))
    return next(path for path in candidates if _is_mine(path))


def _is_mine(path: Path) -> bool:
    """Make the folder, so that no other run begun in this second takes it; false where it is there."""
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        return False
    return True


def _resumed(name: str, out: Path | None, mark: str, runs: Path) -> Path:
    """The run to go on with; raises UserError when there is none."""
    if out is not None:
        if mark == "run.json":
            read_info(out)
        return out
    named = re.compile(re.escape(name) + _MOMENT)
    matches = (named.fullmatch(path.parent.name) for path in runs.glob(f"*/{mark}"))
    begun = [(match[1], int(match[2] or 0), match[0]) for match in matches if match]
    if not begun:
        raise UserError(f"there is no run of {name!r} in {runs}/ to resume: name it with --out")
    return runs / max(begun)[2]
