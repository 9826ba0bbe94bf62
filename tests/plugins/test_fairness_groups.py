"""Group gates: the numbers of fairlearn, bounds that are right as often as they claim, what is too little to say."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import exp
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness_fairness.gaps import difference, mean_of, ratio, share_of

import harness
from harness import Run, UserError

SHARED = Path(__file__).parents[3] / "shared" / "data" / "tabular"

OF_ADULT = {
    "sex": (0.34397260179647937, 0.2249103473422278, 0.26864035087719296, 0.2394872811801126),
    "race": (0.20165362282251956, 0.42171945701357466, 0.3076923076923077, 0.13904761904761903),
}
OF_GERMAN = {"sex": (0.07738095238095241, 0.7346938775510203, 0.20454545454545453, 0.01999999999999999)}
OF_COMPAS = {"sex": (0.0554293802047332, 0.8478771454381211, 0.05839080459770116, 0.05839080459770116)}
"""Of fairlearn 0.15.0: demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference, and
MetricFrame(false_positive_rate).difference(), of the models below on the rows of `dev`."""


def _sure(score: float) -> list[float]:
    probability = 1 / (1 + exp(-score))
    return [1 - probability, probability]


def adult(rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    married = [1.2 if row["marital_status"].startswith("Married-civ") else -1 for row in rows]
    of_row = [0.35 * (float(row["education_num"]) - 10) + 0.03 * (float(row["age"]) - 38) for row in rows]
    hours = [0.03 * (float(row["hours_per_week"]) - 40) - 1.0 for row in rows]
    return [_sure(a + b + c) for a, b, c in zip(of_row, hours, married, strict=True)]


def german(rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    duration = [0.04 * (float(row["duration_in_month"]) - 20) for row in rows]
    amount = [0.0001 * (float(row["credit_amount"]) - 3000) - 0.02 * (float(row["age"]) - 35) - 0.4 for row in rows]
    return [_sure(a + b) for a, b in zip(duration, amount, strict=True)]


def compas(rows: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    return [[1 - int(row["decile_score"]) / 11, int(row["decile_score"]) / 11] for row in rows]


def _suite(data: dict[str, Any], labels: Sequence[str], **task: Any) -> dict[str, Any]:
    return {
        "model": {"use": "python", "object": "unused:unused", "labels": list(labels)},
        "data": data,
        "tasks": [{"use": "fairness", "positive": labels[1], **task}],
    }


@pytest.mark.parametrize(
    ("name", "label", "labels", "model", "expected"),
    [
        ("adult_income", "income", ["<=50K", ">50K"], adult, OF_ADULT),
        ("german_credit", "default", ["0", "1"], german, OF_GERMAN),
        ("compas_two_year", "two_year_recid", ["0", "1"], compas, OF_COMPAS),
    ],
)
def test_fairlearn_has_the_same_numbers(
    name: str, label: str, labels: list[str], model: Any, expected: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = SHARED / name / "dev.csv.gz"
    if not path.exists():
        pytest.skip(f"../shared has no {name}: it is what fairlearn's numbers are of")
    (tmp_path / f"model_of_{name}.py").write_text(f"from {__name__} import {model.__name__} as model\n")
    monkeypatch.chdir(tmp_path)
    slices = {group: {"column": group} for group in expected}
    data = {"use": "files", "path": str(path), "kind": "row", "columns": {"label": label}, "slices": slices}
    suite = _suite(data, labels, groups=list(expected))
    suite["model"]["object"] = f"model_of_{name}:model"
    scores = harness.run(suite, out=tmp_path / "run", progress=False)["fairness"].scores
    for group, (parity, parity_ratio, odds, fpr) in expected.items():
        assert float(scores[f"demographic_parity_difference[slice={group}]"]) == pytest.approx(parity, abs=1e-12)
        assert float(scores[f"demographic_parity_ratio[slice={group}]"]) == pytest.approx(parity_ratio, abs=1e-12)
        assert float(scores[f"equalized_odds_difference[slice={group}]"]) == pytest.approx(odds, abs=1e-12)
        assert float(scores[f"fpr_gap[slice={group}]"]) == pytest.approx(fpr, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_fairlearn_here_has_the_same_numbers(seed: int, tmp_path: Path) -> None:
    metrics = pytest.importorskip(
        "fairlearn.metrics", reason="fairlearn is the oracle, in the dependency group `oracles`"
    )
    rng = np.random.default_rng(seed)
    group, truth, chosen = rng.choice(["a", "b", "c"], 300), rng.integers(0, 2, 300), rng.integers(0, 2, 300)
    scores = _scored(group.tolist(), truth.tolist(), chosen.tolist(), tmp_path)["fairness"].scores
    for name in ("demographic_parity_difference", "demographic_parity_ratio", "equalized_odds_difference"):
        theirs = getattr(metrics, name)(truth, chosen, sensitive_features=group)
        assert float(scores[f"{name}[slice=group]"]) == pytest.approx(theirs, abs=1e-12)


def _scored(of: Sequence[str | None], truths: Sequence[int], chosen: Sequence[float], folder: Path, **task: Any) -> Run:
    """The task on samples of these groups and truths, with a model that finds the second class so probable."""
    answers = {f"{at}": [1 - each, float(each)] for at, each in enumerate(chosen)}
    rows = [
        {"text": str(at), "label": ["no", "yes"][truth], "group": group}
        for at, (truth, group) in enumerate(zip(truths, of, strict=True))
    ]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    columns, slices = {"input": "text"}, {"group": {"column": "group"}}
    data = {"use": "files", "path": str(folder / "rows.jsonl"), "columns": columns, "slices": slices}
    suite = _suite(data, ["no", "yes"], **{"groups": "group", **task})
    del suite["model"]
    return harness.run(suite, model=_Answering(answers), out=folder / "run", progress=False)


class _Answering:
    labels = ("no", "yes")

    def __init__(self, answers: Mapping[str, list[float]]) -> None:
        self.answers = answers

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        return [self.answers[text] for text in texts]


def test_rates_gaps_and_who_is_better_off_are_there(tmp_path: Path) -> None:
    truths = [1, 1, 0, 0] * 25 + [1, 1, 0, 0] * 25
    chosen = [0.9, 0.8, 0.7, 0.1] * 25 + [0.9, 0.2, 0.1, 0.1] * 25
    scores = _scored(["a"] * 100 + ["b"] * 100, truths, chosen, tmp_path)["fairness"].scores
    assert scores["selection_rate[slice=group:a]"] == 0.75
    assert scores["demographic_parity_difference[slice=group]"] == 0.5
    assert scores["demographic_parity_difference[slice=group]"].note == "a over b"
    assert float(scores["demographic_parity_ratio[slice=group]"]) == pytest.approx(1 / 3)
    assert scores["equal_opportunity_difference[slice=group]"] == 0.5
    assert scores["fpr_gap[slice=group]"] == 0.5
    assert scores["fnr_gap[slice=group]"].note == "b over a"
    assert scores["equalized_odds_difference[slice=group]"] == 0.5
    assert float(scores["overestimate[slice=group:a]"]) == pytest.approx(0.625 - 0.5)
    assert float(scores["calibration_gap[slice=group]"]) == pytest.approx(0.625 - 0.325)


def test_a_gate_on_a_small_group_is_undecided_and_names_it(tmp_path: Path) -> None:
    gates = {"demographic_parity_difference[slice=group]": {"max": 0.9}}
    groups = ["a"] * 100 + ["b"] * 100 + ["few"] * 10
    run = _scored(groups, [1, 0] * 105, [0.9, 0.1] * 105, tmp_path, gates=gates)
    assert run.gates[0].verdict == "undecided"
    assert "too few cases: 10 of few; a gate needs 30 of each group" in run.gates[0].note


def test_a_group_without_a_case_of_a_rate_is_left_out_and_one_group_has_no_gap(tmp_path: Path) -> None:
    """Fairlearn takes the rate of a group without a case to be 0."""
    truths = [1] * 40 + [0] * 40 + [0] * 40
    groups = ["a"] * 40 + ["a"] * 40 + ["b"] * 40
    scores = _scored(groups, truths, [0.9] * 120, tmp_path)["fairness"].scores
    found = scores["equal_opportunity_difference[slice=group]"]
    assert found.value is None
    assert found.note == "it needs two groups with cases; there are cases of a"
    assert scores["fpr_gap[slice=group]"] == 0


def test_samples_of_no_group_are_left_out_and_counted(tmp_path: Path) -> None:
    scores = _scored(["a", "b"] * 40 + [None] * 5, [1] * 85, [0.9] * 85, tmp_path)["fairness"].scores
    assert scores["demographic_parity_difference[slice=group]"].n == 80
    assert "5 samples are of no group" in scores["demographic_parity_difference[slice=group]"].note


def test_a_rate_of_0_everywhere_has_no_ratio(tmp_path: Path) -> None:
    scores = _scored(["a", "b"] * 40, [1, 0] * 40, [0.1] * 80, tmp_path)["fairness"].scores
    assert scores["demographic_parity_ratio[slice=group]"].note == "the rate is 0 in every group"


def test_a_class_and_a_slice_that_are_not_there_are_refused_before_a_case(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"positive: expected one of no, yes, but got 'yess'; did you mean 'yes'"):
        _scored(["a", "b"], [1, 0], [0.9, 0.1], tmp_path, positive="yess")
    with pytest.raises(UserError, match=r"its data have no slice 'grup': they have group; did you mean 'group'"):
        _scored(["a", "b"], [1, 0], [0.9, 0.1], tmp_path, groups="grup")


def _found(shares: Sequence[float], sizes: Sequence[int], measure: Any, draws: int = 400) -> list[Any]:
    rng = np.random.default_rng(1)
    drawn = [
        {str(at): share_of(rng.random(n) < share) for at, (share, n) in enumerate(zip(shares, sizes, strict=True))}
        for _ in range(draws)
    ]
    return [measure(each, 0.95) for each in drawn]


@pytest.mark.parametrize(
    ("shares", "sizes"),
    [
        ((0.3, 0.4), (300, 300)),
        ((0.05, 0.15), (200, 200)),
        ((0.3, 0.3, 0.3, 0.4), (200,) * 4),
        ((0.2, 0.2), (200, 200)),
    ],
)
def test_at_the_bound_a_gate_passes_or_fails_by_chance_in_few_draws(
    shares: Sequence[float], sizes: Sequence[int]
) -> None:
    """5 % and two Monte-Carlo errors of 400 draws."""
    gap, low_ratio = max(shares) - min(shares), min(shares) / max(shares)
    gaps, ratios = _found(shares, sizes, difference), _found(shares, sizes, ratio)
    wrong = [
        np.mean([each.high <= gap for each in gaps]),
        np.mean([each.low > gap for each in gaps]),
        np.mean([each.low >= low_ratio for each in ratios]),
        np.mean([each.high < low_ratio for each in ratios]),
    ]
    assert max(wrong) <= 0.05 + 2 * (0.05 * 0.95 / 400) ** 0.5


def test_bounds_enclose_the_value_and_one_value_has_none() -> None:
    rng = np.random.default_rng(0)
    for shares in rng.random((50, 3)):
        groups = {str(at): share_of(rng.random(40) < share) for at, share in enumerate(shares)}
        found = difference(groups, 0.95)
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high
        of = ratio(groups, 0.95)
        assert of is None or of.low is None or of.high is None or of.low <= of.value <= of.high
    assert difference({"a": mean_of(np.ones(1)), "b": mean_of(np.zeros(9))}, 0.95).low is None
