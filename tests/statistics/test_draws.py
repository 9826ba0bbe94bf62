"""Rows of resamples are those of one generator, however many are drawn at a time, kept or not."""

from __future__ import annotations

import numpy as np
import pytest

from harness.statistics import draws
from harness.statistics.draws import MAX_RESAMPLED_ROWS, resampled_rows


@pytest.mark.parametrize(("n", "resamples"), [(1, 3), (7, 100), (2500, 60), (20_001, 5), (70_000, 4)])
@pytest.mark.parametrize("kept", [True, False])
def test_blocks_are_the_draws_of_one_generator(
    n: int, resamples: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not kept:
        monkeypatch.setattr(draws, "MOST_KEPT", 0)
    rng, drawn = np.random.default_rng(3), min(n, MAX_RESAMPLED_ROWS)
    wanted = [rng.integers(0, n, drawn) for _ in range(resamples)]
    assert np.array_equal(np.concatenate(list(resampled_rows(n, 3, resamples))), wanted)


def test_who_writes_into_a_block_changes_nobodys_draws() -> None:
    first = np.concatenate(list(resampled_rows(50, 1, 20)))
    for block in resampled_rows(50, 1, 20):
        block[:] = 0
    assert np.array_equal(np.concatenate(list(resampled_rows(50, 1, 20))), first)
