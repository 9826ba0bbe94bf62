"""Calibration against devices whose cost is known, and a memory of it that nothing can poison."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.engine.capacity import Capacity, calibrated, measured_capacity


def device(call: float, token: float, busy: int = 0) -> tuple[list[tuple[int, int]], object]:
    asked: list[tuple[int, int]] = []

    def seconds(rows: int, tokens: int) -> float:
        asked.append((rows, tokens))
        return call + token * max(rows * tokens, busy)

    return asked, seconds


def test_a_device_is_found_as_it_is() -> None:
    _, seconds = device(call=0.01, token=0.0003)
    found = measured_capacity(seconds)  # type: ignore[arg-type]
    assert found.budget == 512  # ten calls of 33 to 34 tokens, and the next power of two
    assert found.overhead == 512 // 16


def test_a_device_that_is_idle_under_small_batches_gets_large_ones() -> None:
    _, seconds = device(call=0.0, token=1e-6, busy=20_000)
    assert measured_capacity(seconds).budget >= 2**16  # type: ignore[arg-type]


def test_a_slow_device_is_not_made_to_wait_for_more() -> None:
    now = [0.0]

    def seconds(rows: int, tokens: int) -> float:
        now[0] += 0.01 * rows * tokens
        return 0.01 * rows * tokens

    assert measured_capacity(seconds, clock=lambda: now[0]).budget == 256
    assert now[0] < 20


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory")])
def test_memory_that_runs_out_bounds_the_budget(error: Exception) -> None:
    def seconds(rows: int, tokens: int) -> float:
        if rows * tokens > 1024:
            raise error
        return 1.0 + 1e-6 * rows * tokens

    assert measured_capacity(seconds).budget == 1024


def test_another_error_while_measuring_is_met() -> None:
    def seconds(rows: int, tokens: int) -> float:
        raise RuntimeError("the model is broken")

    with pytest.raises(RuntimeError, match="the model is broken"):
        measured_capacity(seconds)


def test_it_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "deep" / "er"))
    calls: list[int] = []
    first = calibrated("a", lambda rows, tokens: calls.append(rows))
    assert calls
    calls.clear()
    assert calibrated("a", lambda rows, tokens: calls.append(rows)) == first
    assert calls == []
    calibrated("b", lambda rows, tokens: calls.append(rows))
    assert calls
    assert set(json.loads((tmp_path / "deep/er/calibration.json").read_text())) == {"a", "b"}


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"a": 1}', '{"a": {"budget": -4, "overhead": 1}}', '{"a": {"budget": 1e99, "overhead": 1}}',
     '{"a": {"budget": "x", "overhead": 1}}', '{"a": {"budget": 8, "overhead": 9}}'],
)  # fmt: skip
def test_a_file_that_makes_no_sense_is_measured_again(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    (tmp_path / "calibration.json").write_text(content)
    calls: list[int] = []
    calibrated("a", lambda rows, tokens: calls.append(rows))
    assert calls


def test_a_folder_that_cannot_be_written_only_costs_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "file" / "below"))
    assert isinstance(calibrated("a", lambda rows, tokens: None), Capacity)
