"""The task `multilabel`: label sets, label by label and whole."""

from __future__ import annotations

import pytest
from by_hand import scored

from harness import Sample
from harness.sources.context import Context
from harness.tasks.measuring import named
from harness.tasks.multilabel import multilabel


def test_multilabel_counts_labels_from_one_half_on() -> None:
    def tags(texts: list[str]) -> list[list[float]]:
        return [[0.5 if "a" in text else 0.49, 0.9 if "b" in text else 0.0] for text in texts]

    samples = [Sample("1", "ab", truth=(0, 1)), Sample("2", "a", truth=(1,)), Sample("3", "", truth=())]
    found = scored(multilabel(Context(), metrics=named("hamming_loss")), samples, tags, ["x", "y"], "labels")
    assert found["subset_accuracy"].value == 2 / 3
    assert found["hamming_loss"].value == pytest.approx(2 / 6)
    assert (found["recall[class=y]"].value, found["precision[class=x]"].value) == (1 / 2, 1 / 2)
