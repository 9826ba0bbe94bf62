"""Areas under severity curves, errors beside a reference's, and means over draws: by arithmetic, and by numpy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from harness.scores.score import Score
from harness.stressed.curves import Curves, of_severities, weights
from harness.stressed.decided import Decided

Rows = dict[str, list[Decided]]


def row(sample: int, right: int, still: int, *, wrong: float = 0.0, changed: bool = True) -> Decided:
    return Decided(f"s{sample}", bool(right), bool(still), right != still, changed, float(still), wrong)


def made(seed: int = 0, n: int = 200) -> Rows:
    """A model that is right less often the severer, and a reference that is wrong twice as often."""
    rng = np.random.default_rng(seed)
    clean = rng.random(n) < 0.95
    parts: Rows = {}
    for name, loss in (("ocr", 0.05), ("typos", 0.1)):
        for severity in (1, 3, 5):
            still, wrong = rng.random(n) > loss * severity, rng.random(n) < 0.15 * severity
            parts[f"{name}/{severity}"] = [
                row(at, clean[at], int(still[at]), wrong=float(wrong[at])) for at in range(n)
            ]
    return parts


def named(scores: list[Score], part: str = "") -> Score:
    [found] = [each for each in scores if each.keys.get("part", "") == part]
    return found


def test_parts_are_told_by_their_severity() -> None:
    assert of_severities(["ocr/1", "ocr/5", "a/b", "shout"]) == {"ocr": {1: "ocr/1", 5: "ocr/5"}}


@pytest.mark.parametrize("severities", [[1], [5], [1, 3, 5], [2, 3], [1, 2, 3, 4, 5]])
def test_the_weights_are_those_of_the_trapezoid(severities: list[int]) -> None:
    rights = np.random.default_rng(0).random(len(severities) + 1)
    area = np.trapezoid(rights, [0, *severities]) / severities[-1]
    assert rights @ weights(severities) == pytest.approx(area)
    assert weights(severities).sum() == pytest.approx(1)


def test_the_area_is_that_under_the_accuracies() -> None:
    rows = made()
    found = named(Curves().areas(rows), "ocr")
    curve = [float(np.mean([each.right for each in rows["ocr/1"]]))]
    curve += [float(np.mean([each.still_right for each in rows[f"ocr/{severity}"]])) for severity in (1, 3, 5)]
    assert float(found) == pytest.approx(np.trapezoid(curve, [0, 1, 3, 5]) / 5)
    assert found.low is not None
    assert found.high is not None
    assert found.low < float(found) < found.high


def test_samples_that_no_severity_changed_are_left_out_of_an_area() -> None:
    rows: Rows = {f"ocr/{each}": [row(0, 1, 0), row(1, 1, 1, changed=False)] for each in (1, 5)}
    found = named(Curves().areas(rows), "ocr")
    assert found.n == 1
    assert found.value == pytest.approx(0.1)
    assert "it changed 1 of 2" in found.doubt


def test_one_severity_has_no_area() -> None:
    assert Curves().areas({"ocr/3": [row(0, 1, 1)], "shout": [row(0, 1, 0)]}) == []


def test_relative_errors_are_imagenet_cs() -> None:
    rows = made()
    found = Curves().relative(rows)
    ratios: list[float] = []
    for name in ("ocr", "typos"):
        own = sum(np.mean([not each.still_right for each in rows[f"{name}/{severity}"]]) for severity in (1, 3, 5))
        other = sum(np.mean([each.reference_wrong for each in rows[f"{name}/{severity}"]]) for severity in (1, 3, 5))
        ratios.append(float(own / other))
        assert float(named(found, name)) == pytest.approx(own / other)
    overall = named(found)
    assert float(overall) == pytest.approx(np.mean(ratios))
    assert overall.low is not None
    assert overall.high is not None
    assert overall.low < float(overall) < overall.high < 1


def test_a_reference_without_errors_bounds_nothing() -> None:
    found = Curves().relative({"ocr/1": [row(0, 1, 0), row(1, 1, 1)]})
    assert [each.value for each in found] == [None, None]
    assert "no errors" in found[1].note


def test_a_perturbation_without_severities_counts_as_one() -> None:
    found = Curves().relative({"shout": [row(0, 1, 0, wrong=1), row(1, 1, 1, wrong=1)]})
    assert [each.value for each in found] == [0.5, 0.5]


def test_the_same_model_as_reference_has_the_ratio_one() -> None:
    same: Rows = {"ocr/1": [row(at, 1, at % 3 > 0, wrong=float(at % 3 == 0)) for at in range(60)]}
    found = named(Curves().relative(same), "ocr")
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_no_records_still_name_every_score() -> None:
    rows: Rows = {"ocr/1": [], "ocr/3": []}
    curves = Curves()
    found = [each.local for each in curves.areas(rows) + curves.means(rows) + curves.relative(rows)]
    assert found == [
        "accuracy_area[part=ocr]",
        "mean_accuracy[part=ocr/1]",
        "mean_accuracy[part=ocr/3]",
        "relative_error",
        "relative_error[part=ocr]",
    ]


def test_without_a_confidence_there_are_values_alone() -> None:
    curves: Any = Curves(float("nan"))
    assert all(each.low is None and each.value is not None for each in curves.relative(made()) + curves.areas(made()))
