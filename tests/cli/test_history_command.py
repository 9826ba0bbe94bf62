"""`harness history`: a table per suite, one JSON document, one page; nothing of it is a gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from past_runs import past

from harness.console.history import bars

if TYPE_CHECKING:
    from conftest import Project


def lines(project: Project, *options: str) -> list[str]:
    called = project.harness("history", "runs", *options)
    assert called.code == 0, called.err
    return [" ".join(line.split()) for line in called.out.splitlines()]


def test_a_suite_has_its_trends_and_a_line_per_run(project: Project) -> None:
    runs = project.folder / "runs"
    past(runs, "a", when="2026-01-01T00:00:00+00:00", versions={"numpy": "1"})
    past(runs, "b", accuracy=0.55, verdict="fail", bound=0.7, when="2026-01-02T00:00:00+00:00", versions={"numpy": "2"})
    (runs / "c").mkdir()
    (runs / "c" / "run.json").write_text("{}")
    found = lines(project)
    assert found[:3] == ["quick: 2 runs, the last one: fail", "model: python:toy:predict",
                         "versions of the last run: numpy 2"]  # fmt: skip
    assert "task/accuracy ▁█ 0.500 0.550 [0.400, 0.600] ≥ 0.7 ✕" in found
    assert "2026-01-02 00:00 b fail 0.550 ✕ numpy 1 → 2" in found
    assert found.index("2026-01-02 00:00 b fail 0.550 ✕ numpy 1 → 2") < found.index("2026-01-01 00:00 a pass 0.500")
    assert any(line.startswith("left out: c: ") for line in found)


def test_many_runs_have_the_newest_lines_and_the_rest_is_counted(project: Project) -> None:
    for at in range(25):
        past(project.folder / "runs", f"run-{at:02}", when=f"2026-01-{at + 1:02}T00:00:00+00:00")
    found = lines(project)
    assert sum(line.startswith("2026-01-") for line in found) == 20
    assert "and 5 older ones: --html and --json have all" in found
    [suite] = project.harness("history", "runs", "--json").json["suites"]
    assert len(suite["runs"]) == 25


def test_json_has_scores_gates_and_what_changed(project: Project) -> None:
    past(project.folder / "runs", "a", versions={"numpy": "1"})
    past(project.folder / "runs", "b", when="2026-01-02T00:00:00+00:00", versions={"numpy": "2"})
    found = project.harness("history", "runs", "--json", "--score", "other", "--score", "accuracy").json
    [suite] = found["suites"]
    last = suite["runs"][-1]
    assert (suite["scores"], last["changed"]) == (["task/accuracy", "task/other"], ["numpy 1 → 2"])
    assert last["scores"]["task/accuracy"] == {
        "value": 0.5, "low": 0.4, "high": 0.6, "n": 9,
        "gates": [{"kind": "min", "bound": 0.4, "verdict": "pass", "tier": "blocking"}],
    }  # fmt: skip


def test_a_real_folder_of_runs(project: Project) -> None:
    project.finish("runs/1")
    project.finish("runs/2")
    found = lines(project, "--html", "pages/history.html")
    assert found[0] == "quick: 2 runs, the last one: pass"
    assert (project.folder / "pages" / "history.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ("nowhere", "expected a folder of runs, but there is no such folder"),
        ("dev.jsonl", "expected a folder of runs"),
        (".", "expected runs, folders with a run.json, but it has none"),
        ("runs --score acuracy", "did you mean 'accuracy'"),
        ("runs --html runs", "cannot write the report to runs"),
    ],
)
def test_a_bad_call_is_2_and_a_sentence(project: Project, argv: str, words: str) -> None:
    if "runs" in argv:
        past(project.folder / "runs", "a")
    called = project.harness("history", *argv.split())
    assert (called.code, called.out) == (2, "")
    assert words in called.err


def test_hostile_words_write_on_no_line_of_their_own(project: Project) -> None:
    hostile = "::error::x\n\x1b[31m\u2028"
    past(project.folder / "runs", "a", suite=hostile, versions={"numpy": "1"}, when=hostile)
    past(project.folder / "runs", "b", suite=hostile, versions={hostile: hostile}, when="2026-01-02T00:00:00")
    called = project.harness("history", "runs")
    assert called.code == 0
    assert not [line for line in called.out.splitlines() if line.lstrip().startswith("::")]
    assert "\x1b" not in called.out


def test_bars_go_from_the_least_to_the_largest() -> None:
    assert (bars([0, 1, 0.5]), bars([2, 2]), bars([])) == ("▁█▄", "▄▄", "")
