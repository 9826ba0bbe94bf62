"""Tasks that end early, as a user meets them: fewer samples, and the same verdict however the run went."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.engine import loop
from harness.records.run import Run

SUITE = """\
model: {use: python, object: "graded:MODEL"}
data: {use: files, path: days.jsonl}
resamples: 50
stop: early
tasks:
  - {use: classification, metrics: [balanced_accuracy], gates: {accuracy: {min: 0.8}}}
  - use: stress
    perturbations: [keyboard_typos]
    severities: [2]
    gates: {"accuracy[part=keyboard_typos/2]": {max: 0.5}, worst_accuracy_drop: {min: 0.4}}
"""
MODEL = """
import os, zlib

def graded(wrong, broken=0):
    def predict(texts):
        print(len(texts), file=open(os.environ["ASKED"], "a")) if "ASKED" in os.environ else None
        chances = [0.9 if "good" in text else 0.1 for text in texts]
        if any(zlib.crc32(text.encode()) % 100 < broken for text in texts):
            raise ValueError("no")
        turned = [zlib.crc32(text.encode()) % 100 < wrong for text in texts]
        right = [1 - chance if each else chance for chance, each in zip(chances, turned)]
        return [[1 - chance, chance] for chance in right]
    predict.labels = ["negative", "positive"]
    return predict

predict, near, worse, broken = graded(2), graded(20), graded(40), graded(2, 6)
"""


@pytest.fixture
def early(project: Any) -> Any:
    words = [("bad", "negative"), ("good", "positive")]
    rows = [{"text": f"a {words[at % 2][0]} day {at}", "label": words[at % 2][1]} for at in range(400)]
    project.write("days.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("graded.py", MODEL)
    for name in ("predict", "near", "worse", "broken"):
        project.write(f"{name}.yaml", SUITE.replace("MODEL", name))
    return project


def run(project: Any, name: str, *options: str, code: int = 0) -> dict[str, Any]:
    called = project.harness("run", f"{name}.yaml", "--out", f"{name}-run", "--json", *options)
    assert called.code == code, called.err
    return dict(called.json)


def counted(project: Any, name: str) -> dict[str, tuple[int, int | None, int]]:
    info = json.loads((project.folder / f"{name}-run" / "run.json").read_text())
    return {title: (task["samples"], task["planned"], task["cases"]) for title, task in info["tasks"].items()}


def test_a_good_model_passes_after_few_samples(early: Any) -> None:
    found = run(early, "predict")
    assert [gate["verdict"] for gate in found["gates"]] == ["pass"] * 3
    assert [gate["n"] for gate in found["gates"]] == [64, 34, 34]  # of 64 samples the typos change 34
    assert counted(early, "predict") == {"classification": (64, 400, 64), "stress": (64, 400, 64)}
    again = early.harness("gate", "predict-run", "--json")
    assert (again.code, again.json["gates"]) == (0, found["gates"])
    notice = "classification: ended after 64 of 400 samples, its gates being decided; scores without a gate"
    assert notice in early.harness("gate", "predict-run").out


def test_a_bad_one_fails_after_few_and_one_at_its_bound_runs_to_the_end(early: Any) -> None:
    assert run(early, "worse", code=1)["gates"][0]["verdict"] == "fail"
    assert counted(early, "worse")["classification"] == (64, 400, 64)
    found = run(early, "near", "--undecided", "warn")
    assert (found["gates"][0]["verdict"], found["gates"][0]["note"]) == ("undecided", "its bounds hold at every look")
    assert counted(early, "near")["classification"] == (400, None, 400)


def test_the_model_is_asked_nothing_about_the_samples_that_are_not_needed(
    early: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASKED", str(early.folder / "asked"))
    run(early, "predict", "--set", "tasks.stress.stop=end", "--set", "tasks.stress.limit=10", "--undecided", "warn")
    asked = sum(map(int, (early.folder / "asked").read_text().split()))
    assert 64 <= asked < 64 + 60  # 10 samples in two versions, and 8 asked again for whether answers are steady


@pytest.mark.parametrize("window", [1, 7])
def test_the_verdict_is_the_same_however_many_sessions_live(
    early: Any, monkeypatch: pytest.MonkeyPatch, window: int
) -> None:
    first = run(early, "predict")
    defaults = loop.Engine.__init__.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "window", window)
    called = early.harness("run", "predict.yaml", "--out", "other", "--json")
    assert called.json["gates"] == first["gates"]
    tables = [Run(early.folder / name).records("stress") for name in ("predict-run", "other")]
    assert list(tables[0]) == list(tables[1])


def test_a_run_that_was_interrupted_in_a_wave_ends_where_it_would_have(early: Any) -> None:
    first = run(early, "predict")
    folder = early.folder / "predict-run"
    info = json.loads((folder / "run.json").read_text())
    called = early.harness("run", "predict.yaml", "--out", "cut", "--json", "--set", "timeout.run=0.000001")
    assert called.code == 3
    resumed = early.harness("run", "predict.yaml", "--out", "cut", "--resume", "--json")
    assert (resumed.code, resumed.json["gates"]) == (0, first["gates"])
    assert json.loads((early.folder / "cut" / "run.json").read_text())["tasks"]["stress"]["cases"] == 64
    assert info["state"] == "finished"


def test_a_change_is_decided_early_too_and_who_accepts_such_a_run_is_warned(early: Any) -> None:
    run(early, "predict")
    accepted = early.harness("accept", "predict-run", "--to", "days.baseline")
    assert "classification: ended early: only 64 of 400 samples can be compared with it" in accepted.err
    run(early, "predict", "--set", "stop=end", "--out", "whole")
    assert early.harness("accept", "whole", "--to", "days.baseline").code == 0
    gate = ("--set", "tasks.classification.gates.accuracy={drop: 0.05}", "--baseline", "days.baseline")
    found = early.harness("run", "predict.yaml", "--out", "same", "--json", *gate).json["gates"][0]
    assert (found["verdict"], found["value"]) == ("pass", 0)
    assert found["n"] < 200
    worse = early.harness("run", "worse.yaml", "--out", "worse", "--json", *gate)
    assert (worse.code, worse.json["gates"][0]["verdict"]) == (1, "fail")
    assert worse.json["gates"][0]["n"] <= 64
    again = early.harness("gate", "worse", "--json")
    assert again.json["gates"] == worse.json["gates"]


def test_errors_count_for_both_bounds_and_too_many_end_a_task(early: Any) -> None:
    found = run(early, "broken", code=1)
    assert counted(early, "broken")["classification"][0] == 32
    assert found["gates"][0]["note"].startswith("3 of 32 cases errored; max_errors is 0")
    called = early.harness("run", "broken.yaml", "--out", "some", "--json", "--set", "max_errors=30")
    gate = called.json["gates"][0]
    assert gate["verdict"] == "pass"
    least = run(early, "predict")["gates"][0]["low"]  # of as many samples, all of them right or wrong
    assert gate["low"] < least


def test_check_says_what_such_gates_decide(early: Any) -> None:
    called = early.harness("check", "predict.yaml", "--json")
    fixed = early.harness("check", "predict.yaml", "--set", "stop=end", "--json")
    one, other = (each.json["gates"][0] for each in (called, fixed))
    assert (one["exact"], other["exact"]) == (False, True)
    assert one["power_80"] > other["power_80"]
    assert "it may be decided after far fewer" in one["note"]


def test_a_suite_that_stops_at_something_else_is_refused(early: Any) -> None:
    called = early.harness("check", "predict.yaml", "--set", "stop=sometime")
    assert called.code == 2
    assert "stop: expected 'end' or 'early', but got 'sometime'" in called.err
