"""scikit-learn's estimators in folds: the very answers of cross_val_predict, with classes that a fold has none of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import harness
from harness import UserError
from harness.folds.splits import folds_of

selection = pytest.importorskip("sklearn.model_selection")
linear = pytest.importorskip("sklearn.linear_model")
RNG = np.random.default_rng(0)
INPUTS = RNG.normal(size=(90, 3))
NOISE = RNG.normal(size=90)
CLASSES = np.array(["a", "b", "c"])[(INPUTS[:, 0] + NOISE > 0).astype(int) + (INPUTS[:, 1] > 1)]


def run_of(model: Any, truth: Any, task: str, tmp_path: Any, **options: Any) -> harness.Run:
    return harness.evaluate(
        model, (INPUTS, truth), [task], cross_validation=3, out=tmp_path / "run", progress=False, **options
    )


def by_hand(run: harness.Run, model: Any, method: str) -> Any:
    """scikit-learn's own out-of-fold answers, in the order of the run and on its folds."""
    rows = list(run.samples)
    places = [int(np.flatnonzero(np.all(np.equal(INPUTS, _cells(run, each)), axis=1))[0]) for each in rows]
    labels = [each["label"] for each in rows]
    is_value = run.info.output == "value"
    folds = folds_of(None if is_value else labels, [""] * len(rows), len(rows), 3, 0)
    truth = np.array(labels, dtype=float if is_value else None)
    return selection.cross_val_predict(model, INPUTS[places], truth, cv=selection.PredefinedSplit(folds), method=method)


def _cells(run: harness.Run, sample: Any) -> list[float]:
    return list(run.kind.parse(sample["input"]).values())


@pytest.mark.parametrize("fit_first", [False, True])
def test_probabilities_are_those_of_cross_val_predict(fit_first: bool, tmp_path: Any) -> None:
    model = linear.LogisticRegression()
    given = model.fit(INPUTS, CLASSES) if fit_first else model
    run = run_of(given, CLASSES, "classification", tmp_path)
    assert list(run.info.labels) == ["a", "b", "c"]
    answered = {
        record.sample: record.payload["probabilities"] for record in run.records("classification") if record.payload
    }
    mine = np.array([answered[each["id"]] for each in run.samples])
    assert mine == pytest.approx(by_hand(run, model, "predict_proba"), abs=1e-12)


def test_values_are_those_of_cross_val_predict(tmp_path: Any) -> None:
    truth = INPUTS @ [1.0, -2.0, 0.5] + NOISE
    run = run_of(linear.Ridge(), truth, "regression", tmp_path)
    answered = {record.sample: record.payload["value"] for record in run.records("regression") if record.payload}
    mine = [answered[each["id"]] for each in run.samples]
    assert mine == pytest.approx(by_hand(run, linear.Ridge(), "predict"), abs=1e-9)


def test_a_class_that_a_fold_was_not_fitted_on_has_no_probability(tmp_path: Any) -> None:
    rare = CLASSES.astype(object)
    rare[7] = "rare"
    run = run_of(linear.LogisticRegression(), rare, "classification", tmp_path)
    assert list(run.info.labels) == ["a", "b", "c", "rare"]
    [name] = [row["id"] for row in run.samples if row["label"] == "rare"]
    [found] = [each.payload for each in run.records("classification") if each.sample == name]
    assert found
    assert found["probabilities"][3] == 0
    assert sum(found["probabilities"]) == pytest.approx(1)


def test_classes_alone_and_the_suites_own_names(tmp_path: Any) -> None:
    svm = pytest.importorskip("sklearn.svm")
    numbers = (CLASSES == "a").astype(int)
    run = run_of(svm.LinearSVC(), numbers, "classification", tmp_path, output="classes", labels=["no", "yes"])
    assert list(run.info.labels) == ["no", "yes"]
    assert 0.6 < float(run["classification"].accuracy) < 0.9


def test_label_sets(tmp_path: Any) -> None:
    multiclass = pytest.importorskip("sklearn.multiclass")
    truth = np.stack([INPUTS[:, 0] > 0, INPUTS[:, 1] > 0], axis=1).astype(int)
    model = multiclass.OneVsRestClassifier(linear.LogisticRegression()).fit(INPUTS, truth)
    assert float(run_of(model, truth, "multilabel", tmp_path)["multilabel"].subset_accuracy) > 0.8


def test_without_folds_an_estimator_has_to_be_fitted(tmp_path: Any) -> None:
    with pytest.raises(UserError, match="that is not fitted"):
        harness.evaluate(linear.LogisticRegression(), (INPUTS, CLASSES), ["classification"], progress=False)
