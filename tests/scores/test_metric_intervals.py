"""Intervals of metrics that are counted rather than resampled row by row."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
import pytest

from harness.scores.metric_intervals import MOST_COUNTED_ROWS, of_average_precision
from harness.scores.metrics import ClassPredictions, LabelPredictions, pr_auc
from harness.statistics.intervals import bootstrap_all


@dataclass
class Sure:
    """What intervals are told."""

    labels: tuple[str, ...] = ("a", "b", "c")
    confidence: float = 0.9
    seed: int = 3
    resamples: int = 50


def classes(n: int, k: int) -> ClassPredictions:
    rng = np.random.default_rng(n)
    labels = rng.integers(0, k, n)
    logits = rng.normal(size=(n, k)) + 2 * (labels[:, None] == np.arange(k))
    return ClassPredictions(labels, np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))


def label_sets(n: int, k: int) -> LabelPredictions:
    rng = np.random.default_rng(n)
    truth = rng.random((n, k)) < 0.3
    return LabelPredictions(truth, np.clip(rng.random((n, k)) + 0.2 * truth, 0, 1))


@pytest.mark.parametrize(
    "given", [classes(300, 2), classes(300, 5), label_sets(200, 3), classes(MOST_COUNTED_ROWS + 1, 2)]
)
def test_the_interval_of_pr_auc_is_the_bootstraps_of_the_same_resamples(
    given: ClassPredictions | LabelPredictions,
) -> None:
    how = Sure(resamples=50 if len(given) < 1000 else 5)
    [wanted] = bootstrap_all(
        lambda rows: [pr_auc(given.take(rows))],
        len(given),
        confidence=how.confidence,
        seed=how.seed,
        resamples=how.resamples,
    )
    found = of_average_precision(given, how)
    assert (found.low, found.high) == pytest.approx(wanted, abs=1e-12)


def test_a_perfect_ranking_has_the_exact_bound_of_a_share() -> None:
    perfect = ClassPredictions(np.array([0, 1] * 20), np.array([[0.9, 0.1], [0.2, 0.8]] * 20))
    found = of_average_precision(perfect, Sure())
    assert found.high == 1
    assert found.low == pytest.approx(0.1 ** (1 / 40))


def test_nobody_who_wants_values_only_waits_for_bounds() -> None:
    assert of_average_precision(classes(30, 2), Sure(confidence=nan)).low is None
