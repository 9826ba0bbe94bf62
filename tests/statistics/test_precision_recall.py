"""Average precision of resamples, by counting, against that of the resampled rows themselves and scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from harness.statistics.precision_recall import Thresholds, average_precision


def columns(seed: int, n: int = 60, k: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Truth and scores `(n, k)`, rounded so that many are tied; every column has a true row."""
    rng = np.random.default_rng(seed)
    truth = rng.random((n, k)) < rng.uniform(0.02, 0.9, k)
    truth[0] = True
    return truth, np.round(rng.random((n, k)) + 0.3 * truth, 1)


@pytest.mark.parametrize("seed", range(20))
def test_counting_a_resample_gives_what_its_rows_give(seed: int) -> None:
    truth, scores = columns(seed)
    thresholds, rng = Thresholds.of(truth, scores), np.random.default_rng(seed)
    resamples = rng.integers(0, len(truth), (20, len(truth)))
    wanted = [average_precision(truth[rows], scores[rows]) for rows in resamples]
    assert thresholds.average_precision(resamples) == pytest.approx(wanted, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_scikit_learns(seed: int) -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    truth, scores = columns(seed)
    theirs = sklearn.average_precision_score(truth, scores, average="macro")
    assert average_precision(truth, scores) == pytest.approx(theirs, abs=1e-12)
    weights = np.random.default_rng(seed).integers(1, 4, len(truth))
    theirs = sklearn.average_precision_score(truth, scores, average="macro", sample_weight=weights)
    rows = np.repeat(np.arange(len(truth)), weights)[np.newaxis]
    assert Thresholds.of(truth, scores).average_precision(rows) == pytest.approx([theirs], abs=1e-12)


def test_a_column_without_a_true_row_left_has_none() -> None:
    truth = np.array([[True, False], [False, True]])
    thresholds = Thresholds.of(truth, np.array([[0.9, 0.1], [0.2, 0.8]]))
    found = thresholds.average_precision(np.array([[0, 1], [0, 0]]))
    assert found.tolist() == pytest.approx([1.0, np.nan], nan_ok=True)
    assert np.isnan(average_precision(truth[:1], np.array([[0.9, 0.1]])))
