"""Intervals against scipy's, and what they mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

from harness.statistics import draws
from harness.statistics.draws import Indices
from harness.statistics.intervals import (
    bootstrap_all,
    difference_bounds,
    paired_difference,
    wilson,
)


def bootstrap(statistic: Callable[[Indices], float], n: int, **options: Any) -> tuple[float, float] | None:
    """The interval of one statistic."""
    [interval] = bootstrap_all(lambda rows: [statistic(rows)], n, **options)
    return interval


counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=50, deadline=None)
@given(counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_equals_scipys_two_sided_interval_of_twice_the_error(count: tuple[int, int], confidence: float) -> None:
    successes, n = count
    theirs = scipy.stats.binomtest(successes, n).proportion_ci(2 * confidence - 1, method="wilson")
    assert wilson(successes, n, confidence) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(counts)
def test_wilson_holds_the_share_and_stays_within_zero_and_one(count: tuple[int, int]) -> None:
    low, high = wilson(*count)
    assert 0 <= low <= count[0] / count[1] <= high <= 1
    assert low < high


def test_wilson_ends_exactly_where_no_or_every_case_counts() -> None:
    assert wilson(0, 7)[0] == 0.0
    assert wilson(7, 7)[1] == 1.0


def test_wilson_needs_a_case() -> None:
    with pytest.raises(ValueError, match="expected n >= 1, but got 0"):
        wilson(0, 0)


def test_each_end_of_wilson_is_a_one_sided_bound_at_the_confidence() -> None:
    share, n = 0.8, 200
    lows = [wilson(successes, n)[0] for successes in range(n + 1)]
    chances = scipy.stats.binom.pmf(np.arange(n + 1), n, share)
    assert sum(chances[at] for at in range(n + 1) if lows[at] <= share) == pytest.approx(0.95, abs=0.02)


STATISTICS: dict[str, Callable[..., Any]] = {"mean": np.mean, "median": np.median, "std": np.std}


@pytest.mark.parametrize("name", STATISTICS)
def test_bootstrap_agrees_with_scipys_percentile_interval(name: str) -> None:
    values, of = np.random.default_rng(3).gamma(2.0, size=120), STATISTICS[name]
    theirs: Any = scipy.stats.bootstrap(
        (values,), of, confidence_level=0.9, method="percentile", n_resamples=5000, rng=np.random.default_rng(5)
    ).confidence_interval
    ours = bootstrap(lambda rows: float(of(values[rows])), len(values), seed=1)
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.15 * (theirs.high - theirs.low))


def test_the_seed_alone_decides_a_bootstrap() -> None:
    values = np.random.default_rng(0).normal(size=50)
    first, again, other = (bootstrap(lambda rows: float(values[rows].mean()), 50, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_a_higher_confidence_is_a_wider_interval() -> None:
    values = np.random.default_rng(0).normal(size=50)
    narrow, wide = (
        bootstrap(lambda rows: float(values[rows].mean()), 50, confidence=confidence) for confidence in (0.8, 0.99)
    )
    assert narrow is not None
    assert wide is not None
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_resamples_on_which_a_statistic_is_undefined_are_left_out() -> None:
    def of_those_with_row_zero(rows: Indices) -> float:
        return float(rows.mean()) if 0 in rows else float("nan")

    low, high = bootstrap(of_those_with_row_zero, 5) or (None, None)
    assert low is not None
    assert high is not None
    assert 0 <= low < high <= 4


def test_a_statistic_undefined_on_most_resamples_has_no_interval() -> None:
    assert bootstrap(lambda rows: float("nan") if 0 in rows else 1.0, 5) is None


@pytest.mark.parametrize("name", STATISTICS)
def test_resamples_of_fewer_rows_narrowed_by_the_root_give_the_same_interval(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    values, of = np.random.default_rng(3).gamma(2.0, size=4000), STATISTICS[name]
    whole = bootstrap(lambda rows: float(of(values[rows])), len(values), seed=1)
    sizes: set[int] = set()
    monkeypatch.setattr(draws, "MAX_RESAMPLED_ROWS", 500)

    def measured(rows: Indices) -> float:
        sizes.add(len(rows))
        return float(of(values[rows]))

    narrowed = bootstrap(measured, len(values), seed=1)
    assert sizes == {500, 4000}
    assert whole is not None
    assert narrowed == pytest.approx(whole, abs=0.15 * (whole[1] - whole[0]))


@pytest.mark.parametrize("resamples", [20, 300])
def test_as_many_resamples_are_drawn_as_one_asks_for(resamples: int) -> None:
    drawn: list[int] = []

    def statistic(rows: Indices) -> float:
        drawn.append(len(rows))
        return float(rows.sum())

    assert bootstrap(statistic, 7, resamples=resamples) is not None
    assert drawn == [7] * resamples


def test_several_statistics_are_measured_on_the_same_resamples() -> None:
    values = np.random.default_rng(0).normal(size=30)
    both = bootstrap_all(lambda rows: [values[rows].mean(), float("nan"), values[rows].std()], 30, seed=2)
    mean = bootstrap(lambda rows: float(values[rows].mean()), 30, seed=2)
    std = bootstrap(lambda rows: float(values[rows].std()), 30, seed=2)
    assert both == [mean, None, std]


def test_paired_differences_without_correlation_are_those_of_independent_shares() -> None:
    both, first, second, neither = 25, 25, 25, 25
    low, high = wilson(50, 100)
    expected = difference_bounds((0.5, low, high), (0.5, low, high))
    assert paired_difference(both, first, second, neither) == pytest.approx(expected)


def test_pairs_that_agree_are_known_better_than_independent_shares() -> None:
    low, high = paired_difference(45, 5, 0, 50)
    independent = difference_bounds((0.5, *wilson(50, 100)), (0.45, *wilson(45, 100)))
    assert independent is not None
    assert independent[0] < low < 0.05 < high < independent[1]
    assert paired_difference(5, 0, 5, 0) == tuple(-each for each in reversed(paired_difference(5, 5, 0, 0)))


def test_each_end_of_a_paired_difference_is_a_bound_at_the_confidence() -> None:
    """Over all outcomes of 40 pairs of one distribution, the exact chance that the lower bound holds is about 0.95."""
    from scipy.stats import multinomial

    n, chances = 40, (0.6, 0.2, 0.1, 0.1)
    truth, held = chances[1] - chances[2], 0.0
    for both in range(n + 1):
        for first in range(n + 1 - both):
            for second in range(n + 1 - both - first):
                counts = (both, first, second, n - both - first - second)
                if paired_difference(*counts)[0] <= truth:
                    held += multinomial.pmf(counts, n, chances)
    assert held == pytest.approx(0.95, abs=0.02)


def test_a_number_pressed_against_zero_is_subtracted_no_further_than_to_it() -> None:
    one, other = (0.06, 0.03, 0.09), (0.02, 0.0, 0.05)
    low, high = difference_bounds(one, other) or (0.0, 0.0)
    assert high == pytest.approx(0.09)  # the other error may be none
    assert low == pytest.approx(0.04 - (0.03**2 + 0.03**2) ** 0.5)
    low, high = difference_bounds(other, one) or (0.0, 0.0)
    assert low == pytest.approx(-0.09)


@pytest.mark.parametrize(("one", "other"), [((56, 70), (48, 80)), ((3, 40), (9, 41)), ((610, 680), (600, 680))])
def test_the_difference_of_independent_shares_equals_statsmodels(one: tuple[int, int], other: tuple[int, int]) -> None:
    given = [(hits / n, *wilson(hits, n)) for hits, n in (one, other)]
    theirs = confint_proportions_2indep(*one, *other, method="newcomb", alpha=0.1)
    assert difference_bounds(*given) == pytest.approx(theirs, abs=1e-9)
