"""The gap between slices and the worst of them: values by hand, bounds that keep what they promise."""

from __future__ import annotations

import numpy as np
import pytest

from harness import Score
from harness.scores.score import share, undefined
from harness.slicing.gaps import at_level, gap, worst
from harness.statistics.exact import clopper_pearson
from harness.statistics.intervals import difference_bounds

KEYS = {"slice": "region"}


def shares(*counts: tuple[int, int], confidence: float = 0.95) -> dict[str, Score]:
    return {f"v{at}": share("accuracy", hits, n, confidence) for at, (hits, n) in enumerate(counts)}


def gap_of(scores: dict[str, Score], confidence: float = 0.95) -> Score:
    return gap(scores, "accuracy", KEYS, confidence, lambda slices: "")


def test_the_gap_is_the_largest_less_the_least_and_names_both() -> None:
    found = gap_of(shares((90, 100), (70, 100), (160, 200)))
    assert found.local == "accuracy_gap[slice=region]"
    assert found.value == pytest.approx(0.2)
    assert (found.n, found.note) == (400, "v0 0.9, v1 0.7, of 3 slices")


def test_the_gap_of_two_passes_by_the_plain_bound_and_fails_by_the_two_sided_one() -> None:
    scores = shares((90, 100), (70, 100))
    found = gap_of(scores)
    one, other = ((score.value, score.low, score.high) for score in scores.values())
    plain = difference_bounds(one, other)
    wide = difference_bounds(
        *((each.value, *clopper_pearson(round(100 * float(each)), 100, 0.975)) for each in scores.values())
    )
    assert plain is not None
    assert wide is not None
    assert found.high == pytest.approx(plain[1])
    assert found.low == pytest.approx(wide[0], abs=1e-6)


def test_equal_slices_have_a_gap_that_may_be_none() -> None:
    assert gap_of(shares((50, 100), (50, 100))).low == 0


def test_more_slices_need_a_wider_gap_to_fail() -> None:
    two, many = gap_of(shares((90, 100), (70, 100))), gap_of(shares((90, 100), (70, 100), *[(80, 100)] * 8))
    assert many.low is not None
    assert two.low is not None
    assert many.low < two.low


def test_a_slice_that_is_doubted_or_undefined_leaves_the_gate_undecided() -> None:
    scores = {**shares((90, 100), (70, 100)), "rare": undefined("accuracy", "no case to count")}
    found = gap_of(scores)
    assert found.value == pytest.approx(0.2)
    assert found.doubt == "rare: no case to count"
    assert gap_of({"a": scores["v0"], "rare": scores["rare"]}).value is None


def test_the_worst_passes_by_its_own_bounds_and_fails_by_corrected_ones() -> None:
    scores = shares((90, 100), (70, 100), (71, 100))
    found = worst(scores, "worst_accuracy", KEYS, 0.95, most=False)
    assert (found.value, found.note) == (0.7, "of v1, the worst of 3 slices")
    assert found.low == scores["v1"].low
    assert found.high == pytest.approx(clopper_pearson(70, 100, 0.95**0.5)[1])  # v0 is clearly better


def test_of_errors_the_largest_is_the_worst() -> None:
    scores = {"a": Score("mae", 1.0, 0.8, 1.2, 50), "b": Score("mae", 3.0, 2.5, 3.5, 50)}
    found = worst(scores, "worst_mae", KEYS, 0.95, most=True)
    assert (found.value, found.low, found.high) == (3.0, 2.5, 3.5)


def test_a_score_whose_bounds_nobody_knows_has_a_gap_without_bounds() -> None:
    found = gap_of({"a": Score("f1", 0.9, None, None, 9), "b": Score("f1", 0.7, 0.5, 0.8, 9)})
    assert (found.low, found.high) == (None, None)


def test_bounds_at_another_level_are_exact_for_shares_and_stretched_for_others() -> None:
    assert at_level(share("a", 7, 10, 0.95), 0.95, 0.99) == clopper_pearson(7, 10, 0.99)
    low, high = at_level(Score("f1", 0.5, 0.4, 0.7, 10), 0.95, 0.975) or (0.0, 0.0)
    assert (0.5 - low) / 0.1 == pytest.approx((high - 0.5) / 0.2) == pytest.approx(1.1916, abs=1e-4)


@pytest.mark.parametrize("true", [[0.8] * 5, [0.9, 0.8, 0.8, 0.8, 0.75]])
def test_the_true_gap_lies_beyond_either_bound_no_more_often_than_promised(true: list[float]) -> None:
    rng, below, above, draws = np.random.default_rng(0), 0, 0, 400
    for _ in range(draws):
        found = gap_of(
            shares(*((int(rng.binomial(n, p)), n) for n, p in zip((60, 80, 100, 200, 400), true, strict=True)))
        )
        assert found.low is not None
        assert found.high is not None
        below, above = (
            below + (found.low > max(true) - min(true) + 1e-9),
            above + (found.high < max(true) - min(true) - 1e-9),
        )
    assert below / draws <= 0.05 + 2 * (0.05 * 0.95 / draws) ** 0.5
    assert above / draws <= 0.05 + 2 * (0.05 * 0.95 / draws) ** 0.5
