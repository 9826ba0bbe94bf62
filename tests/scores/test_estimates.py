"""Every metric of values against scikit-learn, scipy and torchmetrics, on random values with ties."""

from __future__ import annotations

from collections.abc import Callable
from math import isnan
from typing import Any

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.scores import estimates
from harness.scores.estimates import ValuePredictions


@st.composite
def drawn(draw: st.DrawFn) -> ValuePredictions:
    n = draw(st.integers(3, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    truth, noise = rng.normal(3, 2, n), rng.normal(0, draw(st.floats(0.01, 10)), n)
    digits = draw(st.sampled_from([0, 6]))
    values = np.round(truth + noise, digits)
    return ValuePredictions(np.append(np.round(truth, digits), [0.0, 1.0]), np.append(values, [0.5, -0.5]))


THEIRS: dict[str, Callable[[Any, Any], float]] = {
    "mae": sklearn.metrics.mean_absolute_error,
    "rmse": sklearn.metrics.root_mean_squared_error,
    "r2": sklearn.metrics.r2_score,
    "pearson": lambda truth, values: scipy.stats.pearsonr(truth, values).statistic,
    "spearman": lambda truth, values: scipy.stats.spearmanr(truth, values).statistic,
}


@pytest.mark.parametrize("name", THEIRS)
@settings(max_examples=40, deadline=None)
@given(drawn())
def test_a_metric_equals_theirs(name: str, given: ValuePredictions) -> None:
    theirs = THEIRS[name](given.truth, given.values)
    assert getattr(estimates, name)(given) == pytest.approx(theirs, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(drawn())
def test_correlations_equal_torchmetrics(given: ValuePredictions) -> None:
    import torch
    from torchmetrics.functional import pearson_corrcoef, spearman_corrcoef

    pair = torch.tensor(given.values), torch.tensor(given.truth)
    assert estimates.pearson(given) == pytest.approx(float(pearson_corrcoef(*pair)), abs=1e-6)
    assert estimates.spearman(given) == pytest.approx(float(spearman_corrcoef(*pair)), abs=1e-6)


def test_what_a_constant_truth_leaves_undefined_is_not_a_number() -> None:
    constant = ValuePredictions(np.array([2.0, 2.0]), np.array([1.0, 3.0]))
    assert all(isnan(getattr(estimates, name)(constant)) for name in ("r2", "pearson", "spearman"))
    assert estimates.mae(constant) == 1
