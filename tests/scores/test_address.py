"""The address of a score: written and read back, whatever a label is called."""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Score, UserError
from harness.scores.address import KEYS, local_address, parse_local
from harness.scores.intervals import bootstrap_mean, wilson
from harness.scores.score import mean, share, undefined

anything = st.text(st.characters(codec=None), max_size=12)
awkward = st.text(st.sampled_from(list('[],=" \\\n\tpart\u00e9\u2028\ud83d\ude00')), max_size=8)
COMBINATIONS = [chosen for size in range(len(KEYS) + 1) for chosen in combinations(KEYS, size)]


@pytest.mark.parametrize("keys", COMBINATIONS, ids=",".join)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_an_address_is_read_back_as_it_was_written(keys: tuple[str, ...], data: st.DataObject) -> None:
    values = {key: data.draw(anything | awkward, label=key) for key in keys}
    written = local_address("robust_accuracy", values)
    assert parse_local(written) == ("robust_accuracy", values)
    assert parse_local(f"  {written}\n") == ("robust_accuracy", values)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), anything | awkward), min_size=2, max_size=4))
def test_different_keys_have_different_addresses(keys: list[dict[str, str]]) -> None:
    different = {tuple(sorted(each.items())) for each in keys}
    assert len({local_address("f1", each) for each in keys}) == len(different)


@pytest.mark.parametrize(
    ("keys", "address"),
    [
        ({}, "recall"),
        ({"class": "very good"}, "recall[class=very good]"),
        ({"class": "b", "part": "ocr/3"}, "recall[part=ocr/3,class=b]"),
        ({"class": "a,b"}, 'recall[class="a,b"]'),
        ({"class": 'say "no"'}, r'recall[class="say \"no\""]'),
        ({"class": ""}, 'recall[class=""]'),
        ({"class": " x"}, 'recall[class=" x"]'),
        ({"class": "schön, ja"}, 'recall[class="schön, ja"]'),
    ],
)
def test_an_address_is_as_plain_as_its_values_allow(keys: dict[str, str], address: str) -> None:
    assert local_address("recall", keys) == address
    assert parse_local(address) == ("recall", keys)


def test_an_address_may_be_written_with_space_and_in_any_order_of_keys() -> None:
    assert parse_local("recall[class= b ,part=a]") == ("recall", {"class": "b", "part": "a"})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[part=a]",
        "recall[]",
        "recall[part]",
        "recall[part=]",
        "recall[part=a",
        "recall part=a]",
        "recall[part=a]]",
        "recall[part=a][class=b]",
        "recall[part=a,]",
        "recall[,part=a]",
        "recall[part=a,,class=b]",
        "recall[part=a,part=b]",
        "recall[colour=red]",
        'recall[class="a]',
        'recall[class=a"b]',
        'recall[class="a"b]',
        r'recall[class="\x"]',
        "recall[class=a=b]",
        "re call",
        "task/recall[part=a]",
    ],
)
def test_a_malformed_address_is_the_users_mistake(text: str) -> None:
    with pytest.raises(UserError, match="is not the address of a score: expected `score` or"):
        parse_local(text)


def test_a_share_has_wilsons_interval_and_a_mean_the_bootstraps() -> None:
    assert asdict(share("accuracy", 8, 10, 0.95)) == asdict(Score("accuracy", 0.8, *wilson(8, 10), 10))
    values = np.array([1.0, 2.0, 6.0])
    interval = bootstrap_mean(values, seed=3)
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
