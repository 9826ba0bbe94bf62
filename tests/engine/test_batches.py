"""Which rows share a batch: nothing lost, nothing over the budget, and the cheapest way, against trying every one."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import ceil
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.engine.batches import Waiting, fullest, runs


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
def test_every_row_is_sent_once_within_the_budget(counts: dict[int, int], budget: int, overhead: int) -> None:
    batches = taken(counts, budget, overhead)
    sent = sorted(cost for batch in batches for cost in batch)
    assert sent == sorted(cost for cost, rows in counts.items() for _ in range(rows))
    assert all(len(batch) == 1 or max(batch) * len(batch) <= budget for batch in batches)


@given(groups, st.integers(1, 200), st.integers(0, 60))
def test_no_batch_of_the_plan_computes_less_for_nothing(counts: dict[int, int], budget: int, overhead: int) -> None:
    rows = sorted(counts.items(), reverse=True)
    shares = []
    for start, end in runs(rows, budget, overhead):
        longest = rows[start][0]
        costs = [cost for cost, number in rows[start:end] for _ in range(number)][: max(1, budget // longest)]
        shares.append(sum(costs) / (longest * len(costs) + overhead))
    first = taken(counts, budget, overhead)[0]
    assert sum(first) / (max(first) * len(first) + overhead) == max(shares)


@given(groups, st.integers(1, 200), st.integers(0, 60))
def test_no_cut_between_costs_is_cheaper(counts: dict[int, int], budget: int, overhead: int) -> None:
    assert cost_of(taken(counts, budget, overhead), overhead) <= cheapest(counts, budget, overhead)


@pytest.mark.parametrize(
    ("counts", "overhead", "first"),
    [
        ([(30, 1), (20, 5)], 64, (0, 6)),
        ([(30, 1), (20, 50)], 64, (1, 50)),
        ([(30, 2), (3, 1000)], 0, (0, 2)),
        ([(7, 1000)], 0, (0, 714)),
        ([(5001, 3)], 64, (0, 1)),
    ],
)
def test_by_hand(counts: list[tuple[int, int]], overhead: int, first: tuple[int, int]) -> None:
    assert fullest(counts, runs(counts, 5000, overhead), 5000, overhead) == first


def test_a_rare_length_waits_for_others_of_it() -> None:
    waiting: Waiting[Costing] = Waiting()
    waiting.add([Costing(60), *[Costing(10)] * 20])
    assert [row.cost for row in waiting.take(100, 20)] == [10] * 10
    waiting.add([Costing(58)] * 7)
    assert [row.cost for row in waiting.take(480, 20)] == [60, *[58] * 7]


def test_those_that_came_first_go_first() -> None:
    waiting: Waiting[Costing] = Waiting()
    waiting.add(Costing(cost, name) for name, cost in (("a", 3), ("b", 5), ("c", 3), ("d", 5), ("e", 5)))
    batches = [waiting.take(10, 0) for _ in range(3)]
    assert [[row.name for row in batch] for batch in batches] == [["b", "d"], ["e"], ["a", "c"]]
