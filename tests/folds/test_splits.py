"""Folds against scikit-learn's splitters: how many of each class in each fold, groups whole, everything once."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.folds.splits import folds_of, training_of

selection = pytest.importorskip("sklearn.model_selection")


@given(st.lists(st.integers(0, 3), min_size=10, max_size=80), st.integers(2, 6), st.integers(0, 9))
def test_each_class_is_dealt_out_as_scikit_learn_allocates_it(classes: list[int], folds: int, seed: int) -> None:
    found = folds_of(classes, [""] * len(classes), len(classes), folds, seed)
    sizes = np.bincount(found, minlength=folds)
    assert sizes.max() - sizes.min() <= 1
    for each in set(classes):
        counts = np.bincount(found[np.array(classes) == each], minlength=folds)
        assert counts.max() - counts.min() <= 1
    if min(Counter(classes).values()) >= folds:
        theirs = selection.StratifiedKFold(folds).split(classes, classes)
        expected = sorted(sorted(Counter(np.array(classes)[test].tolist()).items()) for _, test in theirs)
        counts_of = [sorted(Counter(np.array(classes)[found == at].tolist()).items()) for at in range(folds)]
        assert sorted(len(dict(each)) for each in counts_of) == sorted(len(dict(each)) for each in expected)
        assert sorted(sum(dict(each).values()) for each in counts_of) == sorted(
            sum(dict(each).values()) for each in expected
        )


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 12)), min_size=30, max_size=90), st.integers(0, 5))
def test_a_group_is_never_torn_apart_and_folds_are_no_less_even_than_scikit_learns(
    rows: list[tuple[int, int]], seed: int
) -> None:
    classes, groups = [each for each, _ in rows], [f"g{group}" for _, group in rows]
    folds = 3
    if len(set(groups)) < folds:
        return
    found = folds_of(classes, groups, len(rows), folds, seed)
    for group in set(groups):
        assert len({int(at) for at, each in zip(found, groups, strict=True) if each == group}) == 1
    theirs = np.empty(len(rows), dtype=int)
    for at, (_, test) in enumerate(selection.StratifiedGroupKFold(folds).split(classes, classes, groups)):
        theirs[test] = at
    assert _unevenness(found, classes, folds) <= _unevenness(theirs, classes, folds) + 0.15


def _unevenness(found: np.ndarray, classes: list[int], folds: int) -> float:
    counts = np.array([[np.sum((found == at) & (np.array(classes) == each)) for each in set(classes)]
                       for at in range(folds)])  # fmt: skip
    return float((counts / counts.sum(axis=0)).std(axis=0).mean())


def test_samples_without_a_group_are_groups_of_one_and_without_classes_sizes_are_even() -> None:
    groups = ["a"] * 5 + [""] * 10
    found = folds_of(None, groups, 15, 3, 0)
    assert len(set(found[:5].tolist())) == 1
    assert sorted(np.bincount(found).tolist()) == [5, 5, 5]


def test_a_smaller_share_of_the_others_is_part_of_a_larger_one() -> None:
    held_out = folds_of(None, [""] * 100, 100, 5, 3)
    some, more, all_ = (training_of(held_out, 2, share, 3) for share in (0.1, 0.5, 1.0))
    assert (len(some), len(more), len(all_)) == (8, 40, 80)
    assert {*some} <= {*more} <= {*all_}
    assert not {*all_} & {*np.flatnonzero(held_out == 2)}


def test_a_seed_decides() -> None:
    one, again, other = (folds_of(None, [""] * 50, 50, 5, seed).tolist() for seed in (0, 0, 1))
    assert one == again != other
