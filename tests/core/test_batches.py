"""Which rows share a batch: nothing lost, nothing over the budget, and the cheapest way, against trying every one."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import ceil
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.batches import Waiting, first_batch


class Costing(NamedTuple):
    """A row that waits."""

    cost: int
    name: str = ""


groups = st.dictionaries(st.integers(1, 30), st.integers(1, 6), min_size=1, max_size=6)


def taken(counts: dict[int, int], budget: int, overhead: int) -> list[list[int]]:
    """All batches, one after the other, as costs."""
    waiting: Waiting[Costing] = Waiting()
    for cost, rows in counts.items():
        waiting.add([Costing(cost)] * rows)
    batches = []
    while waiting:
        batches.append([row.cost for row in waiting.take(budget, overhead)])
    assert waiting.cost == 0
    return batches


def cost_of(batches: list[list[int]], overhead: int) -> int:
    return sum(max(batch) * len(batch) + overhead for batch in batches)


def cheapest(counts: dict[int, int], budget: int, overhead: int) -> int:
    """The least cost of all cuts between neighbouring costs, each found by trying."""
    rows = sorted(counts.items(), reverse=True)
    best = None
    for size in range(len(rows)):
        for cuts in combinations(range(1, len(rows)), size):
            edges = [0, *cuts, len(rows)]
            total = 0
            for start, end in pairwise(edges):
                longest, number = rows[start][0], sum(n for _, n in rows[start:end])
                total += longest * number + overhead * ceil(number / max(1, budget // longest))
            best = total if best is None else min(best, total)
    assert best is not None
    return best


@given(groups, st.integers(1, 200), st.integers(0, 60))
def test_every_row_is_sent_once_within_the_budget_the_costliest_first(
    counts: dict[int, int], budget: int, overhead: int
) -> None:
    batches = taken(counts, budget, overhead)
    sent = [cost for batch in batches for cost in batch]
    assert sent == sorted(sent, reverse=True)
    assert sent == sorted((cost for cost, rows in counts.items() for _ in range(rows)), reverse=True)
    assert all(len(batch) == 1 or max(batch) * len(batch) <= budget for batch in batches)


@given(groups, st.integers(1, 200), st.integers(0, 60))
def test_no_cut_between_costs_is_cheaper(counts: dict[int, int], budget: int, overhead: int) -> None:
    assert cost_of(taken(counts, budget, overhead), overhead) <= cheapest(counts, budget, overhead)


@pytest.mark.parametrize(
    ("counts", "overhead", "rows"),
    [([(30, 1), (20, 5)], 64, 6), ([(30, 1), (20, 50)], 64, 1), ([(7, 1000)], 0, 14), ([(500, 3)], 64, 1)],
)
def test_by_hand(counts: list[tuple[int, int]], overhead: int, rows: int) -> None:
    assert first_batch(counts, 100 if counts[0][0] != 30 else 5000, overhead) == rows


def test_those_that_came_first_go_first() -> None:
    waiting: Waiting[Costing] = Waiting()
    waiting.add(Costing(cost, name) for name, cost in (("a", 3), ("b", 5), ("c", 3), ("d", 5), ("e", 5)))
    batches = [waiting.take(10, 0) for _ in range(3)]
    assert [[row.name for row in batch] for batch in batches] == [["b", "d"], ["e"], ["a", "c"]]
