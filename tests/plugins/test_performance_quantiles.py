"""Quantiles and their intervals are scipy's, and what a quantile is linearised to varies as it does."""

from __future__ import annotations

import numpy as np
import pytest
from harness_performance.measured import PROCESS, Measured, batch_part
from harness_performance.quantiles import _binomial_cdf, calls_needed, linearised, mean_bounds, quantile_bounds
from harness_performance.scores import Scoring
from scipy import stats

from harness import Record, ScoringContext


@pytest.mark.parametrize("n", [1, 2, 5, 20, 58, 59, 100, 299, 1000])
@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_the_bounds_are_those_of_scipys_quantile_test(n: int, share: float, confidence: float) -> None:
    values = np.random.default_rng(n).lognormal(size=n)
    tests = [stats.quantile_test(values, q=0, p=share, alternative=each) for each in ("greater", "less")]
    low = tests[0].confidence_interval(confidence).low
    high = tests[1].confidence_interval(confidence).high
    found = [np.nan if each is None else each for each in quantile_bounds(values, share, confidence)]
    np.testing.assert_array_equal(found, [low, high])


@pytest.mark.parametrize("n", [1, 300, 10_000, 65_536])
@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_the_binomial_distribution_is_scipys(n: int, share: float) -> None:
    found, theirs = _binomial_cdf(n, share), stats.binom.cdf(np.arange(n + 1), n, share)
    np.testing.assert_allclose(found, theirs, rtol=0, atol=1e-9)
    levels = [0.01, 0.05, 0.1, 0.9, 0.95, 0.99]
    np.testing.assert_array_equal(np.searchsorted(found, levels), np.searchsorted(theirs, levels))


@pytest.mark.parametrize(("share", "confidence"), [(0.5, 0.95), (0.95, 0.95), (0.99, 0.95), (0.99, 0.9)])
def test_the_calls_needed_are_the_fewest_that_bound_a_quantile_from_above(share: float, confidence: float) -> None:
    n = calls_needed(share, confidence)
    assert quantile_bounds(np.arange(float(n)), share, confidence)[1] is not None
    assert quantile_bounds(np.arange(float(n - 1)), share, confidence)[1] is None


@pytest.mark.parametrize(("share", "wider"), [(0.5, 1.15), (0.95, 1.35)])
def test_the_mean_of_what_is_linearised_is_the_quantile_and_varies_no_less(share: float, wider: float) -> None:
    drawn = np.random.default_rng(1).lognormal(size=(400, 400))
    found = [linearised(each, share, 0.95) for each in drawn]
    assert [each.mean() for each in found] == pytest.approx(np.quantile(drawn, share, axis=1).tolist())
    error = np.mean([each.std(ddof=1) / 20 for each in found]) / np.quantile(drawn, share, axis=1).std()
    assert 0.95 < error < wider


def test_a_quantile_without_an_interval_does_not_vary_as_far_as_anybody_knows() -> None:
    assert set(linearised(np.arange(50.0), 0.95, 0.95)) == {np.quantile(np.arange(50.0), 0.95)}


def test_the_bounds_of_a_mean_are_students() -> None:
    values = np.random.default_rng(0).lognormal(size=7)
    low, high = stats.t.interval(0.9, 6, values.mean(), stats.sem(values))
    assert mean_bounds(values, 0.95) == pytest.approx((low, high))
    assert mean_bounds(values[:1], 0.95) == (None, None)


def test_no_process_begins_before_it_is_begun() -> None:
    found = [Measured(1, 1, startup=each, memory=9.0) for each in (0.1, 8.0)]
    records = [Record("p", PROCESS, str(at), "ok", None, 1, each) for at, each in enumerate(found)]
    [startup] = [each for each in Scoring([1], 2).scores(records, ScoringContext([], {})) if each.name == "startup"]
    assert (startup.value, startup.low) == (4.05, 0.0)


def test_scores_can_be_computed_without_bounds() -> None:
    records = [Record("p", batch_part(1), str(at), "ok", None, 1, Measured(1, at, latency=at + 1.0)) for at in range(9)]
    found = Scoring([1], 0).scores(records, ScoringContext([], {}, confidence=float("nan")))
    values = {each.local: each.value for each in found}
    assert (values["latency_p50[batch=1]"], values["throughput[batch=1]"]) == (5.0, 200.0)
