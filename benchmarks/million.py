"""A million samples of classification with a trivial model: `python -m benchmarks.million [SAMPLES]`.

Makes the data and the suite in a folder of its own, runs `harness run` on one core where the system can bind it to
one, and prints seconds by phase, samples per second and its peak memory.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MODEL = """\
import numpy as np

def model(texts):
    p = np.fromiter(((len(text) % 10) / 10 + 0.05 for text in texts), float, len(texts))
    return np.stack([1 - p, p], axis=1)
"""
SUITE = """\
model: {use: python, object: "trivial:model", labels: [no, yes]}
data: {use: files, path: rows.jsonl}
tasks: [{use: classification}]
"""


def main(samples: int = 1_000_000) -> None:
    """Measure one run, and how fast this machine counts, to compare runs of different moments by."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder, samples)
        command = [sys.executable, "-m", "harness", "run", "suite.yaml", "--out", "run", "--quiet"]
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, preexec_fn=_one_core)
        wall = time.perf_counter() - start
        seconds = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))["seconds"]
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    phases = ", ".join(f"{phase} {each:.1f} s" for phase, each in seconds.items())
    print(f"{samples:,} samples: {phases}, all {wall:.1f} s; {most / 2**20:,.0f} MiB at most")
    print(f"{samples / seconds['run']:,.0f} samples/s with their records; ten million additions took {_count():.2f} s")


def _make(folder: Path, samples: int) -> None:
    rng, words = random.Random(1), [f"w{at}" for at in range(5000)]
    (folder / "trivial.py").write_text(MODEL, encoding="utf-8")
    (folder / "suite.yaml").write_text(SUITE, encoding="utf-8")
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for at in range(samples):
            row = {"text": f"{' '.join(rng.choices(words, k=10))} {at}", "label": rng.choice(["no", "yes"])}
            file.write(json.dumps(row) + "\n")


def _one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _count() -> float:
    start, total = time.perf_counter(), 0
    for number in range(10**7):
        total += number
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
