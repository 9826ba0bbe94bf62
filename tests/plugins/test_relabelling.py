"""The names under which most is right: against scipy's assignment."""

from __future__ import annotations

import numpy as np
import pytest
from harness_calibration.relabelling import best_names


@pytest.mark.parametrize("classes", [2, 3, 7, 30])
def test_as_many_are_right_as_by_scipy(classes: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    for seed in range(10):
        confusion = np.random.default_rng(seed).integers(0, 20, (classes, classes)).astype(float)
        names = best_names(confusion)
        rows, columns = optimize.linear_sum_assignment(-confusion)
        assert sorted(names.tolist()) == list(range(classes))
        assert confusion[names, np.arange(classes)].sum() == confusion[rows, columns].sum()


def test_names_are_kept_where_no_others_are_better() -> None:
    assert best_names(np.ones((4, 4))).tolist() == [0, 1, 2, 3]
    assert best_names(np.array([[0.0, 10, 0], [0, 0, 10], [10, 0, 0]])).tolist() == [2, 0, 1]
