"""Shortcut words: a planted one is found, one that only goes with a label is none, and few are found where none are."""

from __future__ import annotations

import numpy as np
import pytest
from harness_calibration.shortcuts import Half, Shortcut, confirmed, misled


def _drawn(seed: int, n: int, *, planted: bool) -> tuple[Half, Half]:
    """Two halves of samples: words r0.. go with the true label, and a fifth of the predictions is wrong anyhow."""
    rng = np.random.default_rng([seed, n])
    true = rng.integers(0, 2, n)
    words = [[f"w{at}" for at in np.flatnonzero(rng.random(60) < 0.08)] for _ in range(n)]
    for at in range(n):
        words[at] += [f"r{word}" for word in range(10) if rng.random() < (0.3 if true[at] == word % 2 else 0.05)]
    predicted = np.where(rng.random(n) < 0.2, 1 - true, true)
    for at in np.flatnonzero(rng.random(n) < 0.1).tolist() if planted else ():
        words[at].append("spielberg")
        predicted[at] = 1 if rng.random() < 0.9 else predicted[at]
    first = rng.random(n) < 0.5
    one, other = (
        Half.of(predicted[each], true[each], [words[at] for at in np.flatnonzero(each)]) for each in (first, ~first)
    )
    return one, other


def test_a_planted_word_is_found_and_named_with_its_class() -> None:
    found = [confirmed(*_drawn(seed, 2000, planted=True), 0.95) for seed in range(20)]
    assert all(any((each.word, each.label) == ("spielberg", 1) for each in some) for some in found)
    [first, *_] = found[0]
    assert first.word == "spielberg"
    assert first.predicted > first.true + 0.2


def test_words_that_go_with_a_label_are_no_shortcuts() -> None:
    found = [confirmed(*_drawn(seed, 1000, planted=False), 0.95) for seed in range(100)]
    assert np.mean([bool(some) for some in found]) <= 0.05 + 2 * (0.05 * 0.95 / 100) ** 0.5


def test_a_sample_is_misled_by_a_word_where_it_is_wrongly_given_its_class() -> None:
    predicted, true = np.array([1, 1, 0, 1] * 10), np.array([0, 1, 0, 0] * 10)
    half = Half.of(predicted, true, [["so"], ["so"], ["so"], []] * 10)
    found = Shortcut("so", 1, 2 / 3, 1 / 3, 30, 10, 20, 0.1)
    assert misled(half, [found]).tolist() == [True, False, False, False] * 10
    assert not misled(half, []).any()


def test_the_share_wrongly_given_a_class_is_counted_by_hand() -> None:
    predicted, true = np.array([1] * 20 + [0] * 30), np.array([1] * 5 + [0] * 45)
    half = Half.of(predicted, true, [["so"]] * 25 + [[]] * 25)
    seen = half.seen("so", 1)
    assert (seen.n, seen.wrongly, seen.others) == (25, 15, 20)
    assert seen.usual == pytest.approx(0.5 / 26)
    assert half.holds("so", 1, 0.95)
    assert not half.holds("so", 0, 0.95)
    assert not half.holds("else", 1, 0.95)
