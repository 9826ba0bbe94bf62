"""Slices that are clearly worse than the whole are named, few of them, and no other."""

from __future__ import annotations

from dataclasses import replace

from harness.scores.score import Score, share
from harness.slicing.worse import worse_slices


def scores(*found: Score) -> dict[str, Score]:
    return {score.local: score for score in found}


def of(value: str, right: int, n: int, name: str = "accuracy") -> Score:
    return share(name, right, n, 0.95, slice=value)


WHOLE = share("accuracy", 900, 1000, 0.95)


def test_only_those_whose_interval_lies_below_that_of_all_samples_are_named_the_farthest_first() -> None:
    found = worse_slices(
        scores(WHOLE, of("a:x", 60, 100), of("a:y", 85, 100), of("b:z", 50, 100), of("a:v", 99, 100)), 3
    )
    assert [score.keys["slice"] for score, _ in found] == ["b:z", "a:x"]
    assert all(whole is WHOLE for _, whole in found)


def test_there_are_no_more_than_one_asks_for() -> None:
    many = [of(f"a:{at}", 50 - at, 100) for at in range(6)]
    assert [score.keys["slice"] for score, _ in worse_slices(scores(WHOLE, *many), 3)] == ["a:5", "a:4", "a:3"]


def test_where_less_is_better_the_slices_above_are_named() -> None:
    whole = share("flip_rate", 100, 1000, 0.95)
    found = scores(whole, of("a:x", 50, 100, "flip_rate"), of("a:y", 0, 100, "flip_rate"))
    assert [score.keys["slice"] for score, _ in worse_slices(found, 3)] == ["a:x"]


def test_one_score_of_a_slice_is_named_and_none_that_is_doubted_or_of_which_nobody_knows_the_way() -> None:
    f1, queries = share("f1", 900, 1000, 0.95), share("queries", 900, 1000, 0.95)
    found = [of("a:x", 60, 100), of("a:x", 60, 100, "f1"), of("a:x", 60, 100, "queries")]
    assert len(worse_slices(scores(WHOLE, f1, queries, *found), 3)) == 1
    doubted = replace(of("a:x", 6, 10), doubt="a:x has 10 samples")
    assert worse_slices(scores(WHOLE, doubted, queries, found[2]), 3) == []


def test_gaps_and_the_worst_are_no_slices() -> None:
    gap = Score("accuracy", 0.1, 0.05, 0.2, 100, {"slice": "a"})
    assert worse_slices(scores(WHOLE, gap), 3) == []
