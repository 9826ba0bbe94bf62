"""Intervals of grouped samples: their parts against other implementations, and that they cover what others do not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats

from harness.statistics.clusters import Blocks, design_effect, t_quantile, trials_of, widened
from harness.statistics.exact import clopper_pearson


@pytest.mark.parametrize("freedom", [1, 2.5, 14, 39])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.995])
def test_the_quantiles_of_t_equal_scipys(freedom: float, confidence: float) -> None:
    assert t_quantile(confidence, freedom) == pytest.approx(scipy.stats.t.ppf(confidence, freedom), rel=1e-9)


def groups_of(size: int, n: int = 300) -> list[str]:
    return [str(at // size) for at in range(n)]


def without_each(values: Any, blocks: Blocks) -> Any:
    return np.array([values[blocks.places != block].mean() for block in range(blocks.count)])


def test_the_error_of_a_mean_is_that_of_the_means_of_equal_groups() -> None:
    values, blocks = np.random.default_rng(0).normal(size=300), Blocks.of(groups_of(10))
    error, freedom = blocks.error(values.mean(), without_each(values, blocks))
    assert error == pytest.approx(scipy.stats.sem(values.reshape(30, 10).mean(axis=1)))
    assert 15 < freedom <= 29


def test_the_error_of_unequal_groups_is_that_of_their_sums_about_the_mean() -> None:
    values = np.random.default_rng(1).normal(size=60)
    sizes = [30, 12, 6, 6, 4, 2]
    blocks = Blocks.of([str(at) for at, size in enumerate(sizes) for _ in range(size)])
    of_each = [values[blocks.places == block] for block in range(blocks.count)]
    shares = np.array([len(each) / 60 for each in of_each])
    gaps = np.array([each.mean() for each in of_each]) - values.mean()
    expected = (shares / (1 - shares) * gaps**2).mean() ** 0.5  # formula 8 of the paper, for a mean
    assert blocks.error(values.mean(), without_each(values, blocks))[0] == pytest.approx(expected)


def test_whole_groups_are_left_out_in_blocks_of_alike_size() -> None:
    blocks = Blocks.of(groups_of(3, 900))
    assert (blocks.count, blocks.groups) == (40, 300)
    assert set(blocks.sizes.tolist()) == {21.0, 24.0}
    assert all(len(set(blocks.places[at : at + 3].tolist())) == 1 for at in range(0, 900, 3))


def test_a_share_has_as_many_trials_as_it_counts() -> None:
    assert trials_of(0.85, clopper_pearson(255, 300), 0.95) == pytest.approx(300, rel=1e-5)
    assert trials_of(1.0, clopper_pearson(40, 40), 0.95) == pytest.approx(40, rel=1e-5)


def test_groups_of_equal_answers_are_worth_one_sample_each() -> None:
    right = np.repeat(np.arange(30) < 24, 10) * 1.0
    blocks, bounds = Blocks.of(groups_of(10)), clopper_pearson(240, 300)
    effect = design_effect(0.8, bounds, without_each(right, blocks), blocks, 0.95)
    assert effect == pytest.approx(10, rel=0.15)  # Student's quantile has its share
    low, high = widened(0.8, bounds, 300, effect, 0.95)
    assert (low, high) == pytest.approx(clopper_pearson(24, 30), abs=0.02)


def test_a_share_without_a_failure_rests_on_its_groups() -> None:
    blocks, bounds = Blocks.of(groups_of(10)), clopper_pearson(300, 300)
    assert design_effect(1.0, bounds, np.ones(blocks.count), blocks, 0.95) == 10
    assert widened(1.0, bounds, 300, 10, 0.95) == pytest.approx(clopper_pearson(30, 30), abs=1e-5)


def test_a_score_beyond_0_and_1_is_stretched() -> None:
    assert widened(0.0, (-1.0, 2.0), 10, 4.0, 0.95) == (-2.0, 4.0)


def test_a_difference_may_turn_negative_though_its_interval_is_not() -> None:
    low, high = widened(0.04, (0.01, 0.07), 300, 4.0, 0.95)
    assert low == pytest.approx(-0.02)
    assert high > 0.10


def test_both_ends_hold_where_those_of_independent_samples_do_not() -> None:
    alone, grouped = [], []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        right = (rng.random(300) < np.repeat(rng.beta(0.85 * 7 / 3, 0.15 * 7 / 3, 30), 10)) * 1.0
        value, blocks, bounds = right.mean(), Blocks.of(groups_of(10)), clopper_pearson(int(right.sum()), 300)
        effect = design_effect(value, bounds, without_each(right, blocks), blocks, 0.95)
        alone.append(bounds)
        grouped.append(widened(value, bounds, 300, effect, 0.95))
    held = [[np.mean([low <= 0.85 for low, _ in each]), np.mean([high >= 0.85 for _, high in each])] for each in
            (alone, grouped)]  # fmt: skip
    assert max(held[0]) < 0.88
    assert min(held[1]) > 0.90
