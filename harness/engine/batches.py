"""Chooses the rows of a batch: rows are padded to the longest of their batch, and every call costs extra."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Generic, Protocol, TypeVar


class Costly(Protocol):
    """A waiting row; its cost is 1 or more."""

    @property
    def cost(self) -> int: ...


R = TypeVar("R", bound=Costly)


class Waiting(Generic[R]):
    """Rows by cost, those that came first in front."""

    def __init__(self) -> None:
        self.cost = 0
        self._rows: defaultdict[int, deque[R]] = defaultdict(deque)

    def __bool__(self) -> bool:
        return bool(self._rows)

    def add(self, rows: Iterable[R]) -> None:
        """Put each row behind those of the same cost."""
        for row in rows:
            self._rows[row.cost].append(row)
            self.cost += row.cost

    def take(self, budget: int, overhead: int) -> list[R]:
        """The fullest batch of the cheapest way to send all of them: at least one row, the costliest first."""
        counts = sorted(((cost, len(rows)) for cost, rows in self._rows.items()), reverse=True)
        start, left = fullest(counts, runs(counts, budget, overhead), budget, overhead)
        batch: list[R] = []
        for cost, _ in counts[start:]:
            rows = self._rows[cost]
            number = min(left, len(rows))
            batch += [rows.popleft() for _ in range(number)]
            self.cost -= cost * number
            left -= number
            if not rows:
                del self._rows[cost]
            if not left:
                break
        return batch


def runs(counts: Sequence[tuple[int, int]], budget: int, overhead: int) -> list[tuple[int, int]]:
    """The runs of neighbouring costs that are padded alike when all rows are sent at the least cost, as (start, end).

    `counts` are (cost, rows) by falling cost. A batch costs its rows, each padded to the longest of its run, and the
    overhead of a call, in the same unit; it contains one row, or as many as fit the budget padded; a run is sent in as
    few batches as it needs. The runs are the shortest way through the cuts, from the last one back (Bellman 1958).
    Cuts inside one cost are not tried but where the budget makes them.
    """
    rest, ends = [0] * (len(counts) + 1), [0] * len(counts)
    for start in range(len(counts) - 1, -1, -1):
        longest = counts[start][0]
        most = max(1, budget // longest)
        rows, best = 0, -1
        for end in range(start, len(counts)):
            cost, number = counts[end]
            if (longest - cost) * number > overhead:  # a batch more would cost less than this padding, however it ends
                break
            rows += number
            total = longest * rows + overhead * ceil(rows / most) + rest[end + 1]
            if best < 0 or total < best:
                best, ends[start] = total, end + 1
        rest[start] = best
    found, start = [], 0
    while start < len(counts):
        found.append((start, ends[start]))
        start = ends[start]
    return found


def fullest(
    counts: Sequence[tuple[int, int]], among: Iterable[tuple[int, int]], budget: int, overhead: int
) -> tuple[int, int]:
    """The start of the batch with the least padding, and its rows; the costliest of several.

    Rows of a rare length wait for others of it: sent first, they would be sent nearly alone, again and again.
    """
    best, chosen = -1.0, (0, 0)
    for start, end in among:
        longest = counts[start][0]
        rows = left = min(max(1, budget // longest), sum(number for _, number in counts[start:end]))
        own = 0
        for cost, number in counts[start:end]:
            own += cost * min(left, number)
            left -= min(left, number)
        if own / (longest * rows + overhead) > best:
            best, chosen = own / (longest * rows + overhead), (start, rows)
    return chosen
