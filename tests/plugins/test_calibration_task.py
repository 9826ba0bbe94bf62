"""The task `calibration`: its scores beside those of others, what is out of scope, and what nobody can know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness_calibration.scores import Wanted
from plugins.test_selective import drawn

import harness
from harness import RecordTable, Run, ScoringContext, UserError
from harness.reports import Classified

LABELS = ["a", "b", "c", "d", "e"]


class Table:
    """A model that answers what is written for a number."""

    labels: Sequence[str]

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __call__(self, texts: list[str]) -> Any:
        return [self.rows[int(text.split()[-1])] for text in texts]


def _data(labels: Any, start: int = 0) -> list[dict[str, Any]]:
    return [{"text": f"number {at}", "label": LABELS[label]} for at, label in enumerate(labels, start)]


def _written(path: Path, labels: Any, start: int = 0) -> dict[str, str]:
    path.write_text("\n".join(map(json.dumps, _data(labels, start))), encoding="utf-8")
    return {"use": "files", "path": str(path)}


def _run(folder: Path, rows: Any, data: Any, labels: list[str] = LABELS, **parameters: Any) -> Run:
    gates = parameters.pop("gates", {})
    task = {"use": "calibration", "gates": gates, **parameters}
    return harness.evaluate(Table(rows), data, [task], labels=labels, out=folder / "run", progress=False)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    labels, given = drawn()
    return _run(tmp_path_factory.mktemp("calibration"), given.tolist(), _data(labels), ood={"class": "e"})


def test_scores_of_all_samples_are_those_of_scikit_learn(run: Run) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    labels, given = drawn()
    scores = run["calibration"]
    assert float(scores["accuracy"]) == pytest.approx((given.argmax(axis=1) == labels).mean())
    assert float(scores["log_loss"]) == pytest.approx(metrics.log_loss(labels, given, labels=range(5)))
    assert float(scores["aurc"]) == pytest.approx(0.38208638297559233, abs=1e-9)  # torch-uncertainty 0.13.0
    assert float(scores["accuracy_at_coverage@0.8"]) == pytest.approx(0.534375)
    assert scores["accuracy_at_coverage@0.8"].n == 320


def test_what_is_out_of_scope_is_told_apart_by_the_surest_class_in_scope(run: Run) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    labels, given = drawn()
    sure, scores = given[:, :4].max(axis=1), run["calibration"]
    assert float(scores["ood_auroc"]) == pytest.approx(metrics.roc_auc_score(labels != 4, sure))
    taken = given[labels == 4].argmax(axis=1)
    assert float(scores["ood_accepted"]) == pytest.approx((taken != 4).mean())
    row = [float(scores[f"ood_taken[class={label}]"]) for label in LABELS]
    confusion = metrics.confusion_matrix(labels, given.argmax(axis=1))[4]
    assert row == pytest.approx(list(confusion / confusion.sum()))
    assert sum(row[:4]) == pytest.approx(float(scores["ood_accepted"]))


def test_the_temperature_of_one_half_mends_the_other(run: Run) -> None:
    scores = run["calibration"]
    assert (scores["temperature"].low or 0.0) > 1.5
    assert scores["scaled_log_loss"] < scores["held_out_log_loss"]
    assert scores["scaled_ece"] < scores["held_out_ece"]
    assert scores["temperature"].n + scores["scaled_ece"].n == 400
    assert 0.8 < scores["lac_coverage@0.9"] < 0.98
    assert scores["lac_set_size@0.9"].n == scores["scaled_ece"].n


def test_a_set_of_its_own_is_out_of_scope(tmp_path: Path) -> None:
    labels, given = drawn()
    outside = [[0.24, 0.2, 0.19, 0.19, 0.18]] * 40
    files = [_written(tmp_path / "inside.jsonl", labels), _written(tmp_path / "outside.jsonl", [0] * 40, start=400)]
    suite = {"model": {"use": "python", "object": "m:p"}, "data": files,
             "tasks": [{"use": "calibration", "ood": {"data": "outside"}}]}  # fmt: skip
    model = Table([*given.tolist(), *outside])
    model.labels = LABELS
    scores = harness.run(suite, model=model, out=tmp_path / "run", progress=False)["calibration"]
    assert float(scores["ood_auroc"]) == 1.0
    assert float(scores["ood_fpr95"]) == 0.0
    assert scores["ood_accepted"].value is None
    assert "no class for what is out of scope" in scores["ood_accepted"].note
    assert not [each for each in scores.scores if "data=outside" in each]


@pytest.mark.parametrize(
    ("ood", "words"),
    [
        ({"class": "f"}, "expected a label of the model's, or `{data: NAME}` .* but got 'f'"),
        ({"data": "elsewhere"}, "there is no data set 'elsewhere'"),
        ({"set": "b"}, "expected `{class: LABEL}` or `{data: NAME}`"),
    ],
)
def test_what_cannot_be_out_of_scope_is_refused(tmp_path: Path, ood: dict[str, str], words: str) -> None:
    labels, given = drawn(20)
    with pytest.raises(UserError, match=words):
        _run(tmp_path, given.tolist(), _data(labels), ood=ood)


def test_one_class_alone_decides_nothing(tmp_path: Path) -> None:
    _, given = drawn(60)
    gates = {"ece": {"max": 1.0}, "aurc": {"max": 1.0}, "temperature": {"min": 0.0}}
    run = _run(tmp_path, given.tolist(), _data([2] * 60), gates=gates)
    assert {each.verdict for each in run.gates} == {"undecided"}
    assert "every sample is of class 'c'" in str(run.gates[0])


def test_three_samples_decide_nothing(tmp_path: Path) -> None:
    given = [[0.5, 0.2, 0.1, 0.1, 0.1], [0.1, 0.6, 0.1, 0.1, 0.1], [0.3, 0.2, 0.2, 0.2, 0.1]]
    run = _run(tmp_path, given, _data([0, 1, 2]), gates={"ece": {"max": 1.0}, "aurc": {"max": 0.9}})
    assert {each.verdict for each in run.gates} == {"undecided"}
    assert "3 samples are too few" in str(run.gates[0])
    assert "are needed" in run["calibration"]["lac_coverage@0.9"].note


def test_a_model_that_answers_classes_has_an_accuracy_and_says_why_it_has_no_more(tmp_path: Path) -> None:
    def decided(texts: list[str]) -> list[str]:
        return ["a" for _ in texts]

    data, tasks = _data([0, 1, 0, 1]), [{"use": "calibration"}]
    run = harness.evaluate(decided, data, tasks, labels=LABELS, output="classes", out=tmp_path / "run", progress=False)
    assert float(run["calibration"]["accuracy"]) == 0.5
    assert "this model answers classes" in run["calibration"]["aurc"].note


def test_answers_that_are_all_as_sure_or_all_certain_decide_nothing(tmp_path: Path) -> None:
    same = [[0.6, 0.1, 0.1, 0.1, 0.1]] * 40
    run = _run(tmp_path / "same", same, _data([0, 1] * 20), gates={"accuracy_at_coverage@0.8": {"min": 0.1}})
    assert "equally sure" in str(run.gates[0])
    certain = [[1.0, 0, 0, 0, 0]] * 40
    run = _run(tmp_path / "certain", certain, _data([0, 1] * 20), gates={"ece": {"max": 1.0}})
    assert "`output: classes`" in str(run.gates[0])


def test_answers_of_exactly_one_leave_the_temperature_undecided(tmp_path: Path) -> None:
    labels, given = drawn(200)
    rows = [[float(at == row.argmax()) for at in range(5)] if row.max() > 0.95 else row.tolist() for row in given]
    run = _run(tmp_path, rows, _data(labels), gates={"temperature": {"min": 0.5}, "aurc": {"max": 1.0}})
    assert [each.verdict for each in run.gates] == ["undecided", "pass"]
    assert "answers are exactly 1" in str(run.gates[0])


def test_a_gate_on_another_coverage_is_refused_before_a_run(tmp_path: Path) -> None:
    labels, given = drawn(20)
    with pytest.raises(UserError, match=r"accuracy_at_coverage@0\.8"):
        _run(tmp_path, given.tolist(), _data(labels), gates={"accuracy_at_coverage@0.9": {"min": 0.5}})


def test_twice_the_same_share_is_refused(tmp_path: Path) -> None:
    labels, given = drawn(20)
    with pytest.raises(UserError, match="coverages: expected different shares"):
        _run(tmp_path, given.tolist(), _data(labels), coverages=[0.5, 0.5])


def test_runs_pair_by_what_their_scores_are_means_of(run: Run) -> None:
    labels, _ = drawn()
    scoring = ScoringContext(LABELS, {row["id"]: LABELS.index(row["label"]) for row in run.samples})
    table = RecordTable.of(run.records("calibration", Classified), Classified)
    found = Wanted([0.8], [0.05], [0.9]).outcomes(table, scoring)
    for name in ("accuracy", "log_loss", "brier", "aurc", "excess_aurc"):
        assert np.mean([*found[name].values()]) == pytest.approx(float(run["calibration"][name]), abs=1e-9)
    assert len(found["aurc"]) == len(labels)


def test_values_alone_are_scored_for_pairs_of_runs(run: Run) -> None:
    scoring = ScoringContext(LABELS, {row["id"]: LABELS.index(row["label"]) for row in run.samples}, float("nan"))
    table = RecordTable.of(run.records("calibration", Classified), Classified)
    found = {score.local: score for score in Wanted([0.8], [0.05], [0.9], "e").scores(table, scoring)}
    assert {name: score.value for name, score in found.items()} == {
        name: pytest.approx(float(run["calibration"][name])) for name in found
    }
