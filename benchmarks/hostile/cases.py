"""A million hostile cases: texts through all tasks, and files, addresses and answers that were valid once."""

from __future__ import annotations

import shutil
import time
import traceback
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from benchmarks.hostile import attempts, through
from benchmarks.hostile.project import Forked, make, preload

SHARES = {"address": 0.12, "entry": 0.06, "table": 0.05, "suite": 0.01, "line": 0.02, "cache": 0.001, "finished": 0.002}
"""The share of each kind of attempt; the rest are texts, of which every task's record is a case."""

TEXTS = 400
"""Texts of a block."""


def kinds(folder: Path) -> dict[str, Callable[[Random], None]]:
    """The attempts by name; the finished run is made in `folder`."""
    make(folder)
    ended = Forked(folder, "run", "quick.yaml", "--out", "run", "--quiet").ended(120)
    assert ended.code == 0, ended.err
    return {
        "address": attempts.address,
        "entry": attempts.entry,
        "table": partial(attempts.table, folder=folder),
        "suite": partial(attempts.suite, folder=folder),
        "line": partial(attempts.line, folder=folder),
        "cache": attempts.Cached(folder / "cache"),
        "finished": attempts.Finished(folder / "run"),
    }


def cases(folder: Path, count: int, seed: int = 0) -> Counter[str]:
    """Try so many cases, and count them as `kind: what came of it`; a failure is printed with its seed."""
    preload()
    found = Counter[str]()
    for name, attempt in kinds(folder).items():
        began = time.monotonic()
        for at in range(max(1, round(count * SHARES[name]))):
            came = attempts.outcome(partial(attempt, Random(f"{name} {seed} {at}")))
            found[f"{name}: {came}"] += 1
            if came not in {attempts.VALID, attempts.CLEAR}:
                _say(f"{name} {seed} {at}: {came}")
        _say(f"… {name}: {time.monotonic() - began:.0f} s")
    at, rest = 0, count - sum(found.values())
    while (done := sum(found.values())) < count:
        out = folder / "texts"
        shutil.rmtree(out, ignore_errors=True)
        try:
            found += through.block(Random(f"texts {seed} {at}"), out, min(TEXTS, max(3, rest // 40)))
        except Exception as error:  # noqa: BLE001  # which is what this looks for
            found[f"texts: {type(error).__name__}"] += 1
            _say(f"texts {seed} {at}: {traceback.format_exc()}")
        at += 1
        if at % 5 == 0:
            _say(f"… {done:,} cases")
    return found


def _say(line: str) -> None:
    print(line.encode("ascii", "backslashreplace").decode(), flush=True)


def main(count: int, seed: int) -> bool:
    """Count in a folder that is removed afterwards; whether nothing failed."""
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        found = cases(Path(folder), count, seed)
    for what, number in sorted(found.items()):
        _say(f"{number:9,} {what}")
    _say(f"{sum(found.values()):9,} cases in {time.monotonic() - began:.0f} s")
    return all(what.partition(": ")[2] in {attempts.VALID, attempts.CLEAR} for what in found)
