"""A score compares, subtracts, formats and hashes as its value."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from harness import Score, UserError
from harness.scores.score import mean, share, undefined
from harness.statistics.exact import clopper_pearson
from harness.statistics.intervals import mean_bounds


def test_a_share_has_the_exact_interval_and_a_mean_the_bootstrap_ts() -> None:
    assert asdict(share("accuracy", 8, 10, 0.95)) == asdict(Score("accuracy", 0.8, *clopper_pearson(8, 10), 10))
    values = np.array([1.0, 2.0, 6.0])
    interval = mean_bounds(values, seed=3)
    assert interval is not None
    expected = Score("queries", 3.0, *interval, 3, {"part": "pwws"})
    assert asdict(mean("queries", values, 0.95, 3, part="pwws")) == asdict(expected)


def test_without_cases_a_score_is_undefined_and_says_why() -> None:
    assert asdict(share("recall", 0, 0, 0.95, class_="a")) == asdict(
        Score("recall", None, None, None, 0, {"class": "a"}, "no case to count")
    )
    assert mean("queries", np.empty(0), 0.95, 0).note == "no case to average"
    assert undefined("f1", "why", part="p").local == "f1[part=p]"


HALF, ALL, NONE = Score("f1", 0.5, None, None, 4), Score("accuracy", 1.0, 0.9, 1.0, 9), undefined("f1", "no case")


def test_a_score_equals_what_its_value_equals() -> None:
    assert HALF == 0.5 == HALF
    assert 1 == ALL == Score("f1", 1.0, None, None, 4)
    assert HALF != ALL
    assert HALF not in {1.0, "0.5", None}
    assert np.float64(0.5) == HALF == pytest.approx(0.5 + 1e-9)
    assert hash(HALF) == hash(0.5)


def test_an_undefined_score_equals_nothing_and_has_a_hash() -> None:
    missing = undefined("f1", "no case")
    for other in (missing, NONE, None, 0.0, HALF):
        assert not missing == other  # noqa: SIM201  # `!=` is a method of its own
        assert missing != other
    assert len({NONE, undefined("f1", "no case"), HALF}) == 3


def test_a_score_subtracts_and_formats_as_its_value() -> None:
    found: list[Any] = [ALL - HALF, ALL - 0.25, 0.75 - HALF, np.float64(0.75) - HALF]
    assert found == [0.5, 0.75, 0.25, 0.25]
    assert {type(each) for each in found[:3]} == {float}
    assert (f"{HALF:.3f}", f"{ALL:.0%}") == ("0.500", "100%")
    assert f"{HALF}" == str(HALF) == repr(HALF) == "<f1 0.500, n 4>"
    assert repr(replace(HALF, note="rough", doubt="it changed 0 of 9")) == "<f1 0.500, n 4, rough, it changed 0 of 9>"
    assert repr(replace(HALF, note="few", doubt="few")) == "<f1 0.500, n 4, few>"
    with pytest.raises(TypeError, match="not supported between instances of 'float' and 'str'"):
        assert HALF < "1"  # type: ignore[operator]


@pytest.mark.parametrize(
    "use",
    [
        lambda: NONE < 1,
        lambda: NONE >= HALF,
        lambda: HALF > NONE,
        lambda: HALF <= NONE,
        lambda: NONE - 0.1,
        lambda: 0.1 - NONE,
        lambda: HALF - NONE,
        lambda: f"{NONE:.3f}",
        lambda: float(NONE),
    ],
)
def test_an_undefined_score_neither_orders_nor_subtracts_nor_formats(use: Any) -> None:
    with pytest.raises(UserError, match="f1 has no value: no case"):
        use()
    assert f"{NONE}" == "<f1 undefined, n 0, no case>"
