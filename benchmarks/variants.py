"""Two variants of a real model interleaved, and the same as two runs: `python -m benchmarks.variants [ROUNDS]`.

The reference is the model in float32; the others are it in bfloat16, and a copy of which a tenth of the weights of each
matrix, the smallest, are zero. Each round runs the suite with both variants once, and then each variant as a run of its
own, the first one's run being the baseline of the second; another side begins each round. Prints the medians of the
seconds for all, loading and scoring included, of those in which cases ran and of those of all processors, of the ratio
with its range, and whether the decisions of both ways are the same.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

import harness
from harness import Run, Variants

SHARED = Path(__file__).parents[1].parent / "shared"
CHECKPOINT = SHARED / "models/minilm-sentiment"
SAMPLES, ATTACKED, PRUNED = 240, 16, 0.1
TASKS = [
    {"use": "classification", "gates": {"accuracy": {"drop": 0.02}}},
    {"use": "attack", "attacks": ["deepwordbug"], "limit": ATTACKED, "gates": {"robust_accuracy": {"drop": 0.1}}},
]


def main(rounds: int = 5) -> None:
    """Measure both pairs and print."""
    with tempfile.TemporaryDirectory() as folder:
        pruned(CHECKPOINT, Path(folder) / "pruned")
        (Path(folder) / "dev.jsonl").write_bytes(gzip.decompress((SHARED / "data/text/sst2/dev.jsonl.gz").read_bytes()))
        for keys in ({"dtype": "bfloat16"}, {"path": str(Path(folder) / "pruned")}):
            measured([_round(Path(folder), keys, at) for at in range(rounds)], json.dumps(keys))


def pruned(path: Path, target: Path) -> None:
    """A copy of a checkpoint, the smallest weights of each matrix of the encoder's layers zero."""
    from safetensors.torch import load_file, save_file

    shutil.copytree(path, target)
    weights = load_file(path / "model.safetensors")
    for name, each in weights.items():
        if ".layer." in name and each.ndim == 2:
            least = each.float().abs().flatten().kthvalue(max(1, int(PRUNED * each.numel()))).values
            weights[name] = each.where(each.float().abs() > least, 0.0)
    save_file(weights, target / "model.safetensors", {"format": "pt"})


def _round(folder: Path, keys: Mapping[str, Any], at: int) -> dict[str, Any]:
    sides = [("together", _together), ("alone", _alone)]
    found: dict[str, Any] = {}
    for name, side in sides if at % 2 else sides[::-1]:
        found |= _timed(name, side, folder, keys)
    return found


def _timed(name: str, side: Callable[..., list[Run]], folder: Path, keys: Mapping[str, Any]) -> dict[str, Any]:
    out = Path(tempfile.mkdtemp(dir=folder))
    start = time.perf_counter(), time.process_time()
    runs = side(folder, keys, out)
    seconds, computed = time.perf_counter() - start[0], time.process_time() - start[1]
    inside = [run.info.seconds.run for run in runs]
    decided = [[payload.predicted for payload in _payloads(run)] for run in runs]
    return {
        name: seconds,
        f"{name}, processors": computed,
        f"{name}, cases": max(inside) if name == "together" else sum(inside),
        f"{name}, d": decided,
        f"{name}, v": [[gate.verdict for gate in run.gates] for run in runs],
    }


def _payloads(run: Run) -> list[Any]:
    from harness.tasks.classification import Classified

    records = run.records("classification", Classified)
    return [record.payload for record in records]


def _together(folder: Path, keys: Mapping[str, Any], out: Path) -> list[Run]:
    found = harness.run({**_suite(folder), "variants": {"fp32": {}, "other": keys}}, out=out / "r", progress=False)
    assert isinstance(found, Variants)
    return list(found.variants.values())


def _alone(folder: Path, keys: Mapping[str, Any], out: Path) -> list[Run]:
    first = harness.run({**_suite(folder), "first": True}, out=out / "a", progress=False)
    suite = _suite(folder)
    suite["model"] |= keys
    second = harness.run(suite, out=out / "b", progress=False, baseline=first)
    harness.compare(out / "a", out / "b")
    return [first, second]


def _suite(folder: Path) -> dict[str, Any]:
    data = {"use": "files", "path": str(folder / "dev.jsonl"), "limit": SAMPLES, "language": "en",
            "labels": {0: "negative", 1: "positive"}}  # fmt: skip
    model = {"use": "transformers", "path": str(CHECKPOINT), "dtype": "float32"}
    return {"name": "variants", "model": model, "data": data, "seed": 7, "tasks": TASKS}


def measured(rounds: list[dict[str, Any]], title: str) -> None:
    """Print the medians of some rounds."""
    for what in ("", ", cases", ", processors"):
        together, alone = ([each[f"{side}{what}"] for each in rounds] for side in ("together", "alone"))
        ratios = sorted(one / other for one, other in zip(together, alone, strict=True))
        print(
            f"{title}{what or ', all'}: together {median(together):.1f} s, two runs {median(alone):.1f} s, "
            f"ratio {median(ratios):.3f} ({ratios[0]:.3f} to {ratios[-1]:.3f} in {len(ratios)} rounds)"
        )
    pairs = [(each["together, d"], each["alone, d"]) for each in rounds]
    decisions = list(chain.from_iterable(zip(chain(*one), chain(*other), strict=True) for one, other in pairs))
    verdicts = sum(each["together, v"] == each["alone, v"] for each in rounds)
    same = sum(one == other for one, other in decisions)
    print(f"{title}: {same} of {len(decisions)} decisions equal, verdicts in {verdicts} of {len(rounds)} rounds")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
