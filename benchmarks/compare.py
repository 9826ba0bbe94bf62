"""Thirty image classifiers, every pair of them compared: `python -m benchmarks.compare [DATA]`.

The runs are made from published predictions, which a function looks up: 30 classifiers on 7,000 pictures of CIFAR-10's
test set. `harness compare R1 … R30 --every-pair --score shares` then compares all 435 pairs on accuracy and recall by
class, in a process of its own; every p is checked against statsmodels' exact McNemar, every adjusted one against its
Holm. Prints the seconds, the largest relative differences and the peak memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from statsmodels.stats import contingency_tables
from statsmodels.stats.multitest import multipletests

import harness
from harness.types import Array

DATA = Path("../shared/data/model_outputs/cifar10_test_dev.npz")
LABELS = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def main(path: Path = DATA) -> None:
    """Make the runs, compare them, check and print."""
    content = np.load(path)
    truth, predicted = content["labels"].astype(int), content["model_preds"].astype(int)
    with tempfile.TemporaryDirectory() as folder:
        runs = [_made(Path(folder) / str(name), truth, row)
                for name, row in zip(content["model_names"], predicted, strict=True)]  # fmt: skip
        start = time.perf_counter()
        found = _compared(runs)
        seconds = time.perf_counter() - start
    pairs = dict(zip(combinations(range(len(runs)), 2), found["pairs"], strict=True))
    tests = list(_tests(pairs, truth, predicted))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(f"{len(pairs)} pairs of {len(runs)} models on {len(truth):,} samples, {len(tests):,} tests: {seconds:.1f} s")
    print(f"largest relative difference of p from statsmodels: {max(map(_relative, tests)):.1e}")
    print(f"of p by Holm: {max(map(_relative, _adjusted(pairs))):.1e}; {memory / 2**20:,.0f} MiB at most")


def _made(out: Path, truth: Array, predicted: Array) -> Path:
    inputs = [f"picture {at}" for at in range(len(truth))]
    answers = dict(zip(inputs, np.eye(len(LABELS))[predicted], strict=True))

    def model(texts: Sequence[str]) -> Any:
        return [answers[text] for text in texts]

    task = {"use": "classification", "metrics": ["ece"]}
    harness.evaluate(model, (inputs, truth.tolist()), [task], labels=LABELS, resamples=20, progress=False, out=out)
    return out


def _compared(runs: Sequence[Path]) -> Any:
    command = [sys.executable, "-m", "harness", "compare", *map(str, runs), "--every-pair", "--score", "shares"]
    return json.loads(subprocess.run([*command, "--json"], check=True, capture_output=True).stdout)


def _tests(pairs: Mapping[tuple[int, int], Any], truth: Array, predicted: Array) -> Iterator[tuple[float, float]]:
    """Each p, and that of statsmodels from the predictions themselves."""
    right = predicted == truth
    of_score = {f"recall[class={label}]": truth == at for at, label in enumerate(LABELS)}
    of_score["accuracy"] = np.ones(len(truth), dtype=bool)
    for (old, new), pair in pairs.items():
        assert len(pair["scores"]) == len(of_score), sorted(pair["scores"])
        for local, rows in of_score.items():
            one, other = right[old][rows], right[new][rows]
            table = [[np.sum(one & other), np.sum(one & ~other)], [np.sum(~one & other), np.sum(~one & ~other)]]
            expected = contingency_tables.mcnemar(table, exact=True).pvalue
            yield pair["scores"][f"classification/{local}"]["p"], min(1.0, float(expected))


def _adjusted(pairs: Mapping[tuple[int, int], Any]) -> Iterator[tuple[float, float]]:
    for pair in pairs.values():
        rows = list(pair["scores"].values())
        expected = multipletests([row["p"] for row in rows], method="holm")[1].tolist()
        yield from zip([row["p_holm"] for row in rows], expected, strict=True)


def _relative(both: tuple[float, float]) -> float:
    found, expected = both
    return abs(found - expected) / expected if expected else abs(found)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
