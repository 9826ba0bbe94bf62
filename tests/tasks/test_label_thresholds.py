"""The task `multilabel` with thresholds: fixed, by label, or chosen on another set; every number is scikit-learn's."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

import harness
from harness import Run, UserError
from harness.reports import Tagged, worst_samples
from harness.runs.again import decide_again

LABELS = ["hate", "kind"]
THRESHOLD: dict[str, Any] = {"hate": 0.3, "kind": 0.7}


@pytest.fixture(autouse=True)
def _there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def model(texts: list[str]) -> list[list[float]]:
    """Reads its answer from the text."""
    return [[float(each) for each in text.split()] for text in texts]


def rows(seed: int, n: int = 60) -> list[dict[str, Any]]:
    """Labels that a threshold other than one half finds best."""
    chance, found = Random(seed), []
    for _ in range(n):
        applies = [chance.random() < 0.4 for _ in LABELS]
        sure = [round(min(max(chance.gauss(0.45 if each else 0.2, 0.12), 0.01), 0.99), 2) for each in applies]
        labels = [label for label, each in zip(LABELS, applies, strict=True) if each]
        found.append({"text": " ".join(map(str, sure)), "label": labels})
    return found


def ran(threshold: Any, sets: dict[str, list[dict[str, Any]]], **task: Any) -> Run:
    data = []
    for name, lines in sets.items():
        Path(f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        data.append({"use": "files", "path": f"{name}.jsonl"})
    tasks = [{"use": "multilabel", "threshold": threshold, **task}]
    suite = {"model": {"use": "given", "labels": LABELS, "output": "labels"}, "data": data, "tasks": tasks}
    return harness.run(suite, model=model, progress=False, resamples=20)


def as_arrays(lines: list[dict[str, Any]]) -> tuple[Any, Any]:
    truth = np.array([[label in line["label"] for label in LABELS] for line in lines])
    return truth, np.array(model([line["text"] for line in lines]))


def expected(lines: list[dict[str, Any]], thresholds: list[float]) -> dict[str, float]:
    metrics = pytest.importorskip("sklearn.metrics")
    truth, probabilities = as_arrays(lines)
    given = probabilities >= np.array(thresholds)
    recalls, f1 = metrics.recall_score(truth, given, average=None), metrics.f1_score(truth, given, average="macro")
    named = {f"recall[class={label}]": value for label, value in zip(LABELS, recalls, strict=True)}
    return {**named, "f1": f1, "subset_accuracy": metrics.accuracy_score(truth, given)}


@pytest.mark.parametrize(
    ("threshold", "values"), [(0.3, [0.3, 0.3]), (THRESHOLD, [0.3, 0.7]), ({"kind": 0.2}, [0.5, 0.2])]
)
def test_scores_at_given_thresholds_are_scikit_learns(threshold: Any, values: list[float]) -> None:
    lines = rows(1)
    run = ran(threshold, {"test": lines})
    found = run["multilabel"]
    for address, value in expected(lines, values).items():
        assert found[address] == pytest.approx(value)
    assert [found[f"threshold[class={label}]"].value for label in LABELS] == values
    tags = {record.sample: record.payload.tags for record in run.records("multilabel", Tagged) if record.payload}
    texts = {sample["id"]: sample["input"] for sample in run.samples}
    assert all(
        tags[id_] == [label for label, each, at in zip(LABELS, model([text])[0], values, strict=True) if each >= at]
        for id_, text in texts.items()
    )


def test_thresholds_of_the_largest_f1_on_another_set_decide_on_this_one() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    test, dev = rows(1), rows(2)
    gates = {"subset_accuracy": {"min": 0.1}, "subset_accuracy[data=dev]": {"min": 0.1}}
    run = ran({"on": "dev"}, {"test": test, "dev": dev}, gates=gates)
    found, (truth, probabilities) = run["multilabel"], as_arrays(dev)
    values = [float(found[f"threshold[class={label}]"]) for label in LABELS]
    for at, value in enumerate(values):
        candidates = sorted(set(probabilities[:, at]))
        best = max(metrics.f1_score(truth[:, at], probabilities[:, at] >= each) for each in candidates)
        assert metrics.f1_score(truth[:, at], probabilities[:, at] >= value) == pytest.approx(best)
        assert value < 0.5
    for address, value in expected(test, values).items():
        assert found[address] == pytest.approx(value)
    assert [gate.verdict for gate in run.gates] == ["pass", "undecided"]
    assert "chosen on these very samples" in run.gates[1].note


def test_findings_and_worst_samples_are_of_the_chosen_thresholds() -> None:
    run = ran({"on": "dev"}, {"test": rows(1), "dev": rows(2)})
    wrong = sum(
        record.finding is not None and record.sample.startswith("test/") for record in run.records("multilabel")
    )
    assert wrong / 60 == pytest.approx(1 - run["multilabel"].subset_accuracy)
    assert worst_samples(run, "multilabel/subset_accuracy")


def test_gates_are_decided_again_as_they_were() -> None:
    run = ran({"on": "dev"}, {"test": rows(1), "dev": rows(2)}, gates={"subset_accuracy": {"min": 0.1}})
    verdicts, scores = decide_again(run, "fail", None)
    assert verdicts.verdict == run.verdict
    assert {at: each.value for at, each in scores.items()} == {at: each.value for at, each in run.scores.items()}


@pytest.mark.parametrize(("on", "names"), [("other", ["test", "dev"]), ("test", ["test"])])
def test_a_set_that_is_not_there_is_refused_before_a_case_runs(on: str, names: list[str]) -> None:
    with pytest.raises(UserError, match=rf"there is no data set '{on}'"):
        ran({"on": on}, {name: rows(1) for name in names})


def test_where_no_case_of_the_set_was_measured_the_scores_say_so() -> None:
    broken = [{**line, "text": "no number"} for line in rows(2, 5)]
    run = ran({"on": "dev"}, {"test": rows(1), "dev": broken})
    assert run.verdict == "error"
    assert "no case of the data set 'dev' was measured" in run.scores["multilabel/scores"].note


def test_a_label_that_the_model_has_not_is_refused_before_a_case_runs() -> None:
    with pytest.raises(UserError, match="there is no label 'hat'"):
        ran({"hat": 0.3}, {"test": rows(1)})


def test_runs_whose_thresholds_are_chosen_do_not_compare() -> None:
    run = ran({"on": "dev"}, {"test": rows(1), "dev": rows(2)})
    with pytest.raises(UserError, match="chosen on other samples of each run"):
        harness.compare(run.folder, run.folder)
