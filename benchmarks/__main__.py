"""`make bench`: time every work in rounds, the sides in turn, and write the medians to BENCHMARKS.md."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise, starmap
from typing import Any

from benchmarks.subjects import ROOT, Subject, samples, subject
from benchmarks.works import Side, Work, attack, classification, lime_text, shap_partition
from harness.engine.batches import Waiting
from harness.models import Encoded
from harness.suite.versions import versions

HERE = "here"
PAGE = ROOT / "BENCHMARKS.md"
COUNTS = {"deepwordbug": 50, "pwws": 50, "shap": 20, "lime": 20, "classification": 5000, "long": 10, "pwws-long": 10}
"""Samples of each work."""

BY_HAND = "\n## Also measured\n"
"""From here on the page is written by hand."""

COLUMNS = ("work", "samples", "peer", "alone, s", "here, s", "ratio", "bound", "equal", "asked", "unique", "padding",
           "model busy", "efficiency", "measured")  # fmt: skip


@dataclass
class Measured:
    """A work as it was measured: seconds by side and round, ideal seconds by round, results that agree, tokens.

    In a round the harness does all samples, a peer its share of them: it would take no less for all at once.
    """

    work: Work
    seconds: dict[str, list[float]]
    ideal: list[float] = field(default_factory=list)
    equal: dict[str, int] = field(default_factory=dict)
    alone: dict[str, int] = field(default_factory=dict)
    own: int = 0

    def ratio(self, peer: str) -> float:
        """How many times longer the peer takes for all samples than the harness does in the median."""
        return sum(self.seconds[peer]) / statistics.median(self.seconds[HERE])

    @property
    def efficiency(self) -> float:
        """An ideal pass over the unique rows, over the time the harness took: the median over rounds."""
        return statistics.median(a / b for a, b in zip(self.ideal, self.seconds[HERE], strict=True))


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="do this share of the samples only")
    parser.add_argument("--count", nargs="*", default=(), metavar="WORK=N", help="do so many samples of a work")
    parser.add_argument("--rounds", type=int, default=3, help="the peers' samples are split into this many rounds")
    parser.add_argument("--only", nargs="*", default=None, choices=list(COUNTS), help="these works only")
    chosen = parser.parse_args()
    on = subject()
    counts = {title: max(chosen.rounds, round(chosen.share * count)) for title, count in COUNTS.items()}
    counts |= {title: int(count) for title, _, count in (each.partition("=") for each in chosen.count)}
    wanted = [make for title, make in _works(on, counts).items() if _is_wanted(title, chosen.only)]
    found = []
    for make in wanted:
        found.append(measure(make(), on, chosen.rounds))
        before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        page = table(on, found, _kept(found, before)) + "".join(before.partition(BY_HAND)[1:])
        PAGE.write_text(page, encoding="utf-8", newline="\n")
    print(PAGE.read_text(encoding="utf-8"))


def _kept(found: Sequence[Measured], page: str) -> list[str]:
    """The lines of the page that are of other works, measured at another time."""
    rows = [line for line in page.splitlines() if line.startswith("| ") and line.count("|") == len(COLUMNS) + 1]
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
        "pwws-long": lambda: attack(on, pwws[0], f"{pwws[1]}, long", on.long, counts["pwws-long"]),
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
    for at, part in enumerate(starmap(slice, pairwise(edges))):
        names = list(sides)
        _round(found, on, part, names[at % len(names) :] + names[: at % len(names)], sides)
        times = ", ".join(f"{name} {found.seconds[name][-1]:.1f} s" for name in sides)
        print(f"{work.title}, round {at + 1}: {times}", flush=True)
    return found


def _round(found: Measured, on: Subject, part: slice, names: Sequence[str], sides: Mapping[str, Side]) -> None:
    results = {}
    everything = found.work.samples(0, found.work.count)
    for name in names:
        on.adapter.forget()
        on.tokens.clear()
        start = time.perf_counter()
        results[name] = sides[name](everything if name == HERE else everything[part])
        found.seconds[name].append(time.perf_counter() - start)
        if name == HERE:
            rows = list(on.adapter.sent.values())
            found.own = sum(row.cost for row in rows)
            found.ideal.append(ideal_pass(on, rows))
        else:
            found.alone[name] += sum(on.tokens)
    for name in found.equal:
        found.equal[name] += sum(map(found.work.same, results[HERE][part], results[name]))


def ideal_pass(on: Subject, rows: Sequence[Encoded]) -> float:
    """Seconds in the model of one pass over the rows, sorted, in full batches."""
    waiting: Waiting[Encoded] = Waiting()
    waiting.add(rows)
    return seconds_of(on, _taken(waiting, on.adapter.budget, on.adapter.overhead))


def seconds_of(on: Subject, batches: Iterable[Sequence[Encoded]]) -> float:
    """Seconds in the model of these batches, as many on their way as in a run."""
    channel, flights = on.adapter.channel, deque[Future[Any]]()
    before = channel.seconds
    for batch in batches:
        if len(flights) == channel.depth:
            flights.popleft().result()
        flights.append(channel.submit(batch))
    for flight in flights:
        flight.result()
    return float(channel.seconds - before)


def _taken(waiting: Waiting[Encoded], budget: int, overhead: int) -> Iterator[list[Encoded]]:
    while waiting:
        yield waiting.take(budget, overhead)


def table(on: Subject, rows: Sequence[Measured], kept: Sequence[str] = ()) -> str:
    """The page: where, what, and the medians as ratios; `kept` are rows of before."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`: the harness and the libraries alone, the same float32 model, the same samples, in",
        "one process and in rounds. In each the harness does all samples, a pass over its unique rows is timed, and",
        "each library alone does its share of them. *Alone* is the sum over the rounds, *here* the median round.",
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
    counters = [engine.ledger.of_model("") for engine in row.work.engines]
    last, busy = counters[-1], sum(each.seconds for each in counters) / sum(row.seconds[HERE])
    here = statistics.median(row.seconds[HERE])
    cells = [
        row.work.title, str(row.work.count), peer, f"{sum(row.seconds[peer]):.1f}", f"{here:.1f}",
        f"{row.ratio(peer):.1f}x", f"{row.alone[peer] / row.own:.1f}x", f"{row.equal[peer]}/{row.work.count}",
        f"{last.asked:,}", f"{last.unique:,}", f"{last.padding / (last.tokens + last.padding):.1%}",
        f"{busy:.0%}", f"{row.efficiency:.2f}",
        f"{datetime.now(UTC):%Y-%m-%d}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


NOTES = """\
*Bound*: the tokens the peer computes, padding included, over the tokens of the unique inputs; what a harness that
costs nothing would reach if a token always took as long. *Equal*: samples whose attack ends alike (outcome and text,
the generators seeded alike), or whose values agree within 1e-5 (LIME: the sums of what speaks for and against).
*Model busy*: seconds in the model / wall. *Efficiency*: seconds in the model of one pass over the unique rows, sorted,
as many batches on their way as in a run, / wall: the median over the rounds.
"""

if __name__ == "__main__":
    main()
