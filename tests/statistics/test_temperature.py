"""The temperature of the least log loss: against scikit-learn's log loss, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from plugins.test_selective import drawn

from harness.statistics.temperature import at_temperature, fitted_temperature


def test_no_other_temperature_has_a_lower_log_loss() -> None:
    metrics, optimize = (pytest.importorskip(each) for each in ("sklearn.metrics", "scipy.optimize"))
    labels, given = drawn()
    found = fitted_temperature(given, labels)
    assert found is not None

    def loss(logarithm: float) -> float:
        return float(metrics.log_loss(labels, at_temperature(given, np.exp(logarithm)), labels=range(5)))

    best = optimize.minimize_scalar(loss, bounds=(-4, 4), method="bounded", options={"xatol": 1e-10})
    assert found.temperature == pytest.approx(np.exp(best.x), rel=1e-6)
    assert loss(np.log(found.temperature)) < loss(0.0)


def test_the_temperature_that_a_model_was_spoilt_with_is_found() -> None:
    rng = np.random.default_rng(3)
    true = at_temperature(rng.dirichlet(np.ones(4), 20_000), 1.0)
    labels = (rng.random((20_000, 1)) > true.cumsum(axis=1)).sum(axis=1).clip(0, 3)
    found = fitted_temperature(at_temperature(true, 1 / 2.5), labels)
    assert found is not None
    assert found.temperature == pytest.approx(2.5, rel=0.05)
    assert np.exp(found.logarithms.mean()) == pytest.approx(found.temperature)


def test_its_numbers_vary_as_the_temperature_does_over_draws() -> None:
    every = [fitted_temperature(given, labels) for labels, given in (drawn(300, seed=at) for at in range(200))]
    logarithms = [np.log(each.temperature) for each in every if each]
    errors = [each.logarithms.std() / 300**0.5 for each in every if each]
    assert np.std(logarithms) == pytest.approx(np.mean(errors), rel=0.2)


def test_a_model_that_is_always_right_has_no_temperature() -> None:
    labels = np.array([0, 1, 0])
    assert fitted_temperature(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), labels) is None
    assert fitted_temperature(np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]]), 1 - labels) is None
    assert fitted_temperature(np.full((3, 2), 0.5), labels) is None
