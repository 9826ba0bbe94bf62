"""`harness plan`: what it says a run will ask is what the run asks, or near it."""

from __future__ import annotations

import pytest
from conftest import Project, dataset

from harness.forecasts import forecast


def written(project: Project, rows: int = 60) -> None:
    """More rows than a wave takes, and an attack on many of them."""
    project.write("dev.jsonl", dataset(rows))
    project.edit("quick.yaml", "limit: 6", "limit: 40")


def test_what_is_planned_is_what_the_run_asks(project: Project) -> None:
    written(project)
    planned = project.harness("plan", "quick.yaml", "--json").json
    project.harness("run", "quick.yaml", "--out", "out")
    info = project.read("out/run.json")
    for task in planned["tasks"]:
        asked = info["tasks"][task["task"]]["engine"][""]
        assert task["cases"] == info["tasks"][task["task"]]["cases"]
        assert task["questions"] / 2 <= asked["asked"] <= task["questions"] * 2
        assert task["unique"] / 2 <= asked["unique"] <= task["unique"] * 2
        assert task["failed"] == 0
    assert planned["tasks"][0]["questions"] == 60
    assert planned["memory"] > 0


def test_nothing_is_written(project: Project) -> None:
    before = {path.name for path in project.folder.iterdir()}
    called = project.harness("plan", "quick.yaml")
    assert called.code == 0
    assert "cases that were tried" in called.out
    assert {path.name for path in project.folder.iterdir()} - before <= {"__pycache__"}


def test_few_samples_are_tried(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    written(project)
    monkeypatch.setattr(forecast, "SAMPLES_AFTER_WAVE", (1, 2))
    planned = project.harness("plan", "quick.yaml", "--json").json
    assert [task["tried"] for task in planned["tasks"]] == [2, 2]


def test_cases_that_fail_are_said(project: Project) -> None:
    project.edit("toy.py", "asked.extend(texts)", "raise ValueError('broken')")
    called = project.harness("plan", "quick.yaml")
    assert called.code == 0
    assert "probed cases failed; its estimate is less reliable" in called.out


def test_what_there_is_no_time_for_is_not_known(project: Project) -> None:
    called = project.harness("plan", "quick.yaml", "--for", "0")
    assert called.code == 0
    assert called.out.count("?") == 8
    assert "at least 0.0 s" in called.out
    assert project.harness("plan", "quick.yaml", "--for", "0", "--json").json["at_least"]


def test_a_case_is_left_in_its_midst_and_what_it_asked_is_a_lower_bound(project: Project) -> None:
    project.edit("toy.py", "asked.extend(texts)", "__import__('time').sleep(0.5)")
    planned = project.harness("plan", "quick.yaml", "--for", "2", "--json")
    known = {task["task"]: task for task in planned.json["tasks"]}
    assert known["attack"]["at_least"]
    assert known["attack"]["tried"] == 0
    assert known["attack"]["questions"] >= known["attack"]["cases"]
    assert "trying attack on 1 of 6 samples of each part" in planned.err


def test_the_samples_tried_are_spread_over_all() -> None:
    assert sorted(forecast.spread(range(1000))) == list(range(1000))
    for first in (8, 16, 32):
        thirds = [at // 334 for at in forecast.spread(range(1000))[:first]]
        assert all(abs(thirds.count(third) - first / 3) <= 2 for third in range(3))


ENCODER = "class Encoder:\n    def embed(self, texts):\n        return [[len(text), 1.0] for text in texts]\n"


def test_what_an_encoder_is_asked_for_a_slice_is_planned(project: Project) -> None:
    written(project)
    project.write("encoders.py", f"{ENCODER}encoder = Encoder()\n")
    project.edit("quick.yaml", "tasks:", 'models: {encoder: {use: python, object: "encoders:encoder"}}\ntasks:')
    project.edit("quick.yaml", "data: {", "data: {slices: {weak: {segments: {embeddings: encoder}}}, ")
    called = project.harness("plan", "quick.yaml", "--json")
    assert called.code == 0, called.err
    planned = called.json
    [of_slice] = [task for task in planned["tasks"] if task["task"] == "slice weak"]
    project.harness("run", "quick.yaml", "--out", "out")
    assert of_slice["questions"] == project.read("out/run.json")["engine"]["encoder"]["asked"] == 60
