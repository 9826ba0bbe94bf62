"""The task `health`: models that are unsteady in each way, too sure, misnamed, constant or led by a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness_calibration.checked import Checked
from harness_calibration.health_scores import Steadiness

import harness
from harness import RecordTable, Run, ScoringContext

LABELS = ["bad", "good"]
WORDS = ["film", "plot", "song", "night"]
Rows = Callable[[list[str]], list[list[float]]]


def _data(n: int = 80) -> list[dict[str, Any]]:
    return [{"text": f"{at} {LABELS[at % 2]} {WORDS[at % 4]}" + " and" * (at % 5), "label": LABELS[at % 2]}
            for at in range(n)]  # fmt: skip


def _right(text: str) -> float:
    return 0.8 if "good" in text else 0.2


def _rows(chances: list[float]) -> list[list[float]]:
    return [[1 - each, each] for each in chances]


def _run(folder: Path, model: Any, data: Any = None, **parameters: Any) -> Run:
    gates = parameters.pop("gates", {})
    tasks = [{"use": "health", "gates": gates, **parameters}]
    data = _data() if data is None else data
    return harness.evaluate(model, data, tasks, labels=LABELS, out=folder / "run", progress=False)


def _steady(texts: list[str]) -> list[list[float]]:
    return _rows([_right(text) for text in texts])


class Drifting:
    """A model that answers a little more each time."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, texts: list[str]) -> list[list[float]]:
        self.calls += 1
        return _rows([_right(text) + 0.01 * (self.calls % 7) for text in texts])


def _crowded(texts: list[str]) -> list[list[float]]:
    return _rows([_right(text) + 0.01 * (len(texts) > 2) for text in texts])


def _placed(texts: list[str]) -> list[list[float]]:
    return _rows([_right(text) + 0.01 * (at > 1) for at, text in enumerate(texts)])


def _padded(texts: list[str]) -> list[list[float]]:
    longest = max(map(len, texts))
    return _rows([_right(text) + 0.001 * (longest - len(text)) for text in texts])


@pytest.mark.parametrize(
    ("model", "changed"),
    [
        (_steady, set()),
        (Drifting(), {"changes_again", "changes_in_batch", "changes_in_order", "changes_padded"}),
        (_crowded, {"changes_in_batch", "changes_in_order"}),
        (_placed, {"changes_in_order"}),
        (_padded, {"changes_in_batch", "changes_in_order", "changes_padded"}),
    ],
    ids=["steady", "drifting", "crowded", "placed", "padded"],
)
def test_an_answer_that_depends_on_more_than_its_input_is_noticed(
    tmp_path: Path, model: Rows, changed: set[str]
) -> None:
    scores = _run(tmp_path, model, asked=20)["health"]
    ways = {"changes_again", "changes_in_batch", "changes_in_order", "changes_padded"}
    assert {name for name in ways if float(scores[name]) > 0.5} == changed
    assert all(float(scores[name]) == 0 for name in ways - changed)
    assert float(scores["changes_decision"]) == 0
    assert scores["changes_again"].n == 20


def test_a_difference_within_the_tolerance_is_none(tmp_path: Path) -> None:
    scores = _run(tmp_path, _crowded, asked=20, tolerance=0.02)["health"]
    assert float(scores["changes_in_batch"]) == 0


def test_the_model_is_asked_each_time_and_never_from_memory(tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def model(texts: list[str]) -> list[list[float]]:
        asked.append(list(texts))
        return _steady(texts)

    same = [{"id": str(at), "text": "a good film", "label": "good"} for at in range(6)]
    _run(tmp_path, model, same, asked=6)
    assert [len(each) for each in asked].count(8) == 12
    assert [len(each) for each in asked].count(2) == 6
    assert [len(each) for each in asked].count(1) >= 12 + 1  # and a run's own check of a few


def test_a_decision_that_turns_is_the_worst_finding(tmp_path: Path) -> None:
    def model(texts: list[str]) -> list[list[float]]:
        return _rows([1 - _right(text) if len(texts) == 8 else _right(text) for text in texts])

    run = _run(tmp_path, model, asked=10, gates={"changes_decision": {"max": 0.1}})
    assert float(run["health"]["changes_decision"]) == 1
    assert run.verdict == "fail"
    found = [each.finding for each in run.records("health", Checked) if each.part == "steady"]
    assert {each.word for each in found if each} == {"turned"}
    assert "apart when first of 8" in next(each.line for each in found if each)


def test_an_answer_that_is_no_distribution_is_counted_though_its_case_errs(tmp_path: Path) -> None:
    def model(texts: list[str]) -> list[list[float]]:
        return [
            [float("nan"), 0.5] if text.startswith("3 ") else row
            for text, row in zip(texts, _steady(texts), strict=True)
        ]

    run = _run(tmp_path, model, asked=10)
    at = next(at for at, row in enumerate(run.samples) if row["input"].startswith("3 "))
    assert float(run["health"]["invalid_answers"]) == (0.1 if at < 10 else 0.0)
    assert any(each.status == "error" for each in run.records("health"))


def test_confidence_is_counted_beside_accuracy(tmp_path: Path) -> None:
    def model(texts: list[str]) -> list[list[float]]:
        return _rows([0.9 if int(text.split()[0]) % 4 else 0.51 for text in texts])

    scores = _run(tmp_path, model)["health"]
    sure = np.array([0.9 if at % 4 else 0.51 for at in range(80)])
    right = np.arange(80) % 2 == 1
    assert float(scores["overconfidence"]) == pytest.approx((sure - right).mean())
    assert float(scores["confidence_right"]) == pytest.approx(sure[right].mean())
    assert float(scores["confidence_wrong"]) == pytest.approx(sure[~right].mean())
    assert float(scores["overconfident_errors"]) == pytest.approx(0.5)
    assert float(scores["underconfident"]) == pytest.approx(0.25)


def test_classes_under_each_others_names_are_named(tmp_path: Path) -> None:
    run = _run(tmp_path, lambda texts: [row[::-1] for row in _steady(texts)], gates={"renaming_gain": {"max": 0.1}})
    gain = run["health"]["renaming_gain"]
    assert float(gain) == 1.0
    assert gain.note.startswith("bad would be good, good would be bad")
    assert run.verdict == "fail"


def test_a_constant_model_is_seen_by_what_it_predicts(tmp_path: Path) -> None:
    scores = _run(tmp_path, lambda texts: [[0.3, 0.7]] * len(texts), gates={"most_predicted": {"max": 0.9}})["health"]
    assert float(scores["most_predicted"]) == float(scores["same_answer"]) == 1
    assert scores["most_predicted"].note == "good, which 50.0% are"
    assert float(scores["renaming_gain"]) == 0


def test_a_word_that_decides_is_named_with_its_class(tmp_path: Path) -> None:
    def model(texts: list[str]) -> list[list[float]]:
        return _rows([0.9 if "song" in text else _right(text) for text in texts])

    data = [{"text": f"{at} {LABELS[at % 2]} {WORDS[at // 2 % 4]}", "label": LABELS[at % 2]} for at in range(240)]
    score = _run(tmp_path, model, data)["health"]["shortcut_errors"]
    assert score.note.startswith("'song': good in 100%, true in 5")
    assert float(score) == pytest.approx(1 / 8, abs=0.05)


def test_rows_have_no_words_and_classes_alone_no_confidence(tmp_path: Path) -> None:
    rows = [{"a": at, "label": LABELS[at % 2]} for at in range(40)]
    run = harness.evaluate(
        lambda given: ["good"] * len(given),
        rows,
        [{"use": "health"}],
        labels=LABELS,
        output="classes",
        kind="row",
        columns={"input": ["a"], "label": "label"},
        out=tmp_path / "run",
        progress=False,
    )
    assert run["health"]["shortcut_errors"].note == "the inputs are no texts: they have no words"
    assert "answers classes" in run["health"]["overconfidence"].note
    assert float(run["health"]["changes_again"]) == 0


def test_three_samples_decide_nothing_but_shares(tmp_path: Path) -> None:
    gates = {"overconfidence": {"max": 1.0}, "renaming_gain": {"max": 1.0}, "shortcut_errors": {"max": 1.0}}
    run = _run(tmp_path, _steady, _data(3), gates=gates)
    assert {each.verdict for each in run.gates} == {"undecided"}


def test_values_alone_are_scored_for_pairs_of_runs(tmp_path: Path) -> None:
    run = _run(tmp_path, lambda texts: [row[::-1] for row in _steady(texts)])
    scoring = ScoringContext(LABELS, {row["id"]: LABELS.index(row["label"]) for row in run.samples}, float("nan"))
    table = RecordTable.of(run.records("health", Checked), Checked)
    found = {score.local: score.value for score in Steadiness(1e-4).scores(table, scoring)}
    assert found["renaming_gain"] == 1.0
    assert found["overconfidence"] == pytest.approx(float(run["health"]["overconfidence"]))
