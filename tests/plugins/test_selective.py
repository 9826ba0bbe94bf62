"""Risk by coverage: against torch-uncertainty, and bounds that hold where the truth is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from harness_calibration.selective import Ranked, least_aurc
from harness_calibration.strangers import Apart

Array = npt.NDArray[np.float64]


def drawn(n: int = 400, classes: int = 5, seed: int = 7) -> tuple[npt.NDArray[np.intp], Array]:
    """Labels `(n,)` and probabilities `(n, classes)` of a model that is too sure of itself."""
    rng = np.random.default_rng(seed)
    logits = 3 * rng.random((n, classes))
    given, true = (np.exp(each) / np.exp(each).sum(axis=1, keepdims=True) for each in (2.5 * logits, 1.2 * logits))
    labels = (rng.random((n, 1)) > true.cumsum(axis=1)).sum(axis=1).clip(0, classes - 1)
    return labels, given


def _ranked() -> Ranked:
    labels, given = drawn()
    return Ranked(given.max(axis=1), given.argmax(axis=1) != labels)


def test_the_area_and_what_thresholds_reach_are_those_of_torch_uncertainty() -> None:
    # By torch-uncertainty 0.13.0 on the same arrays, from AURC.partial_compute (its mean), RiskAtxCov of 0.8 (one less
    # it) and CovAtxRisk of 0.3 and 0.25.
    ranked = _ranked()
    assert ranked.aurc == pytest.approx(0.38208638297559233, abs=1e-12)
    assert ranked.accuracy_at(0.8) == pytest.approx(0.534375, abs=1e-12)
    assert ranked.coverage_at(0.3) == pytest.approx(0.22)
    assert ranked.coverage_at(0.25) == pytest.approx(0.155)


def test_the_false_positive_rate_is_that_of_the_roc_curve() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    _, given = drawn()
    apart = Apart(given[:250].max(axis=1), given[250:].max(axis=1) ** 1.3)
    scores, truth = np.concatenate([apart.inside, apart.outside]), np.repeat([1, 0], [250, 150])
    false, true, _ = metrics.roc_curve(truth, scores, drop_intermediate=False)
    assert apart.false_positive_rate() == pytest.approx(false[np.argmax(true >= 0.95)])
    assert apart.false_positive_rate() == pytest.approx(0.70666665, abs=1e-6)  # torch-uncertainty 0.13.0, FPR95


def test_a_perfect_order_has_next_to_no_excess() -> None:
    confidence = np.linspace(1, 0.5, 2000)
    perfect = Ranked(confidence, np.arange(2000) >= 1600)
    assert perfect.excess_aurc == pytest.approx(0, abs=1e-3)
    assert perfect.aurc == pytest.approx(least_aurc(0.2), abs=1e-3)
    assert perfect.coverage_at(0.0) == pytest.approx(0.8)


def test_samples_equally_sure_are_the_mean_of_every_order_and_no_threshold_parts_them() -> None:
    alike = Ranked(np.array([0.9, 0.6, 0.6, 0.6, 0.6]), np.array([False, True, False, False, True]))
    again = Ranked(np.array([0.9, 0.6, 0.6, 0.6, 0.6]), np.array([False, False, True, True, False]))
    assert alike.aurc == pytest.approx(again.aurc)
    assert alike.accuracy_at(0.6) == pytest.approx((1 + 2 * 0.5) / 3)
    assert alike.coverage_at(0.2) == pytest.approx(0.2)
    assert alike.coverage_at(0.4) == pytest.approx(1.0)


def test_the_influence_of_a_sample_is_what_the_area_moves_by_without_it() -> None:
    ranked = _ranked()
    n, numbers = len(ranked), ranked.aurc_by_sample
    without = np.array([_left_out(ranked, at).aurc for at in range(n)])
    jackknife = n * ranked.aurc - (n - 1) * without
    assert numbers.mean() == pytest.approx(ranked.aurc)
    assert np.corrcoef(numbers, jackknife)[0, 1] > 0.999
    assert numbers.std() == pytest.approx(jackknife.std(), rel=0.02)


def _left_out(ranked: Ranked, at: int) -> Ranked:
    return Ranked(np.delete(ranked.confidence, at), np.delete(ranked.wrong, at))


def _draw(rng: np.random.Generator, n: int) -> Ranked:
    sure = 0.5 + 0.5 * rng.beta(3, 1, n)
    return Ranked(sure, rng.random(n) < 1 - sure)


@pytest.mark.parametrize(("n", "draws"), [(60, 120), (300, 40)])
def test_each_end_of_an_interval_is_on_its_side_of_the_truth_in_95_of_100_draws(n: int, draws: int) -> None:
    truth = _draw(np.random.default_rng(1), 1_000_000)
    found = [_draw(np.random.default_rng([n, at]), n) for at in range(draws)]
    for bounds, value in (
        ([each.accuracy_bounds(0.8, 0.95) for each in found], truth.accuracy_at(0.8)),
        ([each.coverage_bounds(0.05, 0.95) for each in found], truth.coverage_at(0.05)),
    ):
        low, high = np.array(bounds).T
        fewest = 0.95 - 3 * (0.95 * 0.05 / draws) ** 0.5
        assert (low <= value).mean() >= fewest
        assert (high >= value).mean() >= fewest


def test_the_bounds_of_an_accuracy_know_that_the_threshold_was_drawn_too() -> None:
    sure = np.linspace(1, 0.5, 400)
    steep = Ranked(sure, (np.arange(400) >= 300) | (np.arange(400) % 10 == 0))
    flat = Ranked(sure, np.arange(400) % 400 >= 400 - 10)
    count = steep.accepted(0.75)
    assert steep.accuracy_bounds(0.75, 0.95)[0] < _exactly(steep, count) - 0.01
    assert flat.accuracy_bounds(0.5, 0.95)[0] == pytest.approx(_exactly(flat, 200))


def _exactly(ranked: Ranked, count: int) -> float:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    right = count - round(float(ranked.errors[count]))
    low: float = proportion.proportion_confint(right, count, alpha=0.1, method="beta")[0]
    return low
