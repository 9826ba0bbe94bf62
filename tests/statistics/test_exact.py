"""Exact tails against scipy's, from one trial to ten million."""

from __future__ import annotations

import pytest
import scipy.stats
from hypothesis import example, given, settings
from hypothesis import strategies as st
from statsmodels.stats import contingency_tables
from statsmodels.stats.proportion import proportion_confint

from harness.statistics import exact
from harness.statistics.exact import binomial_cdf, clopper_pearson, mcnemar, share_bounds

counts = st.sampled_from([1, 2, 7, 50, 680, 10**4, 10**6, 10**7]).flatmap(
    lambda n: st.tuples(st.one_of(st.integers(0, n), st.integers(0, min(n, 3)).map(lambda k: n - k)), st.just(n))
)


@settings(max_examples=60, deadline=None)
@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.999]))
@example((0, 7), 0.95)
@example((7, 7), 0.95)
def test_clopper_pearson_equals_scipys_beta_quantiles(count: tuple[int, int], confidence: float) -> None:
    k, n = count
    low = scipy.stats.beta.ppf(1 - confidence, k, n - k + 1) if k else 0.0
    high = scipy.stats.beta.ppf(confidence, k + 1, n - k) if k < n else 1.0
    assert clopper_pearson(k, n, confidence) == pytest.approx((low, high), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.1, 300), st.floats(0.1, 300))
def test_bounds_of_an_effective_sample_size_equal_scipys(hits: float, misses: float) -> None:
    low, high = scipy.stats.beta.ppf(0.05, hits, misses + 1), scipy.stats.beta.ppf(0.95, hits + 1, misses)
    assert share_bounds(hits, hits + misses) == pytest.approx((low, high), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(counts, st.floats(0.001, 0.999))
def test_the_binomial_distribution_equals_scipys(count: tuple[int, int], p: float) -> None:
    assert binomial_cdf(*count, p) == pytest.approx(scipy.stats.binom.cdf(*count, p), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([1, 5, 40, 3_000_000]).flatmap(lambda n: st.tuples(st.integers(0, n), st.integers(0, n))))
def test_mcnemars_p_equals_scipys_binomial_test(pairs: tuple[int, int]) -> None:
    theirs = scipy.stats.binomtest(min(pairs), sum(pairs), 0.5).pvalue if sum(pairs) else 1.0
    assert mcnemar(*pairs) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("n", [1, 7, 450, 20_000, 3_000_000])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.95 ** (1 / 20), 0.999999])
def test_bounds_are_to_the_last_bit_those_of_the_bisection_alone(
    n: int, confidence: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = sorted({1, n // 3 or 1, n // 2 + 0.25, n - n // 100, n})
    found = [exact._lower.__wrapped__(each, n, confidence) for each in hits]
    monkeypatch.setattr(exact, "_root", lambda *_: float("nan"))
    assert found == [exact._lower.__wrapped__(each, n, confidence) for each in hits]


@pytest.mark.parametrize(("hits", "n"), [(0, 20), (17, 20), (612, 680), (9_000_001, 10**7), (10**7, 10**7)])
def test_clopper_pearson_equals_statsmodels(hits: int, n: int) -> None:
    assert clopper_pearson(hits, n) == pytest.approx(proportion_confint(hits, n, 0.1, "beta"), abs=1e-9)


@pytest.mark.parametrize(("first", "second"), [(0, 3), (5, 12), (40, 41), (2_500_100, 2_500_000)])
def test_mcnemars_p_equals_statsmodels(first: int, second: int) -> None:
    theirs = contingency_tables.mcnemar([[7, first], [second, 3]], exact=True).pvalue
    assert mcnemar(first, second) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(("first", "second"), [(0, 100), (3, 400), (700, 90), (5, 900)])
def test_a_tiny_p_keeps_its_digits(first: int, second: int) -> None:
    expected = contingency_tables.mcnemar([[0, first], [second, 0]], exact=True).pvalue
    assert 0 < expected < 1e-16
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


def test_the_bound_of_a_gate_is_passed_falsely_in_five_percent_at_most() -> None:
    for n in (20, 100, 200):
        for bound in (0.02, 0.10, 0.5, 0.9):
            passed = sum(scipy.stats.binom.pmf(k, n, bound) for k in range(n + 1) if clopper_pearson(k, n)[0] > bound)
            assert passed <= 0.05 + 1e-12


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 3), (4, 3)])
def test_counts_that_cannot_be_are_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"expected 0 <= successes <= n and n >= 1, but got {successes} of {n}"):
        clopper_pearson(successes, n)
