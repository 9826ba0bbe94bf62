"""Weak segments: a planted one is confirmed on the half that did not find it, and noise is not."""

from __future__ import annotations

import numpy as np
import pytest

from harness.slicing.segments import _fisher, weak_segments

IDS = [str(at) for at in range(2000)]
REGIONS = {"region": {sample: f"r{int(sample) % 10}" for sample in IDS}}
SAID = {sample: "has numbers" if int(sample) % 3 else "no numbers" for sample in IDS}


def errors(rate_in_r3: float, seed: int = 0) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    return {each: float(rng.random() < (rate_in_r3 if REGIONS["region"][each] == "r3" else 0.1)) for each in IDS}


def test_a_planted_segment_is_confirmed_by_samples_of_the_other_half() -> None:
    found = weak_segments(errors(0.4), SAID, REGIONS, 30, 0.95)
    assert found[0].words == "region is r3"
    assert {REGIONS["region"][sample] for sample in found[0].samples} == {"r3"}
    assert 60 < len(found[0].samples) < 140
    assert found[0].error > 2 * found[0].others


def test_noise_is_seldom_confirmed() -> None:
    false = sum(bool(weak_segments(errors(0.1, seed), SAID, REGIONS, 30, 0.95)) for seed in range(60))
    assert false <= 60 * 0.05 + 2 * (60 * 0.05 * 0.95) ** 0.5


def test_a_segment_of_fewer_samples_than_a_gate_needs_is_none() -> None:
    assert weak_segments(errors(0.9), SAID, REGIONS, 150, 0.95) == []


def test_the_exact_p_is_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is the oracle")
    mask = np.arange(100) < 30
    wrong = (np.arange(100) % 3 == 0).astype(float)
    wrong[:12] = 1.0
    table = [[wrong[mask].sum(), (1 - wrong[mask]).sum()], [wrong[~mask].sum(), (1 - wrong[~mask]).sum()]]
    assert _fisher(mask, wrong) == pytest.approx(stats.fisher_exact(table, alternative="greater").pvalue)
