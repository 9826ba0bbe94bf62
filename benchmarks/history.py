"""A history of many runs: `python -m benchmarks.history [RUNS]`.

The folder has 1,000 copies of one real run of `quickstart`, an hour apart, whose scores wander and whose versions
change now and then; files of records, which a history does not read, are left away. `harness history` reads them in a
process of its own: without an index, with it, after one more run, and as a page. Prints seconds and sizes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from harness.history.index import INDEX, SECONDS_TO_SETTLE
from harness.records.checksums import of_files, of_info

HARNESS = Path(sys.executable).with_name("harness")


def main(count: int = 1000) -> None:
    """Make the runs, look at them four times and print."""
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder) / "runs"
        subprocess.run([HARNESS, "run", "quickstart", "--out", Path(folder) / "first", "--quiet"],
                       check=False, stdout=subprocess.DEVNULL)  # fmt: skip
        copied(Path(folder) / "first", runs, count)
        time.sleep(SECONDS_TO_SETTLE + 1)
        print(f"{count:,} runs, without an index: {_seconds(runs):.2f} s")
        print(f"with it: {_seconds(runs):.2f} s; it has {(runs / INDEX).stat().st_size / 2**20:.1f} MiB")
        copied(Path(folder) / "first", runs, count + 1, begin=count)
        print(f"after one more run: {_seconds(runs):.2f} s; with --json: {_seconds(runs, '--json'):.2f} s")
        page = Path(folder) / "history.html"
        seconds = _seconds(runs, "--html", str(page))
        print(f"with --html: {seconds:.2f} s, a page of {page.stat().st_size / 2**20:.1f} MiB")


def copied(first: Path, runs: Path, count: int, begin: int = 0) -> None:
    """Copies `begin` to `count` of a finished run, as runs that somebody made one after the other."""
    info, scores, gates = (json.loads((first / f"{name}.json").read_text()) for name in ("run", "scores", "gates"))
    for at in range(begin, count):
        random, folder = Random(at // 40), runs / f"quickstart-{at:05}"
        folder.mkdir(parents=True)
        shift = random.uniform(-0.05, 0.05) + Random(-at).gauss(0, 0.008)
        for row in (*scores.values(), *gates):
            row.update({key: _moved(row[key], shift) for key in ("value", "low", "high")})
        (folder / "scores.json").write_text(json.dumps(scores))
        (folder / "gates.json").write_text(json.dumps([_decided(row) for row in gates]))
        (folder / "run.json").write_text(json.dumps(_info(info, gates, at, folder)))
        for row in (*scores.values(), *gates):
            row.update({key: _moved(row[key], -shift) for key in ("value", "low", "high")})


def _moved(value: float | None, shift: float) -> float | None:
    return None if value is None else value + shift


def _decided(row: dict[str, Any]) -> dict[str, Any]:
    good, bad = ("low", "high") if row["kind"] == "min" else ("high", "low")
    sign = 1 if row["kind"] == "min" else -1
    passes, fails = sign * row[good] >= sign * row["bound"], sign * row[bad] < sign * row["bound"]
    return {**row, "verdict": "pass" if passes else "fail" if fails else "undecided"}


def _info(info: dict[str, Any], gates: list[dict[str, Any]], at: int, folder: Path) -> dict[str, Any]:
    when = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=at)
    verdicts = {_decided(row)["verdict"] for row in gates}
    worst = next(word for word in ("fail", "undecided", "pass") if word in verdicts)
    prints = {**info["fingerprints"], "model": f"model {at // 40}"}
    versions = {**info["versions"], "numpy": f"2.{at // 250}.0"}
    times = {"started": when.isoformat(), "finished": (when + timedelta(minutes=2)).isoformat()}
    files = of_files(folder, ["scores.json", "gates.json"])
    content = {**info, **times, "verdict": worst, "fingerprints": prints, "versions": versions, "files": files}
    return {**content, "checksum": of_info(content)}


def _seconds(runs: Path, *options: str) -> float:
    start = time.perf_counter()
    subprocess.run([HARNESS, "history", runs, *options], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
