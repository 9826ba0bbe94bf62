"""k-means, beside scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from harness.clusters.kmeans import FITTED_ON, clusters


def spread(points: np.ndarray, own: np.ndarray) -> float:
    return sum(float(((points[own == at] - points[own == at].mean(axis=0)) ** 2).sum()) for at in np.unique(own))


def blobs(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    own = rng.integers(0, 7, n)
    return rng.normal(size=(7, 5))[own] * 3 + rng.normal(size=(n, 5)), own


def test_clusters_are_as_tight_as_those_of_scikit_learn() -> None:
    cluster = pytest.importorskip("sklearn.cluster", reason="scikit-learn is the oracle")
    for seed in range(5):
        points, _ = blobs(1500, np.random.default_rng(seed))
        theirs = cluster.KMeans(7, n_init=10, random_state=seed).fit(points).inertia_
        assert spread(points, clusters(points, 7)) < 1.02 * theirs


def test_points_beyond_those_that_are_fitted_on_get_the_nearest_centre() -> None:
    points, own = blobs(FITTED_ON + 500, np.random.default_rng(3))
    found = clusters(points * 10, 7)
    late = slice(FITTED_ON, None)
    assert max(np.bincount(found[late][own[late] == at]).max() / (own[late] == at).sum() for at in range(7)) > 0.95


def test_equal_points_are_one_cluster_and_the_same_every_time() -> None:
    assert len(np.unique(clusters(np.ones((50, 3)), 4))) == 1
    points, _ = blobs(300, np.random.default_rng(4))
    assert (clusters(points, 5) == clusters(points, 5)).all()
