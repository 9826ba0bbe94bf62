"""Simpson's paradox: the admissions of Berkeley, and slices that differ in their classes alone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from harness.slicing.standardised import Mixes, MixesOfSlices

AT = "accuracy"
BERKELEY = {  # Bickel, Hammel & O'Connell (1975, Science 187): department: men and admitted, women and admitted
    "A": (825, 512, 108, 89), "B": (560, 353, 25, 17), "C": (325, 120, 593, 202),
    "D": (417, 138, 375, 131), "E": (191, 53, 393, 94), "F": (373, 22, 341, 24),
}  # fmt: skip


def mixes(outcomes: Mapping[str, float], values: Mapping[str, str], truth: Mapping[str, object]) -> MixesOfSlices:
    return Mixes({AT: outcomes}, truth).of(values)


def samples() -> tuple[dict[str, float], dict[str, str], dict[str, object]]:
    outcomes, values, truth = dict[str, float](), dict[str, str](), dict[str, object]()
    for department, (men, admitted, women, of_women) in BERKELEY.items():
        for who, n, yes in (("men", men, admitted), ("women", women, of_women)):
            for at in range(n):
                name = f"{department}{who}{at}"
                outcomes[name], values[name], truth[name] = float(at < yes), who, department
    return outcomes, values, truth


def test_the_gap_of_berkeley_turns_round_with_the_departments_mixed_alike() -> None:
    outcomes, values, truth = samples()
    men, women = mixes(outcomes, values, truth).standardised(AT, ("men", "women")) or (0.0, 0.0)
    assert [men, women] == pytest.approx([0.3873, 0.4299], abs=1e-4)
    stated = mixes(outcomes, values, truth).explanation(AT, ("men", "women"))
    assert stated.startswith("the mix of classes turns it round: -0.0426 is left of 0.142")


def test_a_gap_within_the_classes_is_not_explained_away() -> None:
    outcomes = {
        f"{who}{label}{at}": float(at < (9 if who == "a" else 6)) for who in "ab" for label in "xy" for at in range(10)
    }
    values, truth = {name: name[0] for name in outcomes}, {name: name[1] for name in outcomes}
    assert mixes(outcomes, values, truth).explanation(AT, ("a", "b")) == ""


def test_nothing_is_said_where_a_class_is_in_one_slice_only() -> None:
    outcomes = {"1": 1.0, "2": 0.0, "3": 1.0}
    found = mixes(outcomes, {"1": "a", "2": "a", "3": "b"}, {"1": 0, "2": 1, "3": 1})
    assert found.standardised(AT, ("a", "b")) is None
    assert found.explanation(AT, ("a", "b")) == ""


def test_nothing_is_said_of_a_slice_without_outcomes_or_of_samples_whose_class_is_not_known() -> None:
    outcomes, values, truth = samples()
    assert mixes(outcomes, values, truth).explanation("f1", ("men", "women")) == ""
    assert mixes(outcomes, values, truth).explanation(AT, ("men", "children")) == ""
    assert mixes(outcomes, values, {}).explanation(AT, ("men", "women")) == ""
