"""How cost grows: DeepWordBug by samples, by sessions alive and by length of text. `python -m benchmarks.curves`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from harness_textattack import textattack

from benchmarks.__main__ import ideal_pass, seconds_of
from benchmarks.subjects import Subject, samples, subject
from harness import Engine, Sample
from harness.engine.cases import Case

ROUNDS = 2


def main() -> None:
    """Print a line for each point: wall, seconds in the model, the same batches again, and an ideal pass."""
    on = subject()
    session = textattack.prepare(recipe="DeepWordBugGao2018")
    few = samples(on.short, 0, 40)
    points: list[tuple[str, Sequence[Sample[str]], int]] = [
        *((f"{count} samples", few[:count], 1024) for count in (5, 10, 20, 40)),
        *((f"20 samples, {window} alive", few[:20], window) for window in (1, 4, 8)),
        ("2 long samples", samples(on.long, 0, 2), 1024),
    ]
    _run(on, session, few[:2], 1024)
    for title, chosen, window in points:
        rows = [_run(on, session, chosen, window) for _ in range(1 if "long" in title else ROUNDS)]
        wall, model, again, ideal = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"| {title} | {wall:.2f} | {model / wall:.2f} | {again / wall:.2f} | {ideal / wall:.2f} |", flush=True)


def _run(on: Subject, session: Any, chosen: Sequence[Sample[str]], window: int) -> tuple[float, float, float, float]:
    """Seconds of a run, of those the model's, of the same batches without any session, and of an ideal pass."""
    channel = on.adapter.channel
    on.adapter.forget()
    before, start = channel.seconds, time.perf_counter()
    for outcome in Engine({"": on.adapter}, window=window).run(Case("t", "", each, session) for each in chosen):
        assert outcome.error is None, outcome.error
    wall, model = time.perf_counter() - start, channel.seconds - before
    rows = list(on.adapter.sent.values())
    return wall, model, seconds_of(on, list(on.adapter.batches)), ideal_pass(on, rows)


if __name__ == "__main__":
    main()
