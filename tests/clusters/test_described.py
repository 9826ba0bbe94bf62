"""Clusters in words: what their texts say and others do not, or a property of most of them."""

from __future__ import annotations

import numpy as np

from harness.clusters.described import alike

TOPICS = ["parcel courier", "refund card", "login password", "soup bread"]
TEXTS = [f"{TOPICS[at % 4]} please {at}" for at in range(400)]
POINTS = np.eye(4)[np.arange(400) % 4] + np.random.default_rng(0).normal(0, 0.01, (400, 4))


def test_a_cluster_is_described_by_the_words_that_others_have_not() -> None:
    found = alike(TEXTS, [""] * 400, POINTS, 40)
    assert found[0] == "texts like 'parcel' 'courier'" or found[0].startswith("texts like 'parcel' 'courier'\n")
    assert all("please" not in each for each in found)


def test_without_words_of_its_own_it_is_described_by_a_property_and_no_two_are_called_alike() -> None:
    texts = ["so it is"] * 400
    stated = ["has numbers" if at % 4 == 1 else "" for at in range(400)]
    found = alike(texts, stated, POINTS, 50)
    assert {each for each in found if "numbers" in each} == {"texts alike, most has numbers"}
    assert len({*found}) == 4


def test_too_few_texts_are_no_clusters() -> None:
    assert alike(TEXTS[:50], [""] * 50, POINTS[:50], 30) == [""] * 50
