"""Differences of two models on the same samples, against other implementations and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from statsmodels.stats import contingency_tables

from harness.statistics.clusters import Blocks
from harness.statistics.intervals import paired_difference
from harness.statistics.paired import of_blocks, of_shares, of_values


def pair(n: int, lost: float, won: float, seed: int, accuracy: float = 0.85) -> tuple[np.ndarray, np.ndarray]:
    """Right answers of two models: the new one loses and wins these shares of all."""
    rng = np.random.default_rng(seed)
    old, draw = rng.random(n) < accuracy, rng.random(n)
    return old, np.where(old, draw >= lost / accuracy, draw < won / (1 - accuracy))


def test_shares_have_newcombes_bounds_and_mcnemars_p() -> None:
    old, new = pair(400, 0.08, 0.03, 1)
    found = of_shares(old, new)
    won, lost = int((~old & new).sum()), int((old & ~new).sum())
    table = [[int((old & new).sum()), lost], [won, int((~old & ~new).sum())]]
    assert found.value == pytest.approx((won - lost) / 400)
    assert found.p == pytest.approx(contingency_tables.mcnemar(table, exact=True).pvalue, abs=1e-9)
    assert (found.low, found.high) == paired_difference(table[0][0], won, lost, table[1][1])


def test_values_have_the_bounds_of_their_pairs_and_a_p_like_scipys_permutation_test() -> None:
    rng = np.random.default_rng(2)
    old = rng.exponential(size=120)
    new = old + rng.normal(0.08, 0.4, 120)
    found = of_values(old, new)
    theirs = scipy.stats.permutation_test(
        (new, old), lambda a, b, axis: (a - b).mean(axis=axis), permutation_type="samples", n_resamples=4999, rng=3
    )
    t = scipy.stats.ttest_1samp(new - old, 0).confidence_interval(0.9)
    assert found.p == pytest.approx(theirs.pvalue, abs=0.02)
    assert (found.low, found.high) == pytest.approx((t.low, t.high), abs=0.01)


def test_many_values_have_a_p_like_students() -> None:
    rng = np.random.default_rng(4)
    old = rng.exponential(size=30_000)
    new = old + rng.normal(0.004, 0.4, 30_000)
    assert of_values(old, new, resamples=50).p == pytest.approx(scipy.stats.ttest_rel(new, old).pvalue, abs=0.005)


def test_what_one_model_answers_twice_does_not_differ() -> None:
    old = np.random.default_rng(0).random(50)
    noise = np.random.default_rng(1).normal(0, 1e-8, 50)
    assert of_values(old, old + noise) == (0.0, 0.0, 0.0, 1.0)
    blocks = Blocks.of([str(at) for at in range(50)])
    without = np.full(blocks.count, 0.5)
    assert of_blocks((0.5, 0.5 + 1e-9), (without, without + 1e-9), blocks) == (0.0, 0.0, 0.0, 1.0)


def test_the_jackknife_of_a_mean_is_the_t_test_of_the_pairs() -> None:
    rng = np.random.default_rng(5)
    old, moved = rng.normal(size=40), rng.normal(0.3, 1, 40)
    blocks = Blocks.of([str(at) for at in range(40)])
    kept = [blocks.places != block for block in range(40)]
    without = tuple(np.array([each[some].mean() for some in kept]) for each in (old, old + moved))
    found = of_blocks((old.mean(), (old + moved).mean()), (without[0], without[1]), blocks)
    theirs = scipy.stats.ttest_1samp(moved, 0)
    assert found.p == pytest.approx(theirs.pvalue, abs=0.003)  # the freedom is that of the kurtosis, at most n - 1
    interval = theirs.confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), abs=0.01)


def test_a_drop_at_the_margin_fails_and_passes_seldom() -> None:
    ends = [of_shares(*pair(500, 0.09, 0.04, seed)) for seed in range(400)]
    assert np.mean([-(each.high or 0.0) > 0.05 for each in ends]) < 0.075  # 5 % and two standard errors
    assert np.mean([-(each.low or 0.0) <= 0.05 for each in ends]) < 0.075
