"""How long a run still takes, from what its cases are planned to cost, not from how many they are.

A case costs the rows it asks, each as much as its sample is long. Of a part that asks once the rows are known. Of any
other they are fitted to its cases that ended, as a constant and a share of the length, both at least 0: an attack asks
about every word, an explainer of so many perturbations always as much. Cases that still run are like those that asked
more than they have by now. Costs become seconds by what those of the same task have taken so far. Until every part that
is left has a case of about its length to judge by, nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from harness.engine.counters import Ledger, added

FULLER = 1.25
"""Sessions that ask more than any that ended will ask so many times what they have by now."""

LIKE = 0.5
"""A part is judged by cases that ended of samples at least so long, as a share of those that are left."""

REMEMBERED = 500
"""Cases of a part that ended whose rows are kept one by one."""

Name = tuple[str, str]
"""A part by its task and its name."""


class Ended(Protocol):
    """A case that ended: a record, or an outcome's."""

    @property
    def task(self) -> str: ...
    @property
    def part(self) -> str: ...
    @property
    def sample(self) -> str: ...
    @property
    def asked(self) -> int: ...
    @property
    def error(self) -> str | None: ...


class Left(NamedTuple):
    """What cases are about to ask: rows, their cost, which is rows times lengths, and the seconds that takes."""

    rows: float
    cost: float
    seconds: float = 0.0


@dataclass
class Part:
    """The cases of a part that are left, of samples of such lengths; `once` if each asks one row.

    `cost` is that of the cases that ended.
    """

    lengths: Sequence[float]
    once: bool = False
    cost: float = 0.0
    cases: int = field(init=False)
    _length: float = field(init=False)
    _square: float = field(init=False)
    _sums: list[float] = field(default_factory=lambda: [0.0] * 5)

    def __post_init__(self) -> None:
        self.cases, self._length = len(self.lengths), float(sum(self.lengths))
        self._square = float(sum(each * each for each in self.lengths))
        self._longest = 0.0
        self._ended: list[tuple[float, int]] = []

    def end(self, length: float, asked: int) -> None:
        """Count a case that ended."""
        self.cases, self._length, self._square = self.cases - 1, self._length - length, self._square - length * length
        self.cost += asked * length
        self._longest = max(self._longest, length)
        if asked > 1:  # an attack that has nothing to do ends at once, and all such do so first
            each = (1.0, length, length * length, asked, asked * length)
            self._sums = [one + more for one, more in zip(self._sums, each, strict=True)]
            if len(self._ended) < REMEMBERED:
                self._ended.append((length, asked))

    @property
    def most(self) -> float:
        """The cost of its cases that are left, were a row asked for all that each is long; 0 if each asks one."""
        return 0.0 if self.once else self._square

    @property
    def asks_more(self) -> bool:
        """Whether a case that ended asked more than one row."""
        return self._sums[0] > 0

    def left(self) -> Left | None:
        """What its cases that are left will ask, were they like those that ended; None where none is to judge by."""
        if not self.cases or self.once:
            return Left(self.cases, self._length)
        if self._longest * self._length < LIKE * self._square:
            return None
        constant, share = self._fit()
        rows = constant * self.cases + share * self._length
        return Left(rows, constant * self._length + share * self._square)

    def stretch(self, begun: float) -> float:
        """How many times as much cases ask that have asked this share of it by now: those that ask least end first."""
        if self.once or not self.asks_more:
            return 1.0
        constant, share = self._fit()
        ratios = [asked / (constant + share * length) for length, asked in self._ended]
        longer = [ratio for ratio in ratios if ratio > begun]
        return max(sum(longer) / len(longer), begun) if longer else FULLER * begun

    def _fit(self) -> tuple[float, float]:
        return _fitted(*self._sums) if self.asks_more else (1.0, 0.0)


def _fitted(n: float, length: float, square: float, rows: float, cost: float) -> tuple[float, float]:
    """Least squares of rows on a constant and the length, neither below 0, from their sums."""
    spread = n * square - length * length
    share = (n * cost - length * rows) / spread if spread > 1e-9 * n * square else 0.0
    constant = (rows - share * length) / n
    if share < 0:
        return rows / n, 0.0
    return (constant, share) if constant >= 0 else (0.0, cost / square)


class Remaining:
    """The time that a run has left: its parts, the length of each sample (1 unless given) and the run's counters."""

    def __init__(
        self, parts: Mapping[Name, Part], lengths: Mapping[str, float] | None = None, ledger: Ledger | None = None
    ) -> None:
        self.parts = parts
        self._lengths = lengths or {}
        self._ledger = ledger or Ledger()
        self._asked = dict.fromkeys((task for task, _ in parts), 0)

    def done(self, ended: Iterable[Ended], prefix: str = "") -> None:
        """Count cases that ended; their tasks are known by names that begin with `prefix`."""
        for each in ended:
            task = prefix + each.task
            self.parts[task, each.part].end(self._lengths.get(each.sample, 1.0), each.asked)
            self._asked[task] += each.asked

    def seconds(self, elapsed: float) -> float | None:
        """Seconds that are left after so many; None where nobody knows."""
        found = self.by_part(elapsed)
        return None if found is None else sum(each.seconds for each in found.values())

    def by_part(self, elapsed: float) -> dict[Name, Left] | None:
        """What each part has left after so many seconds; None where nobody knows."""
        left, spent = dict[Name, Left](), dict[str, tuple[float, float]]()
        for task, asked in self._asked.items():
            counted = added(self._ledger.of_task(task).values())
            answered = self._ledger.answered.get(task, 0) * counted.asked / max(1, counted.unique)
            found = self._left_of(task, max(0, counted.asked - asked), max(0.0, answered - asked))
            if found is None:
                return None
            left |= {(task, part): each for part, (each, _) in found.items()}
            done = sum(each.cost for (of, _), each in self.parts.items() if of == task)
            spent[task] = done + sum(begun for _, begun in found.values()), counted.seconds
        return _timed(left, spent, elapsed)

    def _left_of(self, task: str, alive: int, answered: float) -> dict[str, tuple[Left, float]] | None:
        """What the parts of a task have left, and the cost of the `answered` of those `alive`.

        These are the rows that sessions have asked which still run.
        """
        parts = {part: each for (of, part), each in self.parts.items() if of == task}
        alike = {part: each.left() for part, each in parts.items()}
        planned = sum(each.rows for each in alike.values() if each)
        if None in alike.values() or (alive > planned and self._knows_little(task)):
            return None
        by = {part: each.stretch(alive / planned) if planned else 1.0 for part, each in parts.items()}
        all_ = {part: (by[part] * each.rows, by[part] * each.cost) for part, each in alike.items() if each}
        rows = sum(each for each, _ in all_.values())
        begun = min(1.0, answered / rows) if rows else 0.0
        return {
            part: (Left((1 - begun) * each, (1 - begun) * cost), begun * cost) for part, (each, cost) in all_.items()
        }

    def _knows_little(self, task: str) -> bool:
        """Whether cases that asked no more than one row are all that ended of a task."""
        return not any(each.asks_more for (of, _), each in self.parts.items() if of == task)


def _timed(
    left: Mapping[Name, Left], spent: Mapping[str, tuple[float, float]], elapsed: float
) -> dict[Name, Left] | None:
    """The parts with their seconds, by what a cost has taken: that of the task in its models, or of all so far."""
    costs, busy = (sum(each[at] for each in spent.values()) for at in (0, 1))
    if not costs:
        return None
    rates = {task: seconds / cost for task, (cost, seconds) in spent.items() if cost and seconds and busy}
    wall = {task: rate * elapsed / busy for task, rate in rates.items()}
    return {
        (task, part): each._replace(seconds=each.cost * wall.get(task, elapsed / costs))
        for (task, part), each in left.items()
    }
