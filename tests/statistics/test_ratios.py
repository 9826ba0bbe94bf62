"""Bounds of ratio scores: their parts against other implementations, and that they cover what they bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.stats
import sklearn.metrics

from harness.statistics.exact import clopper_pearson
from harness.statistics.ratios import (
    area_below,
    auc_bounds,
    delong,
    f1_bounds,
    f1_correlation,
    mcc_bounds,
    mean_of_f1,
    mean_of_shares,
)

CELLS = np.array([[60, 4, 1], [6, 20, 2], [1, 1, 5]])


def moved(statistic: Any, cells: Any) -> Any:
    """The derivative of a statistic of a table to each cell, less its mean over the rows: what one row moves it by."""
    step, base = 1e-6, statistic(cells.astype(float))
    found = np.array(
        [(statistic(cells + step * unit) - base) / step for unit in np.eye(cells.size).reshape(-1, *cells.shape)]
    )
    return found - (found * cells.reshape(-1, *[1] * (found.ndim - 1))).sum(axis=0) / cells.sum()


def f1s(cells: Any) -> Any:
    return 2 * cells.diagonal() / (cells.sum(axis=0) + cells.sum(axis=1))


def test_the_correlation_of_f1_is_that_of_the_delta_method() -> None:
    rows = np.repeat(moved(f1s, CELLS), CELLS.ravel(), axis=0)
    assert f1_correlation(CELLS.astype(float)) == pytest.approx(np.corrcoef(rows.T), abs=1e-4)


def test_one_share_has_its_exact_bounds_and_equal_ones_are_narrower_together() -> None:
    assert mean_of_shares(np.array([8]), np.array([10])) == pytest.approx(clopper_pearson(8, 10))
    low, high = mean_of_shares(np.array([8, 8]), np.array([10, 10]))
    assert clopper_pearson(8, 10)[0] < low < 0.8 < high < clopper_pearson(8, 10)[1]
    assert mean_of_shares(np.array([8, 8]), np.array([10, 10]), correlation=np.ones((2, 2))) == pytest.approx(
        clopper_pearson(8, 10)
    )


def test_the_bounds_of_f1_are_those_of_the_share_of_right_rows() -> None:
    low, high = clopper_pearson(20, 33)
    assert f1_bounds(20, 33) == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    counts = np.array([20]), np.array([25]), np.array([28])
    assert mean_of_f1(*counts, np.eye(1)) == pytest.approx(f1_bounds(20, 33))


def test_the_bounds_of_mcc_are_those_of_the_delta_method_on_fishers_z() -> None:
    def mcc(cells: Any) -> float:
        n, right = cells.sum(), cells.trace()
        true, claimed = cells.sum(axis=1), cells.sum(axis=0)
        spread = (n * n - claimed @ claimed) * (n * n - true @ true)
        return float((right * n - true @ claimed) / spread**0.5)

    labels, predicted = (np.repeat(each.ravel(), CELLS.ravel()) for each in np.indices(CELLS.shape))
    value = sklearn.metrics.matthews_corrcoef(labels, predicted)
    assert mcc(CELLS.astype(float)) == pytest.approx(value)
    error = (moved(mcc, CELLS) ** 2 * CELLS.ravel()).sum() ** 0.5
    half = scipy.stats.norm.ppf(0.95) * error / (1 - value**2)
    expected = np.tanh(np.arctanh(value) - half), np.tanh(np.arctanh(value) + half)
    assert mcc_bounds(CELLS.astype(float)) == pytest.approx(expected, abs=1e-5)


def test_a_table_without_errors_has_a_lower_bound_and_a_constant_one_none() -> None:
    expected = 1 - 2 * (1 - clopper_pearson(100, 100)[0]), 1.0
    assert mcc_bounds(np.diag([50.0, 50.0])) == pytest.approx(expected)
    assert mcc_bounds(np.array([[5.0, 0.0], [3.0, 0.0]])) is None


def scored(n: int, seed: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    return truth, np.round(rng.normal(size=n) + truth, 1)


def test_delongs_area_equals_scikit_learns_and_its_error_the_mann_whitney_variance_of_placements() -> None:
    truth, scores = scored(200, 1)
    value, error = delong(truth, scores)
    assert value == pytest.approx(sklearn.metrics.roc_auc_score(truth, scores), abs=1e-12)
    above = (scores[truth][:, None] > scores[~truth]) + 0.5 * (scores[truth][:, None] == scores[~truth])
    variance = above.mean(axis=1).var(ddof=1) / truth.sum() + above.mean(axis=0).var(ddof=1) / (~truth).sum()
    assert error == pytest.approx(variance**0.5, abs=1e-12)


def hanley(area: float, first: int, second: int) -> float:
    """The variance of Hanley & McNeil with the sizes of Newcombe's fifth method."""
    both, twice = area / (2 - area), 2 * area * area / (1 + area)
    more = (first + second) / 2 - 1
    return (area * (1 - area) + more * (both - area**2) + more * (twice - area**2)) / (first * second)


@pytest.mark.parametrize(("area", "first", "second"), [(1.0, 3, 7), (0.9, 2, 48), (0.75, 20, 30), (0.5, 5, 5)])
def test_the_lower_bound_of_an_area_solves_newcombes_equation(area: float, first: int, second: int) -> None:
    def beyond(low: float) -> float:
        return float(area - low - scipy.stats.norm.ppf(0.95) * hanley(low, first, second) ** 0.5)

    expected = scipy.optimize.brentq(beyond, 1e-9, area - 1e-9)
    assert area_below(area, first, second) == pytest.approx(expected, abs=1e-9)


def test_an_area_without_error_has_the_higher_of_two_bounds_and_one_row_has_none() -> None:
    truth, scores = np.arange(10) >= 7, np.arange(10.0)
    assert auc_bounds(truth[:, None], scores[:, None]) == pytest.approx((area_below(1.0, 3, 7), 1.0))
    assert area_below(1.0, 3, 7) > clopper_pearson(3, 3)[0]
    assert auc_bounds(np.arange(10)[:, None] == 9, scores[:, None]) is None


def test_two_classes_all_confused_have_the_bounds_of_a_table_without_errors_mirrored() -> None:
    right, wrong = (mcc_bounds(np.array(cells, float)) for cells in ([[30, 0], [0, 20]], [[0, 30], [20, 0]]))
    assert right is not None
    assert wrong == pytest.approx((-right[1], -right[0]))
