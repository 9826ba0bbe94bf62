"""How much explanations agree: against scipy, over words whatever the units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.stats
from by_hand import by_address
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Record, ScoringContext
from harness.reports import Explained
from harness.statistics.agreement import rank_correlation, top_agreement
from harness.tasks.agreement import agreement_scores

weights = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=20)


def record(part: str, sample: str, units: list[str], values: list[float], explained: str = "yes") -> Record[Any]:
    return Record("explain", part, sample, "ok", None, 1, Explained(units, values, explained, 0.9, 0.1, 0.1))


@settings(max_examples=50, deadline=None)
@given(weights, st.randoms(use_true_random=False))
def test_rank_correlation_is_spearmans(first: list[float], rng: Any) -> None:
    second = rng.sample(first, len(first))
    ours = rank_correlation(np.array(first), np.array(second))
    if len(set(first)) == 1:
        assert np.isnan(ours)
    else:
        assert ours == pytest.approx(scipy.stats.spearmanr(first, second).statistic, abs=1e-12)


@given(weights)
def test_an_explanation_agrees_with_itself(values: list[float]) -> None:
    assert top_agreement(np.array(values), np.array(values)) == 1
    assert top_agreement(np.array(values), -np.array(values)) <= 1


def test_top_agreement_is_the_share_of_top_words_in_common() -> None:
    first, second = np.array([9, 8, 1, 0, 0, 0, 0, 0.0]), np.array([9, 0, 1, 8, 0, 0, 0, 0.0])
    assert top_agreement(first, second) == 1 / 2  # a quarter of eight words: {0, 1} and {0, 3}


def test_one_word_is_no_agreement() -> None:
    assert np.isnan(top_agreement(np.array([3.0]), np.array([5.0])))


def test_agreement_is_the_mean_over_pairs_of_explainers() -> None:
    units = ["a ", "b ", "c "]
    records = [
        record("x", "1", units, [3, 2, 1]),
        record("y", "1", units, [3, 2, 1]),
        record("z", "1", units, [1, 2, 3]),
        record("x", "2", units, [3, 2, 1]),
        record("y", "2", units, [3, 1, 2], explained="no"),
    ]
    found = by_address(agreement_scores(records, ScoringContext([], {}), ["x", "y", "z"]))
    assert found["agreement[part=x~y]"].value == pytest.approx(1)
    assert found["agreement[part=x~y]"].n == 1  # the other sample was explained for another class
    assert found["agreement"].value == pytest.approx((1 - 1 - 1) / 3)
    assert found["top_agreement"].value == pytest.approx(1 / 3)


def test_one_explainer_agrees_with_nobody() -> None:
    assert agreement_scores([record("x", "1", ["a"], [1])], ScoringContext([], {}), ["x"]) == []


def test_a_constant_explanation_has_no_ranks() -> None:
    records = [record("x", "1", ["a ", "b"], [1, 1.5]), record("y", "1", ["a ", "b"], [0, 0])]
    found = by_address(agreement_scores(records, ScoringContext([], {}), ["x", "y"]))
    assert (found["agreement"].value, found["top_agreement"].value) == (None, 0)


def test_words_of_other_columns_agree_with_nothing() -> None:
    """Of a pair, whose texts have as many words as each other by chance."""
    units, weights = ["a ", "b "], [1.0, 2.0]
    one, other = ([Explained(units, weights, "yes", 0.9, 0.1, 0.1, columns=[name])] for name in ("premise", "other"))
    records = [
        Record("explain", part, "1", "ok", None, 1, payload)
        for part, [payload] in (("x", one), ("y", other), ("z", one))
    ]
    found = by_address(agreement_scores(records, ScoringContext([], {}), ["x", "y", "z"]))
    assert found["agreement[part=x~y]"].value is None
    assert found["agreement[part=x~y]"].note.startswith("no input of which both weigh the same columns")
    assert found["agreement[part=x~z]"].value == pytest.approx(1)


def test_an_interval_ends_where_agreement_does() -> None:
    others = [[1, 2.0], [1, 2.0], [1, 2.0], [2.0, 1]]
    records = [
        record(part, str(at), ["a ", "b "], values)
        for at, other in enumerate(others)
        for part, values in (("x", [1, 2.0]), ("y", other))
    ]
    found = by_address(agreement_scores(records, ScoringContext([], {}), ["x", "y"]))
    assert found["agreement"].high == 1
    assert found["top_agreement"].high == 1
