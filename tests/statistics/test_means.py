"""Means by the bootstrap-t: against Student's interval, and on values that the percentile bootstrap fails on."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from harness.statistics.intervals import mean_bounds


def test_for_normal_values_it_is_near_students_interval() -> None:
    values = np.random.default_rng(5).normal(size=40)
    theirs = scipy.stats.t.interval(0.9, 39, values.mean(), values.std(ddof=1) / 40**0.5)
    assert mean_bounds(values, resamples=5000) == pytest.approx(theirs, abs=0.15 * (theirs[1] - theirs[0]))


def test_both_ends_cover_the_mean_of_skewed_values() -> None:
    bounds = [mean_bounds(np.random.default_rng(at).exponential(size=20), seed=at, resamples=300) for at in range(300)]
    low, high = np.array(bounds).T
    assert (low <= 1).mean() >= 0.92
    assert (high >= 1).mean() >= 0.89  # the percentile bootstrap covers 0.87 at n = 20


@pytest.mark.parametrize("values", [[1.0], [0.5, 0.5, 0.5]])
def test_nobody_knows_how_values_vary_that_are_alike(values: list[float]) -> None:
    assert mean_bounds(np.array(values)) is None


def test_the_seed_decides() -> None:
    values = np.random.default_rng(0).normal(size=30)
    assert mean_bounds(values, seed=1) == mean_bounds(values, seed=1) != mean_bounds(values, seed=2)
