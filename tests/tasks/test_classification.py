"""The task `classification` by hand: what it asks, and its scores on records one can count."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from by_hand import LABELS, answers, context, drive, ran

from harness import (
    ClassPredictions,
    Record,
    Sample,
    ScoringContext,
    UserError,
)
from harness.demands.gate import Gate
from harness.records.table import RecordTable
from harness.scores.gates import decide
from harness.sessions.predict import AskOnce
from harness.sources.context import Context
from harness.tasks.classification import Classified, classification, classified
from harness.tasks.measuring import named
from harness.verdicts.scoring import score_task

CLASSIFY = AskOnce(lambda answers: classified(answers, LABELS))


def test_classifying_asks_one_row() -> None:
    found, asked = drive(CLASSIFY(Sample("1", "fine", 1), Random(0)), lambda text: [0.25, 0.75])
    assert (found, asked) == (Classified("positive", [0.25, 0.75]), [["fine"]])


def test_the_first_of_equal_classes_is_predicted() -> None:
    assert drive(CLASSIFY(Sample("1", "odd", 1), Random(0)), lambda text: [0.5, 0.5])[0].predicted == "negative"


def test_classification_scores_are_those_counted_by_hand() -> None:
    texts = {"a": 1, "b": 1, "c": 1, "d": 0, "e": 0, "f": 0}
    shares = {"a": 0.9, "b": 0.6, "c": 0.2, "d": 0.1, "e": 0.7, "f": 0.8}  # right on a, b and d
    found = ran(
        classification(Context(), metrics=named("recall")), texts, lambda asked: [answers(shares[t]) for t in asked]
    )
    values = {address: (score.value, score.n) for address, score in found.items()}
    assert values == {
        "accuracy": (3 / 6, 6),
        "recall": (pytest.approx((1 / 3 + 2 / 3) / 2), 6),
        "recall[class=negative]": (1 / 3, 3),
        "recall[class=positive]": (2 / 3, 3),
        "precision[class=negative]": (1 / 2, 2),
        "precision[class=positive]": (2 / 4, 4),
        "f1[class=negative]": (pytest.approx(2 / 5), 3),
        "f1[class=positive]": (pytest.approx(4 / 7), 3),
    }


def test_a_class_without_rows_has_no_recall() -> None:
    found = ran(classification(Context(), metrics=[]), {"a": 1}, lambda asked: [answers(0.9)] * len(asked))
    assert found["recall[class=positive]"].value == 1
    assert (found["recall[class=negative]"].value, found["recall[class=negative]"].n) == (None, 0)
    assert found["f1[class=negative]"].value is None


def test_without_a_good_case_every_score_is_undefined() -> None:
    scores = classification(Context(), metrics=named("f1", "ece")).score([], ScoringContext(LABELS, {}))
    names = ["accuracy", "f1", "ece", *["recall", "precision", "f1"] * 2]
    assert [(score.name, score.value, score.note) for score in scores] == [
        (name, None, "no case was measured") for name in names
    ]


def test_a_metric_of_ones_own_is_a_function() -> None:
    def never(predictions: ClassPredictions) -> float:
        return float("nan")

    found = ran(
        classification(context(never=never), metrics=named("never")),
        {"a": 1},
        lambda asked: [answers(0.9)] * len(asked),
    )
    assert (found["never"].value, found["never"].note, found["never"].n) == (None, "not defined on these labels", 1)


def test_an_unknown_metric_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UserError, match=r"no metric is called 'eec': .*; did you mean 'ece'\?"):
        classification(Context(), metrics=named("eec"))


def test_an_errored_classification_is_right_at_best_and_wrong_at_worst() -> None:
    task = classification(Context(), metrics=[])
    records: list[Record[Any]] = [Record("c", "", "1", "ok", None, 1, Classified("positive", answers(0.9)))]
    errored: Record[Any] = Record("c", "", "2", "error", "Traceback", 0, None)
    samples = [Sample("1", "", 1), Sample("2", "", 0)]
    table = RecordTable.of([*records, errored], Classified)
    scored = score_task(task, table, ScoringContext(LABELS, {"1": 1, "2": 0}), samples)
    assert (scored.scores["accuracy"].value, scored.scores["accuracy"].n) == (1, 1)
    assert [extreme["accuracy"].value for extreme in scored.extremes] == [1, 1, 1 / 2]


def test_errored_cases_could_have_been_called_any_class() -> None:
    labels = ["a", "b", "c"]
    truth = {str(at): at % 3 for at in range(300)}
    samples = [Sample(name, "", each) for name, each in truth.items()]
    errored = {str(at) for at in range(0, 45, 3)}  # of class a
    table = RecordTable.of(
        [
            Record("classification", "", name, "error", "Traceback", 0, None)
            if name in errored
            else Record("classification", "", name, "ok", None, 1, Classified(labels[each], np.eye(3)[each].tolist()))
            for name, each in truth.items()
        ],
        Classified,
    )
    scored = score_task(classification(Context()), table, ScoringContext(labels, truth, resamples=20), samples)
    gate = Gate("classification/precision[class=c]", "min", 0.92)
    assert decide(gate, scored, max_errors=15).note == "hinges on 15 errored cases"
