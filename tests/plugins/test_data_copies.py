"""Copies: equal and nearly equal inputs, in a set and between it and a train."""

from __future__ import annotations

import string
from random import Random

import numpy as np
import pytest
from harness_data.copies import Indexed
from harness_data.shingles import jaccard, near_earlier, near_other, signatures
from harness_data.written import Equality
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import Sample

EQUALITY = Equality()


def indexed(texts: list[str], truths: list[int] | None = None, near: float = 0.8) -> Indexed:
    truths = [0] * len(texts) if truths is None else truths
    samples = [Sample(str(at), text, truth) for at, (text, truth) in enumerate(zip(texts, truths, strict=True))]
    return Indexed(samples, EQUALITY, near, 5)


def words(rng: Random, count: int) -> str:
    return " ".join("".join(rng.choices(string.ascii_lowercase, k=5)) for _ in range(count))


def test_duplicates_are_rows_beyond_the_first_of_equal_input_and_label() -> None:
    found = indexed(["a b", "c", "A  B", "a b", "c"], [0, 0, 0, 1, 0]).copies()
    assert found.duplicate.tolist() == [-1, -1, 0, -1, 1]
    assert found.conflict.tolist() == [3, -1, 3, 0, -1]


@pytest.mark.parametrize(
    ("one", "other", "ignored"),
    [("A b", "a B", "case"), ("a  b\n", "a b", "space"), ("\uff41 \ufb01", "a fi", "unicode")],
)
def test_what_equal_texts_may_differ_in_is_chosen(one: str, other: str, ignored: str) -> None:
    others = {"case", "space", "unicode"} - {ignored}
    assert Equality().key(one) == Equality().key(other)
    assert Equality(others).key(one) != Equality(others).key(other)  # type: ignore[arg-type]


def test_texts_of_a_pair_are_not_run_together() -> None:
    assert EQUALITY.key({"a": "x y", "b": "z"}) != EQUALITY.key({"a": "x", "b": "y z"})


def test_jaccard_is_that_of_sets_of_shingles() -> None:
    one, other = {"abc", "bcd"}, {"bcd", "cde"}
    assert jaccard("abcd", "bcde", 3) == len(one & other) / len(one | other)


def test_pairs_that_are_near_are_found_as_by_comparing_all() -> None:
    rng = Random(3)
    texts = [words(rng, 12) for _ in range(150)]
    for _ in range(350):
        parts = rng.choice(texts).split(" ")
        parts[rng.randrange(len(parts))] = words(rng, 1)
        texts.append(" ".join(parts))
    texts = list(dict.fromkeys(texts))
    near = near_earlier(signatures(texts, 0.6, 5), 0.6)
    all_pairs = [any(jaccard(text, earlier, 5) >= 0.6 for earlier in texts[:at]) for at, text in enumerate(texts)]
    missed = [at for at, is_near in enumerate(all_pairs) if is_near and near.of[at] < 0]
    assert len(missed) <= 0.02 * sum(all_pairs)
    assert sum(all_pairs) > 200
    for at in np.flatnonzero(near.of >= 0):
        assert near.of[at] < at
        assert near.similarity[at] == jaccard(texts[at], texts[near.of[at]], 5) >= 0.6


def test_a_near_copy_is_found_beside_a_crowd_in_its_bucket() -> None:
    texts = [f"the same long beginning of a text that goes on and on, {at}" for at in range(3000)]
    near = near_earlier(signatures(texts, 0.8, 5), 0.8)
    assert (near.of[1:] >= 0).all()


@pytest.mark.parametrize("text", ["", "a", "\0", "\ud800", "\U0001f600" * 3])
def test_short_and_odd_texts_are_one_shingle(text: str) -> None:
    near = near_other(signatures([text], 0.8, 5), signatures(["something else", text], 0.8, 5), 0.8)
    assert near.of.tolist() == [1]


@settings(deadline=None, max_examples=50)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=30))
def test_an_equal_text_of_another_set_is_as_near_as_can_be(texts: list[str]) -> None:
    found = signatures(texts, 0.8, 5)
    near = near_other(found, found, 0.8)
    assert (near.similarity == 1).all()


def test_planted_leaks_are_all_found_and_nothing_else() -> None:
    rng = Random(7)
    train = [words(rng, 20) for _ in range(1000)]
    exact = [text.upper() + " " for text in train[:200]]
    nearly = [text.replace(text.split(" ")[4], "other", 1) for text in train[200:400]]
    fresh = [words(rng, 20) for _ in range(300)]
    equal, near = indexed([*exact, *nearly, *fresh]).overlap(indexed(train))
    assert near is not None
    assert equal.tolist() == [*range(200), *[-1] * 500]
    assert near.of.tolist() == [*[-1] * 200, *range(200, 400), *[-1] * 300]


def test_a_text_equal_to_another_of_its_set_is_not_near_it() -> None:
    near = indexed(["one text of some length", "one text of some length", "one text of some lengths"]).copies().near
    assert near is not None
    assert near.of.tolist() == [-1, -1, 0]
