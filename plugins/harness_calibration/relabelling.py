"""Whether the model's classes would fit better under other names: the permutation of its labels that is right most."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def best_names(confusion: Array) -> npt.NDArray[np.intp]:
    """The class that each predicted class should be called, `(classes,)`: that most samples are right.

    Of counts `(classes, classes)`, rows true and columns predicted. Kuhn's assignment by shortest augmenting paths
    (Jonker & Volgenant 1987); where several are as good, classes keep their names.
    """
    costs = -(confusion.T + np.eye(len(confusion)) * 1e-3)
    n = len(costs)
    of_row, of_column = np.zeros(n + 1), np.zeros(n + 1)
    owner = np.zeros(n + 1, np.intp)
    for row in range(1, n + 1):
        _augment(costs, row, of_row, of_column, owner)
    names = np.empty(n, np.intp)
    names[owner[1:] - 1] = np.arange(n)
    return names


def _augment(costs: Array, row: int, of_row: Array, of_column: Array, owner: npt.NDArray[np.intp]) -> None:
    """Give a row a column, on the path of least cost through those that are taken."""
    n = len(costs)
    owner[0], at = row, 0
    least, before, used = np.full(n + 1, np.inf), np.zeros(n + 1, np.intp), np.zeros(n + 1, np.bool_)
    while owner[at]:
        used[at] = True
        reduced = np.append(np.inf, costs[owner[at] - 1] - of_row[owner[at]] - of_column[1:])
        nearer = ~used & (reduced < least)
        least[nearer], before[nearer] = reduced[nearer], at
        following = int(np.where(used, np.inf, least).argmin())
        step = least[following]
        of_row[owner[used]] += step
        of_column[used] -= step
        least[~used] -= step
        at = following
    while at:
        owner[at], at = owner[before[at]], int(before[at])
