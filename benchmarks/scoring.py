"""Seconds of scoring by task: `python -m benchmarks.scoring [ROUNDS]`, the medians of runs with made-up answers.

Many classes (151, 5,493 rows, nine metrics), many rows (100,000, two classes, five metrics) and many slices (20 of four
values), all by `harness run`; the seconds are `seconds.score` of run.json. A second argument picks the cases that it is
part of: `... scoring 3 slices`.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

MODEL = """\
import zlib
import numpy as np

CLASSES = {classes}

def model(texts):
    seeds = [zlib.crc32(text.encode()) for text in texts]
    logits = np.stack([np.random.default_rng(seed).normal(size=CLASSES) for seed in seeds])
    logits[range(len(texts)), [int(text.partition(" ")[0]) for text in texts]] += 2
    odds = np.exp(logits)
    return odds / odds.sum(axis=1, keepdims=True)
"""
SUITE = """\
model: {{use: python, object: "made:model", labels: [{labels}]}}
data: {{use: files, path: rows.jsonl, slices: {{{slices}}}}}
tasks: [{{use: classification, metrics: [{metrics}]}}]
"""
FIVE = "accuracy, f1, roc_auc, pr_auc, log_loss"
ALL = "balanced_accuracy, precision, recall, f1, mcc, roc_auc, log_loss, brier, ece"
CASES = {
    "151 classes": (151, 5493, 0, "accuracy, f1, precision, recall, mcc, roc_auc, pr_auc, log_loss, ece"),
    "100,000 rows": (2, 100_000, 0, FIVE),
    "10,000 rows, 20 slices, five metrics": (2, 10_000, 20, FIVE),
    "10,000 rows, 20 slices, by default": (2, 10_000, 20, ALL),
    "100,000 rows, 20 slices, five metrics": (2, 100_000, 20, FIVE),
    "100,000 rows, 20 slices, by default": (2, 100_000, 20, ALL),
}


def main(rounds: str = "3", part: str = "") -> None:
    """Measure each, and print a row of the table in BENCHMARKS.md."""
    for title, (classes, rows, slices, metrics) in CASES.items():
        if part not in title:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _make(folder, classes, rows, slices, metrics)
            seconds = [_run(folder, at) for at in range(int(rounds))]
        some = ", ".join(f"{each:.1f}" for each in seconds)
        print(f"| {title} | {rows:,} | {metrics} | {statistics.median(seconds):.1f} s | {some} |", flush=True)


def _make(folder: Path, classes: int, rows: int, slices: int, metrics: str) -> None:
    labels = ", ".join(f'"c{at}"' for at in range(classes))
    named = ", ".join(f"s{at}: {{column: s{at}}}" for at in range(slices))
    suite = SUITE.format(labels=labels, metrics=metrics, slices=named)
    (folder / "made.py").write_text(MODEL.format(classes=classes), encoding="utf-8")
    (folder / "suite.yaml").write_text(suite, encoding="utf-8")
    draw = random.Random(0)
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for at in range(rows):
            values = {f"s{name}": draw.choice("abcd") for name in range(slices)}
            row = {"text": f"{at % classes} is text {at}", "label": f"c{at % classes}", **values}
            file.write(json.dumps(row) + "\n")


def _run(folder: Path, at: int) -> float:
    command = [sys.executable, "-m", "harness", "run", "suite.yaml", "--out", f"run{at}", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=os.environ)
    info = json.loads((folder / f"run{at}" / "run.json").read_text(encoding="utf-8"))
    return float(info["seconds"]["score"])


if __name__ == "__main__":
    main(*sys.argv[1:3])
