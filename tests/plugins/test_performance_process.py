"""Start-up and memory of processes begun anew, the size of a model's files, and what another machine means."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness_performance.measured import Measured
from harness_performance.parts import size_of

import harness
from harness import Run
from harness.baselines.run_side import RunSide
from harness.forecasts.forecast import forecast
from harness.own.locate import import_folders
from harness.records.hardware import elsewhere, hardware, machine_of
from harness.runs.load import check, load
from harness.suite.file import load_suite

MODEL = """
import os, sys, time
print("loaded")  # on stdout, which is the process's way to report
HELD = bytearray(int(os.environ.get("HELD", "0")))
labels = ["no", "yes"]
time.sleep(float(os.environ.get("SLOW", "0")))

def model(texts):
    if os.environ.get("BROKEN") == str(len(texts)):
        raise ValueError("it is broken")
    return [[0.5, 0.5] for _ in texts]

model.labels = labels
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "own_timed_model.py").write_text(MODEL, encoding="utf-8")
    rows = [{"text": " ".join(["w"] * (at % 7 + 1)), "label": "no"} for at in range(10)]
    (tmp_path / "dev.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    task = {"use": "performance", "batch_sizes": [1, 3], "starts": 2, "calls": 4}
    content = {
        "model": {"use": "python", "object": "own_timed_model:model"},
        "data": {"use": "files", "path": "dev.jsonl"},
        "tasks": [task],
    }
    (tmp_path / "timed.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return tmp_path / "timed.yaml"


def _run(suite: Path, name: str = "run", **settings: Any) -> Run:
    return harness.run(suite, out=suite.parent / name, progress=False, **settings)


def _measured(run: Run) -> list[Measured]:
    return [each.payload for each in run.records("performance", Measured) if each.payload]


def test_a_process_of_its_own_loads_the_model_and_answers(suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _run(suite)
    monkeypatch.setenv("SLOW", "1.5")
    monkeypatch.setenv("HELD", str(200_000_000))
    second = _run(suite, "heavy")
    started = [each.startup or 0.0 for each in _measured(second) if each.startup is not None]
    assert len(started) == 2
    assert min(started) > 1.5
    assert second.scores["performance/startup"] == pytest.approx(sum(started) / 2)
    assert second.scores["performance/peak_memory"] - first.scores["performance/peak_memory"] == pytest.approx(200, 0.2)
    assert "no path" in first.scores["performance/size"].note
    assert "performance/peak_gpu_memory" not in first.scores


@pytest.mark.parametrize("rows", ["1", "3"])
def test_a_process_that_fails_is_an_error_with_its_last_words(
    rows: str, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROKEN", rows)
    run = _run(suite, max_errors=100)
    errors = [each.error for each in run.records("performance", Measured) if each.part == "process"]
    assert all(error and "it is broken" in error for error in errors)
    assert len(errors) == 2


def test_the_forecast_counts_every_call_of_every_part(suite: Path) -> None:
    checked = check(load_suite(suite))
    with import_folders(suite.parent):
        [found] = forecast(load(checked), 0.0).tasks
    assert (found.cases, found.questions, found.unique) == (10, 10, 10)
    assert found.tokens == 4 * (1 + 3) + 2 * 1


def test_a_run_and_its_baseline_know_their_machine(suite: Path, tmp_path: Path) -> None:
    run = _run(suite)
    machine = RunSide(run).head.machine
    assert machine == machine_of(hardware("cpu"))
    assert {"processor", "cores", "threads", "device"} <= machine.keys()
    path = harness.accept(run, tmp_path / "timed.baseline")
    assert json.loads(path.read_text().split("\n== scores")[0].partition("\n")[2])["machine"] == machine


def test_times_of_another_machine_decide_no_gate_on_changes_and_sizes_do(suite: Path, tmp_path: Path) -> None:
    path = harness.accept(_run(suite), tmp_path / "timed.baseline")
    other = _moved_to_another_machine(path)
    gates = {"latency_p50[batch=1]": {"rise": 1000}, "peak_memory": {"rise": 1000}}
    task = {"use": "performance", "batch_sizes": [1, 3], "starts": 2, "calls": 4, "gates": gates}
    here, there = (
        _run(suite, name, tasks=[task], baseline=baseline) for name, baseline in (("here", path), ("there", other))
    )
    assert [gate.verdict for gate in here.gates][1:] == ["pass"]
    time, memory = there.gates
    assert time.verdict == "undecided"
    assert "processor Other, here" in time.note
    assert memory.verdict == "pass"
    assert there.verdict != "pass"


def _moved_to_another_machine(path: Path) -> Path:
    """The baseline as if another processor had made it."""
    from harness.baselines.file import SEALING
    from harness.records.sealed import sealed

    text = SEALING.read(path)
    head, mark, rest = text.partition("== scores")
    first, _, content = head.partition("\n")
    known = json.loads(content)
    known["machine"]["processor"] = "Other"
    moved = f"{first}\n{json.dumps(known, indent=1, sort_keys=True)}\n{mark}{rest}"
    other = path.with_name("other.baseline")
    other.write_text(sealed(moved), encoding="utf-8")
    return other


def test_a_machine_is_another_one_by_what_decides_how_fast_it_is() -> None:
    here = machine_of(hardware("cpu"))
    assert elsewhere(here, here) == ""
    assert "threads 64, here" in elsewhere({**here, "threads": "64"}, here)
    assert "nobody knows" in elsewhere({}, here)
    assert machine_of(replace(hardware("cpu"), processor="", threads=None)) == {}


def test_the_size_is_that_of_the_files_a_spec_names_without_hidden_ones(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint"
    (folder / ".cache").mkdir(parents=True)
    (folder / "weights.bin").write_bytes(b"0" * 2_000_000)
    (folder / ".cache" / "more").write_bytes(b"0" * 1_000_000)
    (folder / "config.json").write_bytes(b"0" * 500_000)
    assert size_of({"use": "any", "path": folder, "copy": folder / "config.json"}) == 2.5
    assert size_of({"use": "any", "path": tmp_path / "gone"}) is None
    assert size_of({"use": "any", "path": "a-hub/id"}) is None
    assert size_of(None) is None
