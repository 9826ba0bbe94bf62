"""Train a classifier of texts on what the harness tests with, and see in `harness compare` what that gains.

    python augment.py train.jsonl dev.jsonl FOLDER

Both files have a `text` and a `label` (0 or 1) per line. FOLDER gets two runs, `plain` and `augmented`; what became
better is printed here, and all of it by `harness compare FOLDER/plain FOLDER/augmented`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

import harness

NAMES = ["negative", "positive"]
PERTURBATIONS: list[Any] = ["casing", "title_case", ["slang", "casing"]]
TASKS: list[Any] = ["classification", {"use": "stress", "perturbations": PERTURBATIONS, "severities": [3, 5]}]


def read(path: Path) -> tuple[list[str], list[int]]:
    """The texts of a file and their labels."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def trained(texts: list[str], labels: list[int]) -> Any:
    """A linear model of words as they are written, capitals and all."""
    words = TfidfVectorizer(lowercase=False, ngram_range=(1, 2), sublinear_tf=True)
    return make_pipeline(words, LogisticRegression(C=4, max_iter=1000)).fit(texts, [NAMES[each] for each in labels])


def compared(train: Path, dev: Path, folder: Path) -> Any:
    """Train twice, run the same suite on both models, and compare the second with the first."""
    texts, labels = read(train)
    augment = harness.perturb(PERTURBATIONS, severity=5)
    models = {
        "plain": trained(texts, labels),
        "augmented": trained([*texts, *map(augment, texts)], [*labels, *labels]),
    }
    given = read(dev)
    for name, model in models.items():
        harness.evaluate(model, given, TASKS, labels=NAMES, out=folder / name)
    return harness.compare(folder / "plain", folder / "augmented")


if __name__ == "__main__":
    for pair in compared(*map(Path, sys.argv[1:4])).pairs:
        for each in pair.moved:
            if each.outcome == "better":
                sys.stdout.write(f"{each.task}/{each.local}: {each.change.old:.3f} -> {each.change.new:.3f}\n")
