"""What gates can decide, against the binomial distribution counted out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from harness import Score
from harness.demands.gate import BoundKind, Gate
from harness.scores.gates import TaskScores, decide
from harness.statistics.exact import clopper_pearson
from harness.statistics.power import deciding_samples, deciding_share, normal_resolution, share_resolution
from harness.types import Verdict

kinds = st.sampled_from(["min", "max"])
bounds = st.floats(0.01, 0.99).map(lambda bound: round(bound, 3))


def verdict(kind: BoundKind, bound: float, k: int, n: int) -> Verdict:
    score = Score("accuracy", k / n, *clopper_pearson(k, n), n)
    return decide(Gate("t/accuracy", kind, bound), TaskScores({"accuracy": score}), 0).verdict


@settings(max_examples=60, deadline=None)
@given(kind=kinds, bound=bounds, n=st.integers(1, 60))
def test_a_gate_passes_and_fails_from_just_these_values(kind: BoundKind, bound: float, n: int) -> None:
    found = share_resolution(kind, bound, n)
    verdicts = {k / n: verdict(kind, bound, k, n) for k in range(n + 1)}
    passing, failing = ([value for value, each in verdicts.items() if each == what] for what in ("pass", "fail"))
    first, last = (min, max) if kind == "min" else (max, min)
    assert found.passes == (pytest.approx(first(passing)) if passing else None)
    assert found.fails == (pytest.approx(last(failing)) if failing else None)


@settings(max_examples=60, deadline=None)
@given(kind=kinds, bound=bounds, n=st.integers(5, 400))
def test_at_the_truth_four_of_five_draws_pass(kind: BoundKind, bound: float, n: int) -> None:
    found = share_resolution(kind, bound, n)
    if found.passes is None or found.truth is None:
        assert found.passes is found.truth is None
        return
    least = round(found.passes * n)
    passing = stats.binom.sf(least - 1, n, found.truth) if kind == "min" else stats.binom.cdf(least, n, found.truth)
    assert passing == pytest.approx(0.8, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(bound=bounds, more=bounds, n=st.integers(5, 300))
def test_a_stricter_bound_needs_no_lower_value_and_more_samples_no_higher_truth(
    bound: float, more: float, n: int
) -> None:
    one, two = (share_resolution("min", each, n) for each in sorted((bound, more)))
    assert two.passes is None or (one.passes is not None and one.passes <= two.passes)
    assert one.fails is None or (two.fails is not None and one.fails <= two.fails)
    many = share_resolution("min", bound, 16 * n)
    few = share_resolution("min", bound, n)
    assert few.truth is None or (many.truth is not None and many.truth <= few.truth)


@pytest.mark.parametrize(
    ("bound", "n", "passes", "fails", "ahead"),
    [(0.8, 680, 0.826, 0.774, 0.038), (0.8, 340, 0.838, 0.762, 0.053), (0.6, 100, 0.69, 0.51, 0.122)],
)
def test_figures_for_the_usual_bounds(bound: float, n: int, passes: float, fails: float, ahead: float) -> None:
    found = share_resolution("min", bound, n)
    assert found.truth is not None
    assert (found.passes, found.fails, found.truth - bound) == pytest.approx((passes, fails, ahead), abs=6e-4)


def test_a_gate_that_so_few_samples_never_pass_or_fail_has_no_such_value() -> None:
    assert share_resolution("min", 0.99, 100).passes is None
    assert share_resolution("min", 0.02, 100).fails is None
    assert share_resolution("max", 0.01, 100)[::2] == (None, None)


def _power(n: int, bound: float, truth: float) -> float:
    """The probability that a gate decides as the truth has it, counted out."""
    k = np.arange(n + 1)
    if truth > bound:
        return float(stats.binom.pmf(k, n, truth)[stats.beta.ppf(0.05, k, n - k + 1) >= bound].sum())
    return float(stats.binom.pmf(k, n, truth)[stats.beta.ppf(0.95, k + 1, n - k) < bound].sum())


@pytest.mark.parametrize(("bound", "value"), [(0.8, 0.83), (0.8, 0.77), (0.1, 0.2), (0.9, 0.93), (0.5, 0.45)])
def test_so_many_samples_decide_a_share_and_few_less_do_not(bound: float, value: float) -> None:
    needed = deciding_share(bound, value)
    assert needed is not None
    assert _power(needed, bound, value) >= 0.8
    assert _power(needed - 1, bound, value) < 0.8
    assert all(_power(n, bound, value) < 0.8 for n in range(10, int(0.9 * needed), 7))


def test_nobody_decides_at_the_bound() -> None:
    assert deciding_share(0.8, 0.8) is None
    assert deciding_share(0.8, 0.80001) is None
    assert deciding_samples(0.8, 0.8, 0.02, 300) is None
    assert deciding_samples(0.8, 0.80001, 0.02, 300) is None


def test_the_square_root_law_agrees_with_the_count_for_a_share() -> None:
    low, _ = clopper_pearson(249, 300)
    assert deciding_samples(0.8, 0.83, 0.83 - low, 300) == pytest.approx(deciding_share(0.8, 0.83), rel=0.12)


def test_a_normal_score_passes_with_four_of_five_draws_at_its_truth() -> None:
    error, rng = 0.03, np.random.default_rng(0)
    for kind in ("min", "max"):
        found = normal_resolution(kind, 0.5, lambda _: error)
        assert found.truth is not None
        assert found.passes is not None
        drawn = rng.normal(found.truth, error, 20_000)
        passing = drawn >= found.passes if kind == "min" else drawn <= found.passes
        assert passing.mean() == pytest.approx(0.8, abs=0.01)
