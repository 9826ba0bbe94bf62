"""Runs that are ended by a signal at a random moment, resumed until they finish, and compared with one left alone."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.hostile.project import Ended, Forked, make, preload
from harness.cli.guard import INTERRUPTED, SECONDS_TO_STOP

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
PROMISED = {signal.SIGKILL: {-9}, signal.SIGTERM: {INTERRUPTED}, signal.SIGINT: {INTERRUPTED}}
"""The exit codes of a run that a signal ended."""

MOST_SIGNALS = 12
"""Signals that one run gets at most."""

SECONDS_TO_DRAW = 30.0
"""The process that draws charts ends with the drawing it has begun, since nobody writes to it any more."""

SECONDS_TO_LISTEN = 0.1
"""A process that is signalled so soon may not have begun to listen, nor the run; then the system's rule holds."""

EARLY = {99}
"""How `Forked` ends where an interrupt comes before the command begins."""

SECONDS = 120.0
"""A run that takes longer hangs."""


def kills(folder: Path, count: int, seed: int = 0, shown: int = 20) -> Counter[str]:
    """Send so many signals to runs in `folder`, and count what came of it; the first failures are printed."""
    preload()
    make(folder)
    rng, found = Random(seed), Counter[str]()
    alone, usual = _alone(folder)
    found["milliseconds of a run"] = round(usual * 1000)
    while found["signals"] < count:
        failures = _one(folder, rng, (usual, count), alone, found)
        found["runs"] += 1
        for failure in failures:
            found[failure.partition(":")[0]] += 1
            if found["failures"] < shown:
                print(f"run {found['runs']}: {failure}", flush=True)
            found["failures"] += 1
        if found["runs"] % 10 == 0:
            print(f"… {dict(found)}", flush=True)
    return found


def _alone(folder: Path) -> tuple[dict[str, bytes], float]:
    """The files of a run that nothing disturbs, and the seconds that one takes, by the second of two."""
    for _ in range(2):
        shutil.rmtree(folder / "alone", ignore_errors=True)
        ended = _run(folder, "alone").ended(SECONDS)
        assert ended.code == 0, ended.err
    return _kept(folder / "alone"), ended.seconds


def _run(folder: Path, name: str) -> Forked:
    resumed = ["--resume"] if (folder / name / "run.json").exists() else []
    return Forked(folder, "run", "quick.yaml", "--out", name, "--quiet", *resumed)


def _kept(run: Path) -> dict[str, bytes]:
    """What has to be equal byte for byte: scores, gates, records and samples."""
    files = [run / "scores.json", run / "gates.json", run / "samples.parquet", *sorted(run.glob("records/*"))]
    return {file.relative_to(run).as_posix(): file.read_bytes() for file in files if file.exists()}


def _one(
    folder: Path, rng: Random, limits: tuple[float, int], alone: dict[str, bytes], found: Counter[str]
) -> list[str]:
    """Disturb a run some times, resume it, and list what is not as it should be; `limits` are seconds and signals."""
    usual, most = limits
    run = folder / "killed"
    shutil.rmtree(run, ignore_errors=True)
    failures = []
    for _ in range(min(rng.randrange(1, MOST_SIGNALS + 1), most - found["signals"])):
        before = found["signals"]
        failures += _disturbed(folder, rng, usual, found)
        if found["signals"] == before:  # it had finished
            break
    ended = _run(folder, run.name).ended(SECONDS)
    finished = ended.code == 0 or (ended.code == 2 and "is finished" in ended.err)
    failures += _said(ended, "resumed run")
    if not finished:
        failures.append(f"not finished: exit {ended.code}: {ended.err[-600:]}")
        return failures
    kept = _kept(run)
    found["runs equal byte for byte"] += kept == alone
    for name in sorted(alone.keys() | kept.keys()):
        failures += [f"other {name}: {difference}" for difference in _difference(alone.get(name), kept.get(name))]
    left = [path.name for pattern in ("*.part", "*.jsonl") for path in run.rglob(pattern)]
    return failures + [f"left behind: {', '.join(left)}"] * bool(left)


def _difference(one: bytes | None, other: bytes | None) -> list[str]:
    """Why two files differ, if they do: equal rows of Parquet may be encoded otherwise."""
    if one is None or other is None:
        return ["missing" if other is None else "unexpected"]
    if one == other:
        return []
    if not one.startswith(b"PAR1"):
        return ["other bytes"]
    tables = [pq.read_table(pa.BufferReader(each)) for each in (one, other)]
    return [] if tables[0].equals(tables[1]) else ["other rows"]


def _disturbed(folder: Path, rng: Random, usual: float, found: Counter[str]) -> list[str]:
    """Start or resume, and send a signal at a moment between the beginning and the usual end."""
    number, group = rng.choice(SIGNALS), rng.random() < 0.5
    process = _run(folder, "killed")
    moment = rng.uniform(0, usual)
    code = process.wait(moment)
    if code is not None:
        found["ended before the signal"] += 1
        process.written(code)
        return []
    before = time.monotonic()
    process.send(number, group=group)
    found["signals"] += 1
    found[number.name] += 1
    code = process.wait(SECONDS)
    took = time.monotonic() - before
    failures = [f"outlived: {number.name}"] if process.outlived(SECONDS_TO_DRAW) else []
    failures += [f"slow to stop: {took:.1f} s after {number.name}"] * (took > SECONDS_TO_STOP)
    found["milliseconds of the slowest stop"] = max(found["milliseconds of the slowest stop"], round(took * 1000))
    found["ended all the same with 0"] += code == 0
    early = moment < SECONDS_TO_LISTEN and code in {-number, *EARLY}
    found["ended before it listened"] += early and number != signal.SIGKILL and code != INTERRUPTED
    wrong = not early and code not in {0, *PROMISED[number]}
    ended = process.written(code)
    failures += [f"wrong exit code: {code} after {number.name} at {moment:.3f} s: {ended.err[-300:]}"] * wrong
    return failures + ([] if early else _said(ended, number.name))


def _said(ended: Ended, after: str) -> list[str]:
    bad = "Traceback" in ended.err or "internal error" in ended.err
    return [f"traceback: after {after}: {ended.err[-1500:]}"] * bad


def main(count: int, seed: int) -> bool:
    """Count in a folder that is removed afterwards; whether nothing failed."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with TemporaryDirectory() as folder:
        found = kills(Path(folder), count, seed)
    for what, number in found.items():
        print(f"{number:9,} {what}")
    return not found["failures"]
