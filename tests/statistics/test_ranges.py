"""The studentized range of known error, against published tables and draws."""

from __future__ import annotations

import numpy as np
import pytest

from harness.statistics.intervals import normal_quantile
from harness.statistics.ranges import range_quantile


@pytest.mark.parametrize(
    ("k", "confidence", "published"),
    [(3, 0.95, 3.314), (5, 0.95, 3.858), (10, 0.95, 4.474), (20, 0.95, 5.012), (3, 0.99, 4.120), (100, 0.95, 6.085)],
)
def test_quantiles_are_those_of_the_tables(k: int, confidence: float, published: float) -> None:
    assert range_quantile(k, confidence) == pytest.approx(published, abs=1.5e-3)


def test_of_two_it_is_the_two_sided_quantile() -> None:
    assert range_quantile(2, 0.9) / 2**0.5 == pytest.approx(normal_quantile(0.95), abs=1e-6)


def test_draws_exceed_it_as_often_as_it_says() -> None:
    drawn = np.ptp(np.random.default_rng(0).normal(size=(40_000, 7)), axis=1)
    assert (drawn > range_quantile(7, 0.9)).mean() == pytest.approx(0.1, abs=0.006)
