"""What a run is planned to ask, and which samples of long tasks run first."""

from __future__ import annotations

import pytest
from conftest import Project

from harness.progress.remaining import Part, Remaining
from harness.runs import planned
from harness.runs.planned import LONG_COST, MANY_CASES, PILOTS, with_pilots


def test_a_long_task_runs_a_few_samples_beside_all_others_first() -> None:
    parts = {
        ("classification", ""): Part([LONG_COST] * 10, once=True),
        ("attack", "deepwordbug"): Part([LONG_COST**0.5] * 3),
        ("stress", "typos"): Part([2.0] * MANY_CASES),
        ("explain", "lime"): Part([2.0] * (MANY_CASES - 1)),
    }
    tasks = [task for task, _ in parts]
    waves = list(with_pilots(iter([dict.fromkeys(tasks, (0, None))]), Remaining(parts)))
    assert waves == [
        {"classification": (0, None), "attack": (0, PILOTS), "stress": (0, PILOTS), "explain": (0, None)},
        {"attack": (PILOTS, None), "stress": (PILOTS, None)},
    ]


def test_waves_of_a_task_that_may_end_early_stay_as_they_are() -> None:
    left = Remaining({("attack", ""): Part([LONG_COST] * 64)})
    looks = [{"attack": (0, 32)}, {"attack": (32, 64)}]
    assert list(with_pilots(iter(looks), left)) == looks


def test_what_runs_first_changes_no_score(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.harness("run", "quick.yaml", "--out", "whole", "--quiet")
    monkeypatch.setattr(planned, "MANY_CASES", 1)
    project.harness("run", "quick.yaml", "--out", "waves", "--quiet")
    assert project.read("waves/scores.json") == project.read("whole/scores.json")
    whole, waves = (project.read(f"{name}/run.json") for name in ("whole", "waves"))
    assert waves["tasks"]["attack"]["engine"][""]["asked"] == whole["tasks"]["attack"]["engine"][""]["asked"]
