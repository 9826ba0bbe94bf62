"""Speed against another model: ratios to a run and to a file, and two models timed call by call in turn."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

import harness
from harness import Run

ROWS = [{"text": " ".join(["word"] * (at % 9 + 1)) + f" {at}", "label": at % 2, "id": str(at)} for at in range(70)]
LATENCY, RATE = "latency_p50[batch=1]", "throughput[batch=1]"


def waiting(seconds: float) -> Any:
    def model(texts: list[str]) -> Any:
        time.sleep(seconds)
        return [[0.5, 0.5]] * len(texts)

    return model


def run(model: Any, out: Path, gates: Any = None, **options: Any) -> Run:
    task = {"use": "performance", "batch_sizes": [1], "starts": 0, "gates": gates or {}}
    return harness.evaluate(model, ROWS, [task], labels=["no", "yes"], out=out, progress=False, **options)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(waiting(0.005), tmp_path_factory.mktemp("ratio") / "old")


@pytest.mark.parametrize("kind", ["run", "file"])
def test_a_model_that_takes_four_times_as_long_fails_and_one_that_takes_as_long_passes(
    kind: str, old: Run, tmp_path: Path
) -> None:
    baseline = old.folder if kind == "run" else harness.accept(old, tmp_path / "old.baseline")
    gates = {LATENCY: {"ratio": 2}}
    [same] = run(waiting(0.005), tmp_path / "same", gates, baseline=baseline).gates
    latency, rate = run(waiting(0.02), tmp_path / "slow", {**gates, RATE: {"ratio": 0.9}}, baseline=baseline).gates
    assert same.value == pytest.approx(1, abs=0.3)
    assert same.verdict == "pass"
    assert latency.value == pytest.approx(4, abs=1)
    assert latency.verdict == "fail"
    assert rate.value is not None
    assert rate.value < 0.6
    assert "unpaired" not in same.note + latency.note + rate.note


def test_a_ratio_of_too_few_calls_is_undecided(old: Run, tmp_path: Path) -> None:
    gates = {"latency_p99[batch=1]": {"ratio": 3}}
    found = run(waiting(0.002), tmp_path / "new", gates, baseline=old.folder)
    [gate] = found.gates
    assert gate.verdict == "undecided"
    assert gate.low is None


def test_two_models_at_hand_are_timed_in_turn_sample_by_sample(tmp_path: Path) -> None:
    calls: list[tuple[str, str]] = []

    def noting(name: str) -> Any:
        def model(texts: list[str]) -> Any:
            calls.append((name, texts[0]))
            return [[0.5, 0.5]] * len(texts)

        return model

    found = run(noting("new"), tmp_path / "both", {LATENCY: {"ratio": 1000}}, against=noting("old"))
    timed = [each for each in calls if [each[1]] != [calls[0][1]]]  # but for the warm-up, which is on the first sample
    pairs = list(zip(timed[::2], timed[1::2], strict=True))
    assert len(pairs) == len(ROWS) - 1
    assert all({one[0], other[0]} == {"old", "new"} and one[1] == other[1] for one, other in pairs)
    assert len({one[0] for one, _ in pairs}) == 2
    assert [gate.verdict for gate in found.gates] == ["pass"]
