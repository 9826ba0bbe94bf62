"""The task `learning`: scores by share are those of its task, and the gain is counted on the same samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import harness
from harness import UserError
from harness.statistics.intervals import paired_difference

TEXTS = [f"{at % 20} of {at}" for at in range(200)]
LABELS = [["no", "yes"][at % 20 < 10] for at in range(200)]


class Numbers:
    """Knows the first words that it has seen often enough: the more samples, the more it knows."""

    labels = ("no", "yes")

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def fit(self, inputs: list[str], labels: list[str]) -> Numbers:
        found, words = Numbers(), [text.split()[0] for text in inputs]
        found.known = {word: label for word, label in zip(words, labels, strict=True) if words.count(word) > 3}
        return found

    def __call__(self, inputs: list[str]) -> list[list[float]]:
        known = [self.known.get(text.split()[0]) for text in inputs]
        return [[0.1, 0.9] if each == "yes" else [0.9, 0.1] for each in known]


def learnt(tmp_path: Any, **parameters: Any) -> harness.Run:
    task = {"use": "learning", **parameters}
    return harness.evaluate(
        Numbers(), (TEXTS, LABELS), [task], cross_validation=5, out=tmp_path / "run", progress=False
    )


def test_the_curve_rises_and_the_gain_is_mcnemars_pairs(tmp_path: Any) -> None:
    run = learnt(tmp_path, sizes=[0.1, 0.5, 1.0], metrics=["f1"])
    curve = [float(run["learning"].scores[f"accuracy[part={name}]"]) for name in ("10%", "50%", "100%")]
    assert curve == sorted(curve)
    assert curve[0] < 0.75
    assert curve[2] > 0.99
    right = {
        part: {
            each.sample: each.payload["predicted"]
            for each in run.records("learning")
            if each.part == part and each.payload
        }
        for part in ("50%", "100%")
    }
    truth = {each["id"]: each["label"] for each in run.samples}
    more, less = (np.array([right[part][name] == truth[name] for name in truth]) for part in ("100%", "50%"))
    gain = run["learning"].scores["accuracy_gain"]
    assert float(gain) == pytest.approx(more.mean() - less.mean())
    pairs = (more & less, more & ~less, ~more & less, ~more & ~less)
    both, first, second, neither = (int(each.sum()) for each in pairs)
    assert (gain.low, gain.high) == pytest.approx(paired_difference(both, first, second, neither, 0.95))
    assert gain.note == "100% against 50%"


def test_a_share_alone_has_no_gain(tmp_path: Any) -> None:
    assert not [name for name in learnt(tmp_path, sizes=[1.0])["learning"].scores if "gain" in name]


def test_sizes_rise(tmp_path: Any) -> None:
    for sizes in ([0.5, 0.1], [0.5, 0.5]):
        with pytest.raises(UserError, match="expected different shares in rising order"):
            learnt(tmp_path, sizes=sizes)
    with pytest.raises(UserError, match="sizes"):
        learnt(tmp_path, sizes=[0.0, 1.0])


def test_without_cross_validation_it_is_refused_before_anything_runs(tmp_path: Any) -> None:
    with pytest.raises(UserError, match="set `cross_validation: 5`"):
        harness.evaluate(Numbers(), (TEXTS, LABELS), ["learning"], progress=False, out=tmp_path / "run")


def test_a_value_has_a_curve_too(tmp_path: Any) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    inputs = np.random.default_rng(1).normal(size=(120, 6))
    truth = inputs.sum(axis=1) + np.random.default_rng(2).normal(size=120)
    run = harness.evaluate(
        linear.LinearRegression(), (inputs, truth), [{"use": "learning", "of": "regression", "sizes": [0.1, 1.0]}],
        cross_validation=5, out=tmp_path / "run", progress=False,
    )  # fmt: skip
    scores = run["learning"].scores
    assert float(scores["mae[part=10%]"]) > float(scores["mae[part=100%]"])
    assert float(scores["mae_gain"]) < 0
    assert (scores["mae_gain"].high or 0) < 0
