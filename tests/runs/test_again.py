"""Scores and verdicts of a finished run, computed again from its records: those of the run, whatever it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from refusals import refused

import harness
from harness.runs.comparing import decided_again
from harness.runs.info import scores_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project

STRESS = {"use": "stress", "perturbations": ["change_case"], "severities": [1, 5]}
EXPLAIN = {"use": "explain", "explainers": ["leave_one_out"]}
TEXTS = [f"text {at}" for at in range(24)]


@pytest.fixture
def finished(project: Project) -> Project:
    """A project with a finished run in `out`."""
    project.finish("out")
    return project


def _shares(texts: Any) -> list[list[float]]:
    return [[(len(str(text)) + at) % 7 / 10, 1 - (len(str(text)) + at) % 7 / 10] for at, text in enumerate(texts)]


def _flaky(texts: Any) -> list[list[float]]:
    if any(str(text).endswith("7") for text in texts):
        raise ValueError("no sevens")
    return _shares(texts)


RUNS: dict[str, Callable[[], Any]] = {
    "classes": lambda: harness.evaluate(
        _shares, (TEXTS, [0, 1] * 12), ["classification", STRESS, EXPLAIN], labels=["no", "yes"], resamples=20
    ),
    "errors": lambda: harness.run(
        {
            "model": {"use": "given", "labels": ["no", "yes"]},
            "data": {"use": "given"},
            "max_errors": 5,
            "tasks": [{"use": "classification", "gates": {"accuracy": {"min": 0.4}, "f1": {"max": 0.9}}}],
        },
        model=_flaky,
        data=(TEXTS, ["no", "yes"] * 12),
        resamples=20,
    ),
    "values": lambda: harness.evaluate(
        lambda texts: [len(text) / 3 for text in texts],
        (TEXTS, [at / 7 for at in range(24)]),
        ["regression", STRESS],
        output="value",
        resamples=20,
    ),
    "labels": lambda: harness.evaluate(
        lambda texts: [[0.7, 0.2, len(text) / 10] for text in texts],
        (TEXTS, [["a"], ["a", "c"], [], ["b", "c"]] * 6),
        ["multilabel"],
        labels=["a", "b", "c"],
        output="labels",
        resamples=20,
    ),
    "rows": lambda: harness.evaluate(
        lambda rows: [[row["x"] / 30, 1 - row["x"] / 30] for row in rows],
        [{"x": at, "y": "left", "label": ("no", "yes")[at % 2]} for at in range(24)],
        ["classification"],
        labels=["no", "yes"],
        kind="row",
        resamples=20,
    ),
}


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.usefixtures("project")
def test_scores_and_decisions_computed_again_are_those_of_the_run(name: str) -> None:
    run = RUNS[name]()
    verdicts, scores = decided_again(run, "fail")
    assert scores_json(scores) == scores_json(run.scores)
    assert (list(verdicts.decisions), verdicts.verdict) == (run.gates, run.verdict)


def test_several_sets_are_scored_again_with_their_drops(project: Project) -> None:
    project.write("other.jsonl", (project.folder / "dev.jsonl").read_text().replace("good", "bad"))
    project.edit(
        "quick.yaml",
        "{use: files, path: dev.jsonl}",
        "[{use: files, path: dev.jsonl, limit: 15}, {use: files, path: other.jsonl}]",
    )
    run = harness.run("quick.yaml", progress=False)
    assert "classification/accuracy_drop[data=other]" in run.scores
    assert decided_again(run, "fail")[1] == run.scores


def _changed(project: Project, name: str, change: Callable[[Any], object]) -> None:
    """Change a file of a run, and whatever checksum would show it."""
    project.write("out/run.json", json.dumps({**project.read("out/run.json"), "files": {}}))
    content = project.read(name)
    replaced = change(content)
    project.write(name, json.dumps(replaced if isinstance(replaced, list) else content))


def test_a_verdict_that_was_written_by_hand_is_not_repeated(finished: Project) -> None:
    said = finished.harness("gate", "out", "--json").json
    _changed(finished, "out/gates.json", lambda gates: gates[0].update(value=0.01, low=0.0, high=0.02, verdict="fail"))
    _changed(finished, "out/scores.json", lambda scores: scores["classification/accuracy"].update(value=0.01))
    _changed(finished, "out/run.json", lambda info: info["tasks"]["attack"].update(errors=9))
    assert finished.harness("gate", "out", "--json").json == said


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("gates.json", lambda gates: [], "gates.json: expected the 1 gates of the suite"),
        ("gates.json", lambda gates: gates[0].update(bound=0.1), "gates.json: expected the 1 gates of the suite"),
        ("scores.json", lambda scores: scores.update({"other/x": scores.popitem()[1]}), "of the suite's tasks only"),
        ("run.json", lambda info: info["data"][0].update(samples=3), "expected 3 samples, but got 20"),
        ("run.json", lambda info: info["tasks"].pop("attack"), "task 'attack': expected its facts"),
        ("run.json", lambda info: info.update(labels=["a", "b"]), "is the truth of no sample of this run"),
        ("run.json", lambda info: info.update(output="value"), "is the truth of no sample of this run"),
        (
            "run.json",
            lambda info: info["suite"]["tasks"][1].update(use="nothing", name="attack"),
            "no task is called 'nothing'",
        ),
    ],
)
def test_a_run_that_contradicts_itself_decides_nothing(
    finished: Project, name: str, change: Callable[[Any], object], message: str
) -> None:
    _changed(finished, f"out/{name}", change)
    refused(finished.harness("gate", "out"), message)


@pytest.mark.parametrize("name", ["gates.json", "scores.json", "samples.parquet", "records/attack.parquet"])
def test_a_run_without_one_of_its_files_decides_nothing(finished: Project, name: str) -> None:
    (finished.folder / "out" / name).unlink()
    assert finished.harness("gate", "out").code == 2


def test_records_of_other_types_are_an_error_with_words(finished: Project) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    path = finished.folder / "out/records/classification.parquet"
    table = parquet.read_table(path)
    names = pa.array([{"predicted": "x", "probabilities": "many"}] * len(table))
    _changed(finished, "out/run.json", lambda info: None)
    parquet.write_table(table.set_column(table.column_names.index("payload"), "payload", names), path)
    refused(finished.harness("gate", "out"), "out: its records cannot be scored: ", "run its suite again")


STRANGER = """
from dataclasses import dataclass
from harness import Score, Task, predict

@dataclass
class Length:
    size: int

def session(sample, rng):
    yield from predict([sample.input])
    return Length(len(sample.input))

def score(records, scoring):
    sizes = [record.payload.size for record in records]
    return [Score("longest", max(sizes), min(sizes), max(sizes), len(sizes))] if sizes else []

def length(*, unit: str = "characters"):
    return Task(parts={"": lambda model: session}, payload=Length, score=score)
"""


def test_a_strangers_task_is_scored_again_and_no_model_is_loaded(project: Project) -> None:
    project.install("tasks", "length", "stranger_task:length", STRANGER)
    project.edit("quick.yaml", "tasks:\n", "tasks:\n  - {use: length, gates: {longest: {min: 10}}}\n")
    assert project.harness("run", "quick.yaml", "--out", "out").code == 0
    project.write("toy.py", "raise SystemExit('the model was loaded')\n")
    called = project.harness("gate", "out", "--json")
    assert (called.code, called.json["gates"]) == (0, project.read("out/gates.json"))
    assert called.json["scores"]["length/longest"]["value"] >= 10


def test_own_modules_named_by_a_run_directory_are_not_imported(finished: Project) -> None:
    assert Path("toy.py").exists()
    Path("toy.py").write_text("open('ran', 'w')\n")
    assert (finished.harness("gate", "out").code, Path("ran").exists()) == (0, False)
