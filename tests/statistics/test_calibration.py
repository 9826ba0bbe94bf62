"""The calibration error without its bias: value, bounds, and what a gate makes of a calibrated model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness import ClassPredictions
from harness.scores import metrics
from harness.statistics.calibration import calibration_error

BINS = 15


def drawn(n: int, seed: int, temperature: float = 1.0) -> tuple[Any, Any, Any]:
    """Confidences, hits and bins of a model whose logits are scaled; calibrated at 1."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(1.0, 2.6, n)
    positive = rng.random(n) < 1 / (1 + np.exp(-logits))
    probability = 1 / (1 + np.exp(-temperature * logits))
    sure = np.maximum(probability, 1 - probability)
    return sure, ((probability > 0.5) == positive) * 1.0, np.ceil(sure * BINS).astype(np.intp) - 1


def test_a_calibrated_model_of_a_hundred_samples_hardly_ever_fails_five_percent_and_mostly_passes_ten() -> None:
    found = np.array([calibration_error(*drawn(100, seed), seed=seed, resamples=200) for seed in range(100)])
    assert (found[:, 1] > 0.05).mean() <= 0.05
    assert (found[:, 2] <= 0.10).mean() >= 0.55


def test_at_its_bound_a_model_fails_or_passes_falsely_in_a_tenth_at_most() -> None:
    temperature, error = 1.5, 0.05
    found = np.array(
        [calibration_error(*drawn(300, seed, temperature), seed=seed, resamples=200) for seed in range(100)]
    )
    assert (found[:, 1] > error).mean() <= 0.16
    assert (found[:, 2] < error).mean() <= 0.16
    assert found[:, 0].mean() == pytest.approx(error, abs=0.006)


@pytest.mark.parametrize("seed", range(5))
def test_the_value_lies_between_its_bounds_and_below_the_binned_error(seed: int) -> None:
    sure, right, places = drawn(150, seed)
    value, low, high = calibration_error(sure, right, places, seed=seed, resamples=100)
    plain = np.abs(np.bincount(places, weights=right - sure)).sum() / 150
    assert 0 <= low <= value <= high
    assert value <= plain


def test_a_model_that_is_exactly_calibrated_in_every_bin_has_no_error() -> None:
    sure, right = np.full(10, 0.8), np.array([1.0] * 8 + [0.0] * 2)
    value, low, _ = calibration_error(sure, right, np.full(10, 11), resamples=100)
    assert (value, low) == (0.0, 0.0)


def test_the_score_is_the_value_without_bias_and_the_metric_stays_the_plain_one() -> None:
    sure, right, places = drawn(200, 3)
    given = ClassPredictions((1 - right).astype(np.intp), np.column_stack([sure, 1 - sure]))
    plain = float(np.abs(np.bincount(places, weights=right - sure)).sum() / 200)
    assert metrics.ece(given) == pytest.approx(plain)
