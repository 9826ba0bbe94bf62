"""`make bench`: time every work in rounds, the two sides in turn, and write the medians to BENCHMARKS.md."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from benchmarks.subjects import ROOT, Subject, subject
from benchmarks.works import Work, attack, shap_partition
from harness import Sample
from harness.runner import versions


@dataclass(frozen=True)
class Row:
    """A measured row: seconds of both sides by round, how many results agree, the engine's counters."""

    work: Work
    ours: list[float]
    theirs: list[float]
    equal: int
    asked: int
    unique: int
    padding: float
    busy: float

    @property
    def ratio(self) -> float:
        """How many times longer the library alone takes: the median over rounds."""
        return statistics.median(their / our for our, their in zip(self.ours, self.theirs, strict=True))


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=50, help="samples of an attack (SHAP takes a fifth)")
    parser.add_argument("--rounds", type=int, default=3, help="the samples are split into this many rounds")
    chosen = parser.parse_args()
    on = subject()
    works = [
        attack(on, "DeepWordBugGao2018", "TextAttack's DeepWordBug", chosen.samples),
        attack(on, "PWWSRen2019", "TextAttack's PWWS", chosen.samples),
        shap_partition(on, max(chosen.rounds, chosen.samples // 5)),
    ]
    rows = [measure(work, on, chosen.rounds) for work in works]
    (ROOT / "BENCHMARKS.md").write_text(table(on, rows, chosen.rounds), encoding="utf-8", newline="\n")
    print(table(on, rows, chosen.rounds))


def measure(work: Work, on: Subject, rounds: int) -> Row:
    """Time both sides on the same samples, round by round, the order turned each time."""
    work.ours(on.samples(0, 1))
    work.theirs(on.samples(0, 1))
    work.engines.clear()
    edges = [round(at * work.samples / rounds) for at in range(rounds + 1)]
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    equal = 0
    for at, (start, stop) in enumerate(pairwise(edges)):
        found = {}
        for side in ("ours", "theirs") if at % 2 else ("theirs", "ours"):
            seconds, found[side] = _timed(getattr(work, side), on.samples(start, stop))
            times[side].append(seconds)
        equal += sum(work.same(*pair) for pair in zip(found["ours"], found["theirs"], strict=True))
        print(
            f"{work.title}, round {at + 1}: {times['theirs'][-1]:.1f} s alone, {times['ours'][-1]:.1f} s here",
            flush=True,
        )
    return _row(work, times["ours"], times["theirs"], equal)


def _timed(
    side: Callable[[Sequence[Sample[str]]], list[Any]], samples: Sequence[Sample[str]]
) -> tuple[float, list[Any]]:
    start = time.perf_counter()
    results = side(samples)
    return time.perf_counter() - start, results


def _row(work: Work, ours: list[float], theirs: list[float], equal: int) -> Row:
    counters = [engine.counters[""] for engine in work.engines]
    tokens, padding = sum(each.tokens for each in counters), sum(each.padding for each in counters)
    return Row(
        work, ours, theirs, equal,
        asked=sum(each.asked for each in counters),
        unique=sum(each.unique for each in counters),
        padding=padding / (tokens + padding),
        busy=sum(each.seconds for each in counters) / sum(ours),
    )  # fmt: skip


def table(on: Subject, rows: Sequence[Row], rounds: int) -> str:
    """The page: where, what, and the medians as ratios."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`: the harness and the library alone, the same float32 model and the same samples, in",
        f"{rounds} rounds that take turns in one process. The ratio is the median over rounds of (alone / here).",
        "",
        f"- date: {datetime.now(UTC):%Y-%m-%d}",
        f"- machine: {platform.machine()}, {os.cpu_count()} cores, device {on.adapter.device}",
        f"- subject: {on.name}",
        f"- versions: {', '.join(f'{name} {number}' for name, number in versions().items())}",
        "",
        "| work | samples | peer | alone, s | here, s | ratio | equal | rows asked | unique | padding | model busy |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_line, rows), "", NOTES])


def _line(row: Row) -> str:
    cells = [
        row.work.title, str(row.work.samples), row.work.peer, f"{sum(row.theirs):.1f}", f"{sum(row.ours):.1f}",
        f"{row.ratio:.1f}x", f"{row.equal}/{row.work.samples}", str(row.asked), str(row.unique),
        f"{row.padding:.1%}", f"{row.busy:.0%}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


NOTES = """\
*Equal*: for attacks, samples on which both sides succeed or both do not (random edits draw from generators
in different states here, so texts may differ; with the same seeds the tests compare texts, outcomes and queries
sample by sample); for SHAP, samples whose values agree within 1e-5. *Model busy*: seconds in the model / wall.
"""

if __name__ == "__main__":
    main()
