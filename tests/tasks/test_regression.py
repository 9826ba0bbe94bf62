"""The task `regression`: errors of values."""

from __future__ import annotations

import pytest
from by_hand import scored

from harness import Sample
from harness.sources.context import Context
from harness.tasks.measuring import named
from harness.tasks.regression import regression


def test_regression_measures_errors_of_values() -> None:
    def length(texts: list[str]) -> list[float]:
        return [float(len(text)) for text in texts]

    samples = [Sample(text, text, truth=float(truth)) for text, truth in {"a": 1, "bb": 3, "ccc": 2}.items()]
    found = scored(regression(Context(), metrics=named("mae", "spearman")), samples, length, ["value"], "value")
    assert {name: score.n for name, score in found.items()} == {"mae": 3, "spearman": 3}
    assert found["mae"].value == pytest.approx(2 / 3)
    assert found["spearman"].value == pytest.approx(0.5)


def test_errors_that_never_vary_have_no_interval() -> None:
    def right(texts: list[str]) -> list[float]:
        return [1.0 for _ in texts]

    samples = [Sample(str(at), "a", truth=1.0) for at in range(5)]
    found = scored(regression(Context(), metrics=named("mae")), samples, right, ["value"], "value")
    assert (found["mae"].value, found["mae"].low) == (0, None)
