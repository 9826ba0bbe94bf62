"""Rows in the order of time, suite by suite; what changed between runs; which scores are followed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from past_runs import past

from harness import UserError
from harness.history.history import history_of


def test_runs_stand_in_the_order_of_time_and_suites_apart(tmp_path: Path) -> None:
    past(tmp_path, "b", when="2026-01-01T10:00:00+00:00")
    past(tmp_path, "a", when="2026-01-01T11:30:00+02:00")  # which is earlier
    past(tmp_path, "deep/down/c", when="2026-01-03T00:00:00+00:00")
    past(tmp_path, "other", when="2026-01-02T00:00:00+00:00", suite="another")
    past(tmp_path, "no-day", when="some day")
    found = history_of(tmp_path)
    assert [(each.title, [run.folder for run in each.runs]) for each in found.groups] == [
        ("quick", ["no-day", "a", "b", "deep/down/c"]), ("another", ["other"])
    ]  # fmt: skip
    assert [each.folder for each in history_of(tmp_path / "a").groups[0].runs] == ["."]


def test_runs_under_one_name_with_other_labels_are_of_another_suite(tmp_path: Path) -> None:
    past(tmp_path, "a")
    past(tmp_path, "b", labels=["x", "y", "z"])
    past(tmp_path, "c", output="classes")
    assert [len(each.runs) for each in history_of(tmp_path).groups] == [1, 1, 1]


def test_what_changed_is_said_of_the_run_before(tmp_path: Path) -> None:
    def run(name: str, model: str = "m", data: str = "d", **info: Any) -> None:
        prints = {"suite": name, "model": model, "data": data}
        past(tmp_path, name, when=f"2026-01-0{name}T00:00:00+00:00", fingerprints=prints, **info)

    run("1", versions={"numpy": "1", "torch": "2"})
    run("2", versions={"numpy": "1", "torch": "2"})
    run("3", model="n", versions={"numpy": "2", "shap": "1"})
    run("4", model="n", data="e", versions={"numpy": "2", "shap": "1"}, bound=0.3)
    run("5", model="n", data="e")
    [group] = history_of(tmp_path).groups
    assert group.changes == [[], [], ["model", "numpy 1 → 2", "shap none → 1", "torch 2 → none"], ["data"], []]


def test_other_tasks_are_a_change_and_other_gates_are_none(tmp_path: Path) -> None:
    def suite(**task: Any) -> dict[str, Any]:
        return {"max_errors": 0, "tasks": [{"use": "attack", "name": "task", "attacks": ["a"], **task}]}

    for at, each in enumerate((suite(), suite(gates={"accuracy": {"min": 0.3}}, limit=3), suite(attacks=["b"]))):
        run = past(tmp_path, str(at), when=f"2026-01-0{at + 1}T00:00:00+00:00")
        info = json.loads((run / "run.json").read_text())
        (run / "run.json").write_text(json.dumps({**info, "suite": each}))
    assert history_of(tmp_path).groups[0].changes == [[], [], ["tasks"]]


def test_scores_with_a_gate_are_followed_unless_others_are_asked_for(tmp_path: Path) -> None:
    past(tmp_path, "a")
    assert history_of(tmp_path).groups[0].addresses == ["task/accuracy"]
    for name in ("other", "task/other"):
        assert history_of(tmp_path, [name]).groups[0].addresses == ["task/other"]
    assert history_of(tmp_path, ["other", "accuracy"]).groups[0].addresses == ["task/accuracy", "task/other"]
    past(tmp_path, "b", suite="none", files={"gates.json": []})
    assert history_of(tmp_path).groups[-1].addresses == ["task/accuracy", "task/other"]
    with pytest.raises(
        UserError, match=r"no run here has a score 'acuracy': expected one of .*did you mean 'accuracy'"
    ):
        history_of(tmp_path, ["acuracy"])


def test_what_is_no_row_is_left_out_with_a_word(tmp_path: Path) -> None:
    past(tmp_path, "good")
    past(tmp_path, "edited").joinpath("scores.json").write_text("{")
    past(tmp_path, "old", format=1)
    past(tmp_path, "lost").joinpath("gates.json").unlink()
    past(tmp_path, "shape", files={"run.json": "[]"})
    past(tmp_path, "deep-json", files={"run.json": "[" * 100_000})
    past(tmp_path, "binary").joinpath("run.json").write_bytes(b"\xff\x00")
    past(tmp_path, "summed", checksum="no")
    past(tmp_path, "no-tasks", tasks={"x": 3})
    (tmp_path / "empty").mkdir()
    (tmp_path / "is-a-folder" / "run.json").mkdir(parents=True)
    (tmp_path / "it.baseline").write_text("mine")
    found = history_of(tmp_path)
    assert [run.folder for group in found.groups for run in group.runs] == ["good"]
    words = {each.folder: each.why for each in found.left_out}
    names = "edited old lost shape deep-json binary summed no-tasks is-a-folder it.baseline"
    assert words.keys() == set(names.split())
    assert "expected a run of format 2, but got 1" in words["old"]
    assert "expected a baseline" in words["it.baseline"]
    assert "checksum does not fit" in words["summed"]


@pytest.mark.parametrize("state", ["running", "interrupted", "stopped"])
def test_a_run_that_did_not_finish_is_a_row_without_scores(tmp_path: Path, state: str) -> None:
    run = past(tmp_path, "a", state=state, verdict=None, finished=None, started="2026-01-01T00:00:00+00:00", why="full")
    (run / "scores.json").unlink()
    [row] = history_of(tmp_path).groups[0].runs
    assert (row.state, row.verdict, row.scores, row.when[:10], row.why) == (state, None, {}, "2026-01-01", "full")


def test_without_runs_there_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected runs, folders with a run\.json, but it has none"):
        history_of(tmp_path)
    with pytest.raises(UserError, match="there is no such folder"):
        history_of(tmp_path / "nowhere")


def test_a_baseline_file_is_a_row_that_changes_nothing(project: Any) -> None:
    project.finish("runs/1")
    assert project.harness("accept", "runs/1", "--to", "runs/it.baseline").code == 0
    [group] = history_of(project.folder / "runs").groups
    kept = next(each for each in group.runs if each.kind == "baseline")
    assert (kept.state, kept.verdict, kept.folder) == ("released", "pass", "it.baseline")
    run = next(each for each in group.runs if each.kind == "run")
    assert {name: kept.prints[name] for name in ("tasks", "model")} == {
        name: run.prints[name] for name in ("tasks", "model")
    }
    assert kept.scores["classification/accuracy"].value == pytest.approx(run.scores["classification/accuracy"].value)
    assert group.changes == [[], []]
