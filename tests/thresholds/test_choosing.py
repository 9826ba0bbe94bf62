"""Thresholds of several labels: the curve is scikit-learn's, the chosen one has the largest F1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import UserError
from harness.thresholds.choosing import Thresholds, threshold_curve

PAIRS = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])), min_size=1, max_size=40
)


@settings(max_examples=60, deadline=None)
@given(PAIRS)
def test_the_curve_is_scikit_learns(pairs: list[tuple[bool, float]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, probabilities = np.array([each for each, _ in pairs]), np.array([each for _, each in pairs])
    curve = threshold_curve(truth, probabilities)
    if not truth.any():
        assert (curve.best, curve.recall.max(), curve.f1.max()) == (None, 0, 0)
        return
    precision, recall, thresholds = metrics.precision_recall_curve(truth, probabilities, drop_intermediate=False)
    assert curve.thresholds.tolist() == thresholds[::-1].tolist()
    assert curve.precision == pytest.approx(precision[-2::-1])
    assert curve.recall == pytest.approx(recall[-2::-1])
    f1 = [metrics.f1_score(truth, probabilities >= each) for each in curve.thresholds]
    assert curve.f1 == pytest.approx(np.array(f1))
    assert curve.best is not None
    assert metrics.f1_score(truth, probabilities >= curve.best) == pytest.approx(max(f1))


def test_of_several_best_thresholds_the_highest_is_chosen() -> None:
    curve = threshold_curve(np.array([True, False, True, False]), np.array([0.9, 0.8, 0.7, 0.1]))
    assert curve.f1.tolist() == pytest.approx([2 / 3, 1 / 2, 4 / 5, 2 / 3])
    assert curve.best == 0.7
    assert threshold_curve(np.array([True, False, False, True]), np.array([0.9, 0.8, 0.7, 0.6])).best == 0.9


def test_each_label_has_its_own_or_the_common_one() -> None:
    assert Thresholds.of(0.3).by(["a", "b"]).tolist() == [0.3, 0.3]
    assert Thresholds.of({"b": 0.2}).by(["a", "b"]).tolist() == [0.5, 0.2]
    assert Thresholds.of({"on": 0.2}).by(["on"]).tolist() == [0.2]  # a label of that name
    assert Thresholds.of({"on": "dev"}) == Thresholds(on="dev")


def test_chosen_ones_are_those_of_the_largest_f1_and_one_half_where_nothing_shows_it() -> None:
    truth = np.array([[True, False], [False, False], [True, False]])
    found = Thresholds(on="dev").chosen(truth, np.array([[0.4, 0.9], [0.1, 0.2], [0.3, 0.1]]), ["a", "b"])
    assert found.by(["a", "b"]).tolist() == [0.3, 0.5]
    assert (found.chosen_on, found.n, found.on) == ("dev", 3, "")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (0.0, "above 0 and at most 1 for every label, but got 0.0"),
        ({"a": 1.5}, "above 0 and at most 1 for a, but got 1.5"),
        ({"a": "dev"}, "for a, but got 'dev'"),
        ({"on": "dev", "a": 0.5}, "for on, but got 'dev'"),
    ],
)
def test_what_is_no_threshold_is_refused(given: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        Thresholds.of(given)


def test_a_label_that_there_is_not_is_named() -> None:
    with pytest.raises(UserError, match=r"no label 'hat'.*did you mean 'hate'"):
        Thresholds.of({"hat": 0.3}).by(["hate", "kind"])
