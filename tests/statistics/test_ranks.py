"""Ranks against scipy's, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from harness.statistics.ranks import midranks


@pytest.mark.parametrize("n", [0, 1, 2, 5, 680, 20_000])
@pytest.mark.parametrize("decimals", [0, 1, 3, 17])
def test_midranks_equal_scipys(n: int, decimals: int) -> None:
    values = np.random.default_rng(n).normal(size=n).round(decimals)
    np.testing.assert_array_equal(midranks(values), scipy.stats.rankdata(values))


def test_plus_and_minus_zero_are_tied() -> None:
    assert midranks(np.array([0.0, -0.0, 1.0, np.inf, -np.inf])).tolist() == [2.5, 2.5, 4, 5, 1]
