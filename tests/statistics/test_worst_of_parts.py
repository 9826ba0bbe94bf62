"""The worst of several parts: how often a gate fails that should not, and finds what it should."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from harness.statistics.exact import clopper_pearson
from harness.statistics.worst_of_parts import corrected_confidence

BOUND = 0.8


def outcomes(n: int, shares: Any, correlation: float, seed: int) -> Any:
    """Right answers `(n, parts)` of correlated parts with these shares."""
    rng = np.random.default_rng(seed)
    common, own = rng.normal(size=(n, 1)), rng.normal(size=(n, len(shares)))
    return (correlation**0.5 * common + (1 - correlation) ** 0.5 * own < scipy.stats.norm.ppf(shares)) * 1.0


def fails(n: int, shares: Any, correlation: float, seed: int) -> bool:
    rows = outcomes(n, shares, correlation, seed)
    least = int(rows.sum(axis=0).min())
    return clopper_pearson(least, n, corrected_confidence(rows, seed=seed))[1] < BOUND


@pytest.mark.parametrize(("parts", "correlation"), [(4, 0.2), (12, 0.5), (42, 0.85)])
def test_parts_at_the_bound_fail_seldom(parts: int, correlation: float) -> None:
    failed = [fails(300, np.full(parts, BOUND), correlation, seed) for seed in range(200)]
    assert np.mean(failed) <= 0.11  # 0.07 and two standard errors of 200 draws


@pytest.mark.parametrize(("parts", "found"), [(4, 0.40), (42, 0.20)])
def test_one_part_below_the_bound_is_found(parts: int, found: float) -> None:
    error = (BOUND * (1 - BOUND) / 300) ** 0.5
    shares = np.r_[BOUND - 2 * error, np.full(parts - 1, BOUND + 2 * error)]
    assert np.mean([fails(300, shares, 0.5, seed) for seed in range(200)]) >= found - 0.07


def test_equal_parts_count_as_one_and_independent_ones_as_many() -> None:
    column = outcomes(200, np.full(1, 0.7), 0.0, 1)
    assert corrected_confidence(np.repeat(column, 5, axis=1)) == pytest.approx(0.95, abs=0.01)
    many = corrected_confidence(outcomes(200, np.full(10, 0.7), 0.0, 1))
    assert 0.98 < many < 1 - 0.05 / 10 + 0.002


def test_parts_of_other_samples_are_independent() -> None:
    rows = outcomes(200, np.full(2, 0.7), 1.0, 2)
    rows[:100, 0], rows[100:, 1] = np.nan, np.nan
    assert corrected_confidence(rows) == pytest.approx(0.975, abs=0.006)
