"""Sets of classes: against MAPIE and TorchCP, and that they contain the truth as often as was asked."""

from __future__ import annotations

import numpy as np
import pytest
from harness_calibration.conformal import METHODS, aps, fewest, lac, threshold
from plugins.test_selective import drawn

HALF = 200


def _sets(way: str, wanted: float) -> tuple[float, float]:
    """Coverage and mean size on the second half of the samples."""
    labels, given = drawn()
    bound = threshold(METHODS[way](given[:HALF]), labels[:HALF], wanted)
    assert bound is not None
    sets = METHODS[way](given[HALF:]) <= bound
    return float(sets[np.arange(HALF), labels[HALF:]].mean()), float(sets.sum(axis=1).mean())


def test_sets_of_probable_classes_are_those_of_mapie() -> None:
    # MAPIE 1.6.0: SplitConformalClassifier(..., confidence_level=0.9, conformity_score="lac", prefit=True)
    assert _sets("lac", 0.9) == pytest.approx((0.905, 3.17))


def test_cumulated_sets_are_those_of_torchcp() -> None:
    # TorchCP 1.2.1: APS(score_type="identity", randomized=False), and the quantile of split conformal prediction
    assert _sets("aps", 0.9) == pytest.approx((0.88, 3.365))


@pytest.mark.parametrize("way", ["lac", "aps"])
def test_sets_contain_the_truth_as_often_as_was_asked(way: str) -> None:
    met = []
    for seed in range(100):
        labels, given = drawn(300, seed=seed)
        misfits = METHODS[way](given)
        bound = threshold(misfits[:100], labels[:100], 0.9)
        assert bound is not None
        met.append((misfits[np.arange(100, 300), labels[100:]] <= bound).mean())
    assert 0.9 - 3 * np.std(met) / 10 <= np.mean(met) <= 0.9 + 1 / 101 + 3 * np.std(met) / 10


def test_too_few_samples_give_no_threshold() -> None:
    labels, given = drawn(8)
    assert fewest(0.9) == 9
    assert threshold(lac(given), labels, 0.9) is None
    labels, given = drawn(9)
    assert threshold(lac(given), labels, 0.9) == pytest.approx((1 - given[np.arange(9), labels]).max())


def test_a_class_counts_itself_and_all_that_are_more_probable() -> None:
    assert aps(np.array([[0.2, 0.5, 0.3]])).tolist() == [[pytest.approx(1.0), 0.5, pytest.approx(0.8)]]
