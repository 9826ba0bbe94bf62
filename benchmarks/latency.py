"""What timing through the harness adds, and what two copies of one model look like: `python -m benchmarks.latency`.

Overhead: the same texts, one at a time or eight together, timed by the task `performance` and by `time.perf_counter`
around tokenizer and module, sample by sample in turn. A/A: two copies of one model timed in turn in small runs; how
often the 90 % interval of the difference contains none, and so that of the ratio 1. One after the other: the same two
copies, first all calls of one, then all of the other, as a baseline file is compared.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
import torch
from harness_performance import performance
from harness_performance.measured import Measured, batch_part
from harness_performance.stopwatch import MODEL, STOPWATCH

from benchmarks.subjects import samples, subject
from harness import Engine, Record, RecordTable, Sample, ScoringContext
from harness.engine.cases import Case
from harness.models import Connection, connect
from harness.statistics.clusters import Blocks
from harness.statistics.paired import Difference, of_blocks, of_values
from harness.suite.components import load

RUNS, CALLS = 20, 60
SCORES = ("latency_p50[batch=1]", "latency_p95[batch=1]", "throughput[batch=1]")


def main(runs: int = RUNS) -> None:
    """Measure both and print them."""
    on = subject()
    copies = [connect(load("models", "transformers")(path=on.checkpoint, device="cpu")) for _ in range(2)]
    texts = samples(on.short, 0, len(on.short))
    for rows in (1, 8):
        print(_overhead(copies[0], texts[:300], rows), flush=True)
    for title, order in (("in turn", _in_turn), ("one after the other", chain)):
        found = _apart(copies, texts, order, runs)
        for score in SCORES:
            ratios = sorted(each[score][1] for each in found)
            contain = sum(each[score][0] for each in found)
            print(f"| {score}, {title} | {contain} of {runs} | {ratios[0]:.3f} to {ratios[-1]:.3f} |", flush=True)


def _timed(model: Connection, task: Any, chosen: Sequence[Sample[str]], rows: int, name: str) -> list[Case]:
    part = task.parts[batch_part(rows)]
    session = part(model)
    return [Case(name, batch_part(rows), sample, session) for sample in part.samples(chosen)]


def _records(cases: Iterable[Case]) -> dict[str, RecordTable[Measured]]:
    found: dict[str, list[Record[Measured]]] = {}
    for outcome in Engine({MODEL: STOPWATCH}).run(cases):
        assert outcome.error is None, outcome.error
        task, part, sample, _ = outcome.case
        found.setdefault(task, []).append(Record(task, part, sample.id, "ok", None, 1, outcome.value))
    return {task: RecordTable.of(each, Measured) for task, each in found.items()}


def _in_turn(one: Sequence[Case], other: Sequence[Case]) -> Iterable[Case]:
    pairs = zip(one, other, strict=True)
    return chain.from_iterable(pair if at % 2 else pair[::-1] for at, pair in enumerate(pairs))


def _apart(
    copies: Sequence[Connection], texts: Sequence[Sample[str]],
    order: Callable[[Sequence[Case], Sequence[Case]], Iterable[Case]], runs: int
) -> list[dict[str, tuple[bool, float]]]:  # fmt: skip
    """Of each run and score whether the interval contains no difference, and the ratio."""
    found = []
    for run in range(runs):
        task = performance(batch_sizes=[1], calls=CALLS, starts=0)
        begin = run * CALLS % (len(texts) - CALLS)
        chosen = texts[begin : begin + CALLS]
        cases = [_timed(model, task, chosen, 1, name) for model, name in zip(copies, "ab", strict=True)]
        records = _records(order(*cases))
        moved = {score: _moved(task, [records[name] for name in "ab"], score) for score in SCORES}
        found.append({score: (_contains_none(each), ratio) for score, (each, ratio) in moved.items()})
    return found


def _contains_none(moved: Difference) -> bool:
    return moved.low is not None and moved.high is not None and moved.low <= 0 <= moved.high


def _moved(task: Any, both: Sequence[RecordTable[Measured]], score: str) -> tuple[Difference, float]:
    """The difference as `harness compare` has it, and the ratio, new to old."""
    scoring = ScoringContext([], {})

    def value(records: RecordTable[Measured]) -> float:
        return float(next(each for each in task.score(records, scoring) if each.local == score))

    values = value(both[0]), value(both[1])
    ids = sorted(both[0].column("sample").to_pylist())
    outcomes = [task.outcomes(records, scoring).get(score) for records in both]
    if None not in outcomes:
        one, other = (np.array([each[name] for name in ids]) for each in outcomes)
        return of_values(one, other), values[1] / values[0]
    blocks, every = Blocks.of(ids), np.array(ids, dtype=object)
    kept = [every[blocks.places != block].tolist() for block in range(blocks.count)]
    old, new = (np.array([value(records.of_samples(some)) for some in kept]) for records in both)
    return of_blocks(values, (old, new), blocks), values[1] / values[0]


def _overhead(model: Connection, texts: Sequence[Sample[str]], rows: int) -> str:
    """A row: medians of the task and of the plain loop on the same inputs, in turn."""
    adapter = model.adapter
    tokenizer, module = adapter.tokenizer(), adapter._module
    task = performance(batch_sizes=[rows], calls=len(texts), starts=0)
    cases, plain, timed = _timed(model, task, texts, rows, "a"), list[float](), list[float]()
    for at, case in enumerate(cases):
        inputs = [texts[(at + more) % len(texts)].input for more in range(rows)]
        turns = partial(_plainly, tokenizer, module, inputs), partial(_latency, case)
        found = [turn() for turn in turns[:: 1 if at % 2 else -1]][:: 1 if at % 2 else -1]
        plain.append(found[0])
        timed.append(found[1])
    ratio = np.median(timed) / np.median(plain)
    added = np.median(np.array(timed) - np.array(plain))
    return f"| batch {rows} | {np.median(plain):.2f} | {np.median(timed):.2f} | {ratio:.3f} | {added:+.2f} |"


def _latency(case: Case) -> float:
    [[record]] = _records([case]).values()
    assert record.payload
    assert record.payload.latency
    return record.payload.latency


def _plainly(tokenizer: Any, module: Any, inputs: Sequence[str]) -> float:
    start = time.perf_counter()
    with torch.inference_mode():
        batch = tokenizer(list(inputs), padding=True, truncation=True, return_tensors="pt")
        module(**batch).logits.softmax(-1).numpy()
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
