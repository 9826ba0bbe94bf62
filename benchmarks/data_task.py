"""The task `data` on many texts: `python -m benchmarks.data_task [ROWS] [ROUNDS]`, seconds and memory of whole runs.

Reviews made of words by their frequency (Zipf), a tenth of them copies, against a train of as many; and data that a
quadratic method would not survive: equal rows, one word each, one long beginning in common, letters repeated.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from random import Random

MODEL = "def predict(texts):\n    return [[0.25, 0.75] if len(text) % 3 else [0.8, 0.2] for text in texts]\n"
SUITE = """\
model: {use: python, object: "made:predict", labels: ["0", "1"]}
data: {use: files, path: rows.jsonl}
tasks: [{use: data, train: {use: files, path: train.jsonl}}]
"""
WORDS = 30_000


def _reviews(rows: int, seed: int) -> list[str]:
    """Texts of 10 to 60 words, on average 210 characters; every tenth is one before it, half of these nearly."""
    rng, made = Random(seed), list[str]()
    weights = list(accumulate(1 / (at + 3) for at in range(WORDS)))
    for at in range(rows):
        if at % 10 == 9:
            copy = made[rng.randrange(len(made))]
            made.append(copy if at % 20 == 9 else f"{copy} indeed")
        else:
            made.append(
                " ".join(f"w{word:x}" for word in rng.choices(range(WORDS), cum_weights=weights, k=rng.randint(10, 60)))
            )
    return made


KINDS: dict[str, Callable[[int, int], list[str]]] = {
    "reviews": _reviews,
    "equal rows": lambda rows, seed: ["a film like any other"] * rows,
    "one word each": lambda rows, seed: [f"w{seed}x{at}" for at in range(rows)],
    "one beginning": lambda rows, _: [
        f"the same long beginning of a text that goes on and on, {at}" for at in range(rows)
    ],
    "one letter": lambda rows, seed: ["a" * (at % 500 + 1) for at in range(rows)],
}


def main(rows: int = 100_000, rounds: int = 3) -> None:
    """Measure each, and print a row of the table in BENCHMARKS.md."""
    for title, make in KINDS.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "made.py").write_text(MODEL, encoding="utf-8")
            (folder / "suite.yaml").write_text(SUITE, encoding="utf-8")
            for seed, file in enumerate(("train.jsonl", "rows.jsonl")):
                lines = (json.dumps({"text": text, "label": at % 2}) for at, text in enumerate(make(rows, seed)))
                (folder / file).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
            seconds = [_run(folder, at) for at in range(rounds)]
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
        some = ", ".join(f"{each:.1f}" for each in seconds)
        print(
            f"| {title} | {rows:,} | {statistics.median(seconds):.1f} s | {some} | {peak:.2f} GiB so far |", flush=True
        )


def _run(folder: Path, at: int) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-c", "from harness.cli.main import start; start()", "run", "suite.yaml"]
    done = subprocess.run(
        [*command, "--out", f"run{at}", "-q"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode not in {0, 1, 2}:
        raise SystemExit(done.stdout + done.stderr)
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
