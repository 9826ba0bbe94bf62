"""`make bench`: time every work in rounds, the sides in turn, and write the medians to BENCHMARKS.md."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from benchmarks.subjects import ROOT, Subject, samples, subject
from benchmarks.works import Work, attack, classification, lime_text, shap_partition
from harness import Prepared, Sample
from harness.batches import Waiting
from harness.runner import versions

HERE = "here"
PAGE = ROOT / "BENCHMARKS.md"
COUNTS = {"deepwordbug": 50, "pwws": 50, "shap": 20, "lime": 20, "classification": 5000, "long": 10}
"""Samples of each work."""

COLUMNS = ("work", "samples", "peer", "alone, s", "here, s", "ratio", "bound", "equal", "asked", "unique", "padding",
           "model busy", "efficiency", "measured")  # fmt: skip


@dataclass
class Measured:
    """A work as it was measured: seconds by side and round, ideal seconds by round, results that agree, tokens."""

    work: Work
    seconds: dict[str, list[float]]
    ideal: list[float] = field(default_factory=list)
    equal: dict[str, int] = field(default_factory=dict)
    alone: dict[str, int] = field(default_factory=dict)
    own: int = 0

    def ratio(self, peer: str) -> float:
        """How many times longer the peer takes: the median over rounds."""
        return statistics.median(a / b for a, b in zip(self.seconds[peer], self.seconds[HERE], strict=True))

    @property
    def efficiency(self) -> float:
        """An ideal pass over the unique rows, over the time the harness took: the median over rounds."""
        return statistics.median(a / b for a, b in zip(self.ideal, self.seconds[HERE], strict=True))


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="do this share of the samples only")
    parser.add_argument("--count", nargs="*", default=(), metavar="WORK=N", help="do so many samples of a work")
    parser.add_argument("--rounds", type=int, default=3, help="the samples are split into this many rounds")
    parser.add_argument("--only", nargs="*", default=None, choices=list(COUNTS), help="these works only")
    chosen = parser.parse_args()
    on = subject()
    counts = {title: max(chosen.rounds, round(chosen.share * count)) for title, count in COUNTS.items()}
    counts |= {title: int(count) for title, _, count in (each.partition("=") for each in chosen.count)}
    wanted = [make for title, make in _works(on, counts).items() if _is_wanted(title, chosen.only)]
    found = []
    for make in wanted:
        found.append(measure(make(), on, chosen.rounds))
        page = table(on, found, _kept(found))
        PAGE.write_text(page, encoding="utf-8", newline="\n")
    print(PAGE.read_text(encoding="utf-8"))


def _kept(found: Sequence[Measured]) -> list[str]:
    """The lines of the page that are of other works, measured at another time."""
    lines = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    rows = [line for line in lines if line.startswith("| ") and line.count("|") == len(COLUMNS) + 1]
    titles = {COLUMNS[0], *(each.work.title for each in found)}
    return [line for line in rows if line.split("|")[1].strip() not in titles]


def _works(on: Subject, counts: Mapping[str, int]) -> dict[str, Callable[[], Work]]:
    bug, pwws = ("DeepWordBugGao2018", "TextAttack's DeepWordBug"), ("PWWSRen2019", "TextAttack's PWWS")
    return {
        "deepwordbug": lambda: attack(on, bug[0], f"{bug[1]}, short", on.short, counts["deepwordbug"]),
        "pwws": lambda: attack(on, pwws[0], f"{pwws[1]}, short", on.short, counts["pwws"]),
        "shap": lambda: shap_partition(on, counts["shap"]),
        "lime": lambda: lime_text(on, counts["lime"]),
        "classification": lambda: classification(on, counts["classification"]),
        "long": lambda: attack(on, bug[0], f"{bug[1]}, long", on.long, counts["long"]),
    }


def _is_wanted(title: str, only: Sequence[str] | None) -> bool:
    return only is None or title in only


def measure(work: Work, on: Subject, rounds: int) -> Measured:
    """Time all sides on the same samples, round by round, in an order that turns."""
    sides = {HERE: work.ours, **work.peers}
    for side in sides.values():
        side(samples(on.short, 0, 1))  # loads, compiles and warms what has to be
    work.engines.clear()
    found = Measured(work, {name: [] for name in sides}, equal=dict.fromkeys(work.peers, 0))
    found.alone = dict.fromkeys(work.peers, 0)
    edges = [round(at * work.count / rounds) for at in range(rounds + 1)]
    for at, (start, stop) in enumerate(pairwise(edges)):
        names = list(sides)
        _round(found, on, work.samples(start, stop), names[at % len(names) :] + names[: at % len(names)], sides)
        told = ", ".join(f"{name} {found.seconds[name][-1]:.1f} s" for name in sides)
        print(f"{work.title}, round {at + 1}: {told}", flush=True)
    return found


def _round(found: Measured, on: Subject, batch: list[Sample[str]], names: Sequence[str], sides: dict[str, Any]) -> None:
    results = {}
    for name in names:
        on.adapter.sent.clear()
        on.tokens.clear()
        start = time.perf_counter()
        results[name] = sides[name](batch)
        found.seconds[name].append(time.perf_counter() - start)
        if name == HERE:
            rows = list(on.adapter.sent.values())
            found.own += sum(row.cost for row in rows)
            found.ideal.append(statistics.median(ideal_pass(on, rows) for _ in range(3)))
        else:
            found.alone[name] += sum(on.tokens)
    for name in found.equal:
        found.equal[name] += sum(map(found.work.same, results[HERE], results[name]))


def ideal_pass(on: Subject, rows: Sequence[Prepared]) -> float:
    """Seconds in the model of one pass over the rows, sorted, one batch after the other."""
    waiting: Waiting[Prepared] = Waiting()
    waiting.add(rows)
    before = on.adapter.channel.seconds
    while waiting:
        on.adapter.channel.submit(waiting.take(on.adapter.budget, on.adapter.overhead)).result()
    return float(on.adapter.channel.seconds - before)


def table(on: Subject, rows: Sequence[Measured], kept: Sequence[str] = ()) -> str:
    """The page: where, what, and the medians as ratios; `kept` are rows of before."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`: the harness and the libraries alone, the same float32 model and the same samples, in",
        "two rounds or more that take turns in one process. A ratio is the median over rounds of (alone / here).",
        "",
        f"- machine: {platform.machine()}, {os.cpu_count()} cores, device {on.adapter.device}",
        f"- calibrated: budget {on.adapter.budget} tokens, overhead {on.adapter.overhead}",
        f"- subject: {on.name}",
        f"- versions: {', '.join(f'{name} {number}' for name, number in versions().items())}",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "|---" * len(COLUMNS) + "|",
    ]
    return "\n".join([*lines, *kept, *(_line(row, peer) for row in rows for peer in row.work.peers), "", NOTES])


def _line(row: Measured, peer: str) -> str:
    counters = [engine.counters[""] for engine in row.work.engines]
    asked, unique, tokens, padding = (
        sum(getattr(each, name) for each in counters) for name in ("asked", "unique", "tokens", "padding")
    )
    here = sum(row.seconds[HERE])
    cells = [
        row.work.title, str(row.work.count), peer, f"{sum(row.seconds[peer]):.1f}", f"{here:.1f}",
        f"{row.ratio(peer):.1f}x", f"{row.alone[peer] / row.own:.1f}x", f"{row.equal[peer]}/{row.work.count}",
        f"{asked:,}", f"{unique:,}", f"{padding / (tokens + padding):.1%}",
        f"{sum(each.seconds for each in counters) / here:.0%}", f"{row.efficiency:.2f}",
        f"{datetime.now(UTC):%Y-%m-%d}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


NOTES = """\
*Bound*: the tokens the peer computes, padding included, over the tokens of the unique inputs; what a harness that
costs nothing would reach if a token always took as long. *Equal*: samples whose attack ends alike (outcome and text,
the generators seeded alike), or whose values agree within 1e-5 (LIME: the sums of what speaks for and against).
*Model busy*: seconds in the model / wall. *Efficiency*: seconds in the model of one pass over the unique rows, sorted,
one batch after the other (median of 3), / wall.
"""

if __name__ == "__main__":
    main()
