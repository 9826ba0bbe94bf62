"""Ratios of scores: their bounds against other implementations, and how often they miss."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep

from harness.statistics.clusters import Blocks
from harness.statistics.intervals import wilson
from harness.statistics.quotients import of_any, of_bounds, of_shares, of_values
from harness.types import Array


def pair(n: int, seed: int = 0, spread: float = 0.5) -> tuple[Array, Array]:
    drawn = np.random.default_rng(seed).normal(size=(n, 2))
    return np.exp(spread * drawn[:, 0]), 1.1 * np.exp(spread * (0.8 * drawn[:, 0] + 0.6 * drawn[:, 1]))


def test_the_bounds_of_a_ratio_of_means_are_those_of_scipys_bootstrap_and_of_fieller() -> None:
    old, new = pair(400)
    found = of_values(old, new, resamples=4000)
    assert found.value == pytest.approx(new.mean() / old.mean())
    theirs = stats.bootstrap(
        (old, new), lambda one, other: other.mean() / one.mean(), paired=True, vectorized=False, n_resamples=4000,
        confidence_level=0.9, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    assert (found.low, found.high) == pytest.approx(tuple(theirs), rel=0.01)
    assert (found.low, found.high) == pytest.approx(fieller(old, new), rel=0.01)


def fieller(old: Array, new: Array) -> tuple[float, float]:
    """The ratios at which a t test of new - ratio * old does not reject (Fieller 1954)."""
    t = stats.t.ppf(0.95, len(old) - 1)
    (a, b), cov = (old.mean(), new.mean()), np.cov(old, new) / len(old)
    roots = np.roots([a**2 - t**2 * cov[0, 0], -2 * (a * b - t**2 * cov[0, 1]), b**2 - t**2 * cov[1, 1]])
    return float(min(roots)), float(max(roots))


@pytest.mark.parametrize(("was", "now"), [(160, 150), (120, 131), (60, 45)])
def test_of_shares_that_do_not_correlate_the_bounds_are_near_those_of_statsmodels(was: int, now: int) -> None:
    n, rng = 200, np.random.default_rng(2)
    old, new = (rng.permutation(np.arange(n) < count) for count in (was, now))
    low, high = confint_proportions_2indep(now, n, was, n, compare="ratio", method="score", alpha=0.1)
    found = of_shares(old, new)
    assert found.value == pytest.approx(now / was)
    assert (found.low, found.high) == pytest.approx((low, high), rel=0.04)


def test_two_intervals_are_squared_and_added_on_the_log_scale() -> None:
    old, new = (0.8, *wilson(160, 200)), (0.7, *wilson(140, 200))
    found = of_bounds(old, new)
    below = math.hypot(math.log(0.7 / new[1]), math.log(old[2] / 0.8))
    assert (found.value, found.low) == pytest.approx((0.875, 0.875 * math.exp(-below)))
    low, high = confint_proportions_2indep(140, 200, 160, 200, compare="ratio", method="score", alpha=0.1)
    assert (found.low, found.high) == pytest.approx((low, high), rel=0.01)


def test_of_the_same_answers_the_ratio_is_one_for_certain() -> None:
    old, right = pair(50)[0], np.arange(50) > 3
    blocks = Blocks.of([str(at) for at in range(50)])
    without = np.array([old[blocks.places != block].max() for block in range(blocks.count)])
    for found in (of_values(old, old), of_shares(right, right), of_any((2.0, 2.0), (without, without), blocks)):
        assert found[:3] == (1, 1, 1)


@pytest.mark.parametrize(("old", "new"), [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0)])
def test_what_is_not_above_zero_has_no_ratio(old: float, new: float) -> None:
    blocks, ends = Blocks.of(["a", "b"]), np.ones(2)
    values = np.full(9, old), np.full(9, new)
    every = [of_values(*values), of_any((old, new), (ends, ends), blocks), of_bounds((old, 0, 2), (new, 0, 2))]
    every += [of_shares(values[0] > 0, values[1] > 0)] if old >= 0 else []
    assert all(math.isnan(each.value) and each.low is None and each.high is None for each in every)


def test_a_score_that_may_be_zero_has_a_ratio_without_bounds() -> None:
    blocks = Blocks.of(["a", "b", "c"])
    found = of_any((1.0, 1.2), (np.array([1.0, 0.0, 2.0]), np.array([1.2, 1.1, 1.3])), blocks)
    assert found == of_bounds((1.0, 0.0, 2.0), (1.2, 1.0, 2.0)) == (1.2, None, None, None)


@pytest.mark.parametrize("n", [60, 300])
def test_both_bounds_miss_as_often_as_they_should(n: int) -> None:
    found = [of_values(*pair(n, seed), resamples=200) for seed in range(400)]
    missed = [np.mean([(each.low or 0) > 1.1 for each in found]), np.mean([(each.high or 9) < 1.1 for each in found])]
    assert max(missed) <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5
    assert min(missed) >= 0.02


def test_percentiles_by_blocks_miss_as_often_as_they_should() -> None:
    blocks = Blocks.of([str(at) for at in range(200)])
    missed = []
    for seed in range(300):
        both = pair(200, seed)
        old, new = (float(np.percentile(each, 95)) for each in both)
        left = [[np.percentile(each[blocks.places != at], 95) for at in range(blocks.count)] for each in both]
        found = of_any((old, new), (np.array(left[0]), np.array(left[1])), blocks)
        missed.append(((found.low or 0) > 1.1, (found.high or 9) < 1.1))
    assert max(np.mean(missed, axis=0)) <= 0.05 + 3 * (0.05 * 0.95 / 300) ** 0.5
