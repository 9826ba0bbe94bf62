"""Seconds of scoring by task: `python -m benchmarks.scoring [ROUNDS]`, the medians of runs with made-up answers.

Many classes (151, 5,493 rows, nine metrics) and many rows (100,000, two classes, five metrics), both by `harness run`;
the seconds are `seconds.score` of run.json.
"""

from __future__ import annotations

import json
import os
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
data: {{use: files, path: rows.jsonl}}
tasks: [{{use: classification, metrics: [{metrics}]}}]
"""
CASES = {
    "151 classes": (151, 5493, "accuracy, f1, precision, recall, mcc, roc_auc, pr_auc, log_loss, ece"),
    "100,000 rows": (2, 100_000, "accuracy, f1, roc_auc, pr_auc, log_loss"),
}


def main(rounds: int = 3) -> None:
    """Measure each, and print a row of the table in BENCHMARKS.md."""
    for title, (classes, rows, metrics) in CASES.items():
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _make(folder, classes, rows, metrics)
            seconds = [_run(folder, at) for at in range(rounds)]
        some = ", ".join(f"{each:.1f}" for each in seconds)
        print(f"| {title} | {rows:,} | {metrics} | {statistics.median(seconds):.1f} s | {some} |", flush=True)


def _make(folder: Path, classes: int, rows: int, metrics: str) -> None:
    labels = ", ".join(f'"c{at}"' for at in range(classes))
    (folder / "made.py").write_text(MODEL.format(classes=classes), encoding="utf-8")
    (folder / "suite.yaml").write_text(SUITE.format(labels=labels, metrics=metrics), encoding="utf-8")
    with (folder / "rows.jsonl").open("w", encoding="utf-8") as file:
        for at in range(rows):
            file.write(json.dumps({"text": f"{at % classes} is text {at}", "label": f"c{at % classes}"}) + "\n")


def _run(folder: Path, at: int) -> float:
    command = [sys.executable, "-m", "harness", "run", "suite.yaml", "--out", f"run{at}", "--quiet"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=os.environ)
    info = json.loads((folder / f"run{at}" / "run.json").read_text(encoding="utf-8"))
    return float(info["seconds"]["score"])


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
