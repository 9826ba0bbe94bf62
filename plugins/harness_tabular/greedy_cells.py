"""Greedy cells: change one cell after another to a value that occurs in its column, until the prediction is wrong.

Hill climbing over the graph of rows that differ in one cell, as in Kulynych, Hayes, Samarin & Troncoso (2018), Evading
classifiers in discrete domains with provable optimality guarantees. Differences: every change costs the same, a cell
is changed once, and nothing is promised about the optimum, for which they search the graph with A*. That nobody may
notice, Ballet et al. (2019), Imperceptible adversarial attacks on tabular data, bring about by weighing columns and
following gradients; here by few cells, values that occur, and columns that stay `frozen`, with probabilities alone.
"""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from harness import OutOfQueries, Positive, Sample, Session, predict
from harness_tabular.row import Row


def greedy_cells(
    sample: Sample[Row], rng: Random, *, cells: Positive = 3, values: Positive = 10, frozen: list[str] | None = None
) -> Session[Row]:
    """Change up to `cells` cells, each time the one, and to the value, that harms most.

    Of each column up to `values` others that occur in the data are tried: numbers from the least to the largest, the
    commonest categories; `frozen` columns never change. Returns the first row the model gets wrong, else the one it
    was least sure of.
    """
    truth = sample.truth
    assert isinstance(truth, int)
    _require(frozen or (), sample.input)
    row, fixed = sample.input, set(frozen or ())
    [answer] = yield from predict([row])
    for _ in range(cells):
        tries = _tries(row, fixed, values)
        if not tries:
            break
        try:
            found = yield from predict([row | {name: value} for name, value in tries])
        except OutOfQueries:
            break
        at = min(range(len(tries)), key=lambda place: found[place][truth])
        if found[at][truth] >= answer[truth]:
            break
        answer, (name, value) = found[at], tries[at]
        row, fixed = row | {name: value}, fixed | {name}
        if answer.label != truth:
            break
    return row


def _tries(row: Row, fixed: Collection[str], values: int) -> list[tuple[str, object]]:
    """The changes of single cells."""
    return [
        (name, value)
        for name, cell in row.items()
        if name not in fixed
        for value in row.column(name).others(cell, values)
    ]


def _require(frozen: Collection[str], row: Row) -> None:
    """Raise ValueError for a frozen column that the row does not have: it would be no protection."""
    if unknown := [name for name in frozen if name not in row]:
        raise ValueError(f"frozen: there is no column {unknown[0]!r}: expected some of {', '.join(row)}")
