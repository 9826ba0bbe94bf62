"""Packed payloads: what comes back decides as what went in did, in few characters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.baselines.packing import Packing
from harness.stressed.asking import Stressed
from harness.tasks.attack import Attacked
from harness.tasks.classification import Classified
from harness.tasks.explain import Explained
from harness.tasks.multilabel import Tagged
from harness.tasks.regression import Estimated

LABELS = ["negative", "positive"]
MANY = [f"class {at}" for at in range(100)]
KEY_CHARACTERS = 12
"""Those of a sample's key and a space, before the payload; a newline follows."""


def there_and_back(payload: Any, truth: object = 1, labels: Any = LABELS) -> Any:
    packing = Packing(type(payload), labels)
    packed = packing.pack(payload, truth)
    assert KEY_CHARACTERS + len(packed) + 1 <= 60, packed
    assert packed.isascii()
    return packing.unpack(packed, truth)


rows = st.integers(2, 8).flatmap(lambda n: st.lists(st.floats(1e-6, 1.0), min_size=n, max_size=n))


@settings(max_examples=100, deadline=None)
@given(rows)
def test_probabilities_of_few_classes_come_back_as_halves_that_decide_the_same(numbers: list[float]) -> None:
    row = (np.array(numbers) / sum(numbers)).tolist()
    labels = MANY[: len(row)]
    payload = Classified(labels[int(np.argmax(row))], row)
    found = there_and_back(payload, 0, labels)
    assert found.predicted == payload.predicted
    assert int(np.argmax(found.probabilities)) == int(np.argmax(row))
    assert found.probabilities == pytest.approx(row, abs=1e-3)


def test_of_many_classes_the_decision_its_probability_and_the_truths_come_back() -> None:
    row = np.full(100, 0.1 / 98)
    row[7], row[3] = 0.7, 0.2
    found = there_and_back(Classified(MANY[7], row.tolist()), 3, MANY)
    assert (found.predicted, int(np.argmax(found.probabilities))) == ("class 7", 7)
    assert (found.probabilities[7], found.probabilities[3]) == (0.7, 0.2)
    assert sum(found.probabilities) == pytest.approx(1)


def test_a_stressed_sample_keeps_its_decisions() -> None:
    found = there_and_back(Stressed(["what it was", "and was not"], [0.2, 0.8], [[0.4, 0.6], [0.9, 0.1]]))
    assert (found.perturbed, found.before) == (["0", "1"], pytest.approx([0.2, 0.8], abs=1e-3))
    assert [int(np.argmax(row)) for row in found.after] == [1, 0]
    several = there_and_back(Stressed(["a"] * 6, [0.2, 0.8], [[0.4, 0.6], [0.9, 0.1]] * 3))
    assert [int(np.argmax(row)) for row in several.after] == [1, 0] * 3


def test_an_attacked_sample_keeps_its_outcome_and_queries() -> None:
    found = there_and_back(Attacked("failed", "a text", [0.2, 0.8], [0.3, 0.7], 1234, edited=False))
    assert (found.outcome, found.queries, found.edited) == ("failed", 1234, False)


def test_an_explanation_keeps_its_heaviest_units_and_its_quality() -> None:
    weights = np.random.default_rng(0).normal(size=200).round(4)
    payload = Explained([f"word {at}" for at in range(200)], weights.tolist(), "positive", 0.98, 0.314, None)
    found = there_and_back(payload)
    heaviest = set(np.argsort(-abs(weights))[:8].tolist())
    assert {at for at, weight in enumerate(found.weights) if weight} == heaviest
    assert (len(found.units), found.explained, found.sufficiency) == (200, "positive", None)
    assert (found.probability, found.comprehensiveness) == pytest.approx((0.98, 0.314), abs=3e-4)


def test_values_and_label_sets_come_back() -> None:
    assert there_and_back(Estimated(12345.6), 12000.0) == Estimated(12345.6)
    assert there_and_back(Tagged(["positive"], [0.25, 0.75]), (1,)) == Tagged(["positive"], [0.25, 0.75])
    some = [0.9 if at in {3, 50} else 0.1 for at in range(100)]
    found = there_and_back(Tagged(["class 3", "class 50"], some), (3,), MANY)
    assert (found.tags, [at for at, each in enumerate(found.probabilities) if each]) == (
        ["class 3", "class 50"],
        [3, 50],
    )
    assert there_and_back(Tagged([], [0.25, 0.25]), ()).tags == []


@dataclass(frozen=True)
class Counted:
    """Whole numbers, of any count."""

    counts: list[int]


def test_lists_of_whole_numbers_come_back() -> None:
    assert [there_and_back(Counted(each)) for each in ([3, 0, 12], [])] == [Counted([3, 0, 12]), Counted([])]


@pytest.mark.parametrize("packed", ["", "1", "1 hxx 3", "9 hAAAA", "1 x12", "1 w3.AAAA"])
def test_what_nothing_was_packed_to_is_a_value_error(packed: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        Packing(Classified, LABELS).unpack(packed, 1)
