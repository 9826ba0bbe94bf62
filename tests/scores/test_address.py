"""The address of a score: written and read back, whatever a label is called."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import UserError
from harness.scores.address import ADDRESS_KEYS, local_address, parse_local

anything = st.text(st.characters(codec=None), max_size=12)
awkward = st.text(st.sampled_from(list('[],=" \\\n\tpart\u00e9\u2028\ud83d\ude00')), max_size=8)
COMBINATIONS = [chosen for size in range(len(ADDRESS_KEYS) + 1) for chosen in combinations(ADDRESS_KEYS, size)]


@pytest.mark.parametrize("keys", COMBINATIONS, ids=",".join)
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_an_address_is_read_back_as_it_was_written(keys: tuple[str, ...], data: st.DataObject) -> None:
    values = {key: data.draw(anything | awkward, label=key) for key in keys}
    written = local_address("robust_accuracy", values)
    assert parse_local(written) == ("robust_accuracy", values)
    assert parse_local(f"  {written}\n") == ("robust_accuracy", values)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(ADDRESS_KEYS), anything | awkward), min_size=2, max_size=4))
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
