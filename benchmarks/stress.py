"""Whether default stress stays bound by the model: `python -m benchmarks.stress [SENTENCES] [ROUNDS]`.

A whole run of the task through `harness.evaluate` on MiniLM, then one pass over the rows that it asked, sorted, in full
batches: seconds in the model of that pass, over the wall time of the cases and over that of the whole run.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import harness
from benchmarks.__main__ import ideal_pass
from benchmarks.subjects import subject


def main(sentences: int = 1000, rounds: int = 3) -> None:
    """Print the medians."""
    on, found = subject(), list[tuple[float, float]]()
    rows = [{"text": text, "label": on.adapter.labels[label]} for text, label in on.short[:sentences]]
    for at in range(rounds):
        on.adapter.forget()
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            harness.evaluate(on.adapter, rows, ["stress"], out=Path(folder) / "run")
            wall = time.perf_counter() - start
            seconds = json.loads((Path(folder) / "run" / "run.json").read_text(encoding="utf-8"))["seconds"]
        ideal = ideal_pass(on, list(on.adapter.sent.values()))
        found.append((ideal / seconds["run"], ideal / wall))
        print(f"round {at + 1}: ideal {ideal:.1f} s of {len(on.adapter.sent):,} rows, {seconds}, wall {wall:.1f} s")
    cases, whole = (median(each) for each in zip(*found, strict=True))
    print(f"{len(rows)} sentences: efficiency {cases:.2f} of the cases, {whole:.2f} of the whole run")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
