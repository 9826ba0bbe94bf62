"""Random texts, ids and labels through classification, stress, attack and explanation: nothing fails or is lost."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from benchmarks.hostile import through


@pytest.mark.parametrize(
    ("seed", "texts"), [(0, 25), *(pytest.param(seed, 400, marks=pytest.mark.slow) for seed in range(1, 6))]
)
def test_any_text_goes_through_every_task(tmp_path: Path, seed: int, texts: int) -> None:
    found = through.block(Random(seed), tmp_path / "run", texts)
    assert {what for what in found if not what.endswith(": valid")} == set()
    assert found["stress: valid"] == texts * len(through.PERTURBATIONS) * len(through.SEVERITIES)
    assert found["attack: valid"] == min(texts, through.ATTACKED)
    assert found["explain: valid"] == min(texts, through.EXPLAINED)


def test_what_is_lost_would_be_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(through, "encodable", lambda text: text + "!")
    assert through.block(Random(0), tmp_path / "run", 5)["texts: silently other text or id"] == 5
