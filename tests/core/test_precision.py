"""How a model that computes more cheaply agrees with itself in float32."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

import harness
from harness.precision import compared


def test_pairs_of_answers_by_hand() -> None:
    rows = {"a": ([0.9, 0.1], [0.875, 0.125]), "b": ([0.5, 0.5], [0.4375, 0.5625]), "c": ([0.2, 0.8], [0.2, 0.8])}
    found = compared({name: (np.array(one), np.array(other)) for name, (one, other) in rows.items()}, "probabilities")
    assert (found.samples, found.largest, found.same, list(found.differing)) == (3, 0.0625, 2, ["b"])


def test_label_sets_differ_by_any_label_and_values_by_none() -> None:
    sets = {"a": (np.array([0.6, 0.4]), np.array([0.6, 0.55]))}
    assert compared(sets, "labels").same == 0
    assert compared({"a": (np.array([1.0]), np.array([2.0]))}, "value").same == 1


class Rounded:
    """A model of two digits, whose reference has all of them."""

    labels = ("no", "yes")

    def __init__(self, digits: int | None = 1) -> None:
        self.digits = digits

    def reference(self) -> Any:
        return None if self.digits is None else Rounded(None)

    def predict(self, texts: Sequence[str]) -> Any:
        share = np.array([float(text) for text in texts])
        share = share if self.digits is None else share.round(self.digits)
        return np.stack([1 - share, share], axis=1)


def run(model: Rounded, tmp_path: Any, texts: Sequence[str] = ("0.46", "0.9", "0.1")) -> harness.Run:
    data = ([*texts], [1] * len(texts))
    return harness.evaluate(model, data, ["classification"], labels=["no", "yes"], out=tmp_path / "run", progress=False)


def test_a_run_says_how_its_model_agrees(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(Rounded(), tmp_path, ("0.54", "0.46", "0.9"))
    told = found.info["precision"]
    assert (told["samples"], told["same"], told["failed"]) == (3, 2, 0)  # 0.54 becomes 0.5, and the first class wins
    assert told["largest"] == pytest.approx(0.04)
    assert "Agreement with float32" in (found.folder / "report.html").read_text(encoding="utf-8")


def test_a_model_that_is_its_own_reference_says_nothing(tmp_path: Any) -> None:
    assert "precision" not in run(Rounded(None), tmp_path).info
