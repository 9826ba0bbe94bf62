"""Gates on gaps and on the worst slice at their bound, and what scoring by slice costs.

`python benchmarks/slices.py coverage` draws samples whose true gap (or worst) is the bound and counts how often a gate
decides wrongly: it promises at most 5 % each way. `python benchmarks/slices.py cost` scores a classification by a
growing number of slices and rows, in seconds; the median of three.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence

import numpy as np

from harness import Context, Sample, ScoringContext
from harness.records.record import Record
from harness.records.table import RecordTable
from harness.scores.score import share
from harness.slices.spec import SliceSpec
from harness.slicing.by_slice import sliced
from harness.slicing.gaps import gap, worst
from harness.tasks.classification import Classified, classification
from harness.verdicts.scoring import score_sets

DRAWS = 4000
TRUTHS: Sequence[tuple[str, Sequence[float], Sequence[int]]] = (
    ("two equal slices", [0.8, 0.8], [100, 100]),
    ("two slices, 0.9 and 0.8", [0.9, 0.8], [60, 400]),
    ("five equal slices", [0.8] * 5, [60, 80, 100, 200, 400]),
    ("five slices, one worse", [0.9, 0.9, 0.9, 0.9, 0.8], [100] * 5),
    ("twenty equal slices", [0.85] * 20, [50] * 20),
    ("twenty slices, ends 0.95 and 0.75", [0.95, 0.75, *[0.85] * 18], [100] * 20),
    ("ten slices near 1, n 30 to 300", [0.99, *[0.97] * 9], [30, *range(60, 330, 30)]),
)


def coverage() -> None:
    """How often the truth lies beyond either bound."""
    print("| truth | gap above its bound | gap below | worst above | worst below |\n|---|--:|--:|--:|--:|")
    for title, shares, sizes in TRUTHS:
        rng, beyond = np.random.default_rng(7), np.zeros(4)
        true, least = max(shares) - min(shares), min(shares)
        for _ in range(DRAWS):
            drawn = {str(at): share("accuracy", int(rng.binomial(n, p)), n, 0.95)
                     for at, (p, n) in enumerate(zip(shares, sizes, strict=True))}  # fmt: skip
            apart = gap(drawn, "accuracy", {}, 0.95, lambda slices: "")
            low = worst(drawn, "worst_accuracy", {}, 0.95, most=False)
            rows = [[each.low, each.high] for each in (apart, low)]
            near = np.array([-1e-12, 1e-12])
            (gap_low, gap_high), (worst_low, worst_high) = np.array(rows, dtype=np.float64) + near
            beyond += [gap_high < true, gap_low > true, worst_high < least, worst_low > least]
        print(f"| {title} | " + " | ".join(f"{100 * each / DRAWS:.1f} %" for each in beyond) + " |", flush=True)


def cost() -> None:
    """Seconds to score rows by slices of four values each, and those of the processor, which other work moves less."""
    task = classification(Context())
    print("| rows | slices | seconds | of the processor |\n|--:|--:|--:|--:|")
    for rows in (10_000, 100_000):
        samples, records = _made(rows)
        for count in (0, 1, 5, 20):
            made = sliced(task, {f"s{at}": SliceSpec(column=f"s{at}") for at in range(count)})
            took = []
            for _ in range(3):
                start = time.perf_counter(), time.process_time()
                score_sets(made, records, {"": samples}, ScoringContext(["no", "yes"], {}))
                took.append((time.perf_counter() - start[0], time.process_time() - start[1]))
            wall, own = map(statistics.median, zip(*took, strict=True))
            print(f"| {rows:,} | {count} | {wall:.1f} | {own:.1f} |", flush=True)


def _made(rows: int) -> tuple[list[Sample[str]], RecordTable[Classified]]:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 4, (rows, 20)).astype(str)
    samples = [
        Sample(f"r{at}", "t", at % 2, slices={f"s{name}": value for name, value in enumerate(values[at].tolist())})
        for at in range(rows)
    ]
    sure = rng.beta(4, 1.5, rows)
    found = [
        Classified("yes" if (p > 0.5) is bool(at % 2) else "no", [1 - p, p] if at % 2 else [p, 1 - p])
        for at, p in enumerate(sure.tolist())
    ]
    made = [Record("t", "", sample.id, "ok", None, 1, each) for sample, each in zip(samples, found, strict=True)]
    return samples, RecordTable.of(made, Classified)


if __name__ == "__main__":
    {"coverage": coverage, "cost": cost}[sys.argv[1]]()
