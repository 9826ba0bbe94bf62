"""Bounds by betting, against the paper's formulas written out, and what they promise under continuous looking."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.statistics.betting import (
    DIFFERENCE,
    SHARE,
    anytime_resolution,
    betting_bounds,
    betting_power,
    detectable,
    ruled_out,
    sure_at,
)

VALUES = st.lists(st.floats(0, 1), max_size=40).map(np.array)


def capital(values: list[float], mean: float, horizon: int, alpha: float) -> float:
    """The most capital there was: Waudby-Smith & Ramdas's hedge and its stakes, value by value."""
    wealth = most = 1.0
    before: list[float] = []
    squares = 0.25
    for at, value in enumerate(values, 1):
        variance = squares / at
        stake = min(math.sqrt(2 * math.log(1 / alpha) / (horizon * variance)), 0.75 / mean)
        wealth *= 1 + stake * (value - mean)
        most = max(most, wealth)
        before.append(value)
        squares += (value - (0.5 + sum(before)) / (at + 1)) ** 2
    return most


@pytest.mark.parametrize("alpha", [0.05, 0.01])
@pytest.mark.parametrize(("share", "n"), [(0.9, 60), (0.5, 200), (1.0, 50)])
def test_the_lower_bound_is_where_the_paper_s_capital_is_one_in_alpha(share: float, n: int, alpha: float) -> None:
    values = (np.random.default_rng(n).random(n) < share).astype(float)
    low, high = betting_bounds(values, n, (alpha, alpha))
    assert capital(values.tolist(), low, n, alpha) == pytest.approx(1 / alpha, rel=1e-9)
    assert high == 1 or capital((1 - values).tolist(), 1 - high, n, alpha) == pytest.approx(1 / alpha, rel=1e-9)


@settings(deadline=None)
@given(VALUES, st.integers(1, 100))
def test_bounds_only_come_nearer_as_values_come(values: np.ndarray, horizon: int) -> None:
    every = [betting_bounds(values[:n], horizon, (0.05, 0.05)) for n in range(len(values) + 1)]
    assert every[0] == pytest.approx((0, 1), abs=1e-12)
    assert all(one[0] <= other[0] + 1e-12 and other[1] <= one[1] + 1e-12 for one, other in pairwise(every))


@settings(deadline=None)
@given(VALUES, st.integers(1, 100))
def test_the_bounds_of_what_is_turned_round_are_turned_round(values: np.ndarray, horizon: int) -> None:
    low, high = betting_bounds(values, horizon, (0.05, 0.01))
    turned = betting_bounds(1 - values, horizon, (0.01, 0.05))
    assert (1 - high, 1 - low) == pytest.approx(turned, abs=1e-9)
    scaled = betting_bounds(2 * values - 1, horizon, (0.05, 0.01), DIFFERENCE)
    assert scaled == pytest.approx((2 * low - 1, 2 * high - 1), abs=1e-9)


@settings(deadline=None)
@given(VALUES, st.floats(0.05, 0.95))
def test_a_mean_is_ruled_out_when_the_bound_reaches_it(values: np.ndarray, mean: float) -> None:
    lows = [betting_bounds(values[:n], 40, (0.05, 0.05))[0] for n in range(1, len(values) + 1)]
    first = next((n for n, low in enumerate(lows, 1) if low >= mean - 1e-12), None)
    assert ruled_out(values, mean, 40, 0.05) == first


def test_looking_at_every_value_a_bound_is_wrong_as_seldom_as_it_says() -> None:
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(2000):
        low, _ = betting_bounds((rng.random(300) < 0.8).astype(float), 300, (0.05, 0.05), SHARE)
        wrong += low > 0.8
    assert 40 < wrong < 120  # 2 to 6 %: it is the running bound's, so that of any look


def test_the_power_is_about_that_of_draws() -> None:
    rng, n, bound = np.random.default_rng(1), 1000, 0.8
    truth = bound + 3 * math.sqrt(bound * (1 - bound) / n)
    found = [betting_bounds((rng.random(n) < truth).astype(float), n, (0.05, 0.05))[0] >= bound for _ in range(1000)]
    assert np.mean(found) == pytest.approx(betting_power(3, 0.05), abs=0.04)


def test_what_is_detectable_is_the_inverse_of_the_power() -> None:
    assert betting_power(detectable(0.8, 0.05), 0.05) == pytest.approx(0.8, abs=1e-9)
    assert sure_at(0.05) == pytest.approx(2.4477, abs=1e-4)
    found = anytime_resolution("min", 0.8, lambda _: 0.01, (0.05, 0.025))
    assert found == pytest.approx((0.8 + 0.024477, 0.8 - 0.02716, 0.8 + 0.029466), abs=1e-5)
