"""Every metric against scikit-learn and torchmetrics, on random predictions of 2 to 5 classes, some of them absent.

Conventions where the libraries differ: a class counts in a macro mean when it occurs or is predicted (both
libraries' default) but in balanced accuracy only when it occurs (scikit-learn; torchmetrics averages over the
former, so it is compared where no class is absent). Undefined ratios are 0. A bin of the calibration error
holds its upper edge, as in Guo et al. (2017); torchmetrics gives the edge to the next bin, so it is compared
away from edges.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isnan, log
from typing import Any

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from harness import ClassPredictions
from harness.scores import metrics
from harness.scores.metric_intervals import CALIBRATION_BINS

THEIRS = {"zero_division": 0}
pytestmark = pytest.mark.filterwarnings("ignore:.*(y_pred contains|single label|No positive|No negative)")
random_predictions = settings(max_examples=40, deadline=None)


def predictions(labels: Any, probabilities: Any) -> ClassPredictions:
    return ClassPredictions(np.array(labels, dtype=np.intp), np.array(probabilities, dtype=np.float64))


@st.composite
def drawn(draw: st.DrawFn, *, present: bool = False, ties: bool = True) -> ClassPredictions:
    """Rows with labels among 2 to 5 classes; with `present` every class has a row and none has all."""
    classes = draw(st.integers(2, 5))
    n = draw(st.integers(classes + 1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    used = classes if present else draw(st.integers(1, classes))
    labels = rng.permutation([*range(used), *rng.integers(0, used, n - used)])
    weights = 1e-9 + rng.gamma(0.5, size=(n, classes))
    if ties and draw(st.booleans()):
        weights = np.ceil(weights)
    return predictions(labels, weights / weights.sum(axis=1, keepdims=True))


def sure(given: ClassPredictions) -> tuple[Any, Any]:
    """Labels and predicted classes, for scikit-learn."""
    return given.labels, given.probabilities.argmax(axis=1)


def averaged(name: str, average: str) -> Callable[[ClassPredictions], float]:
    """Scikit-learn's precision, recall or F1 with an average."""
    return lambda given: getattr(sklearn.metrics, f"{name}_score")(*sure(given), average=average, **THEIRS)


SKLEARN: dict[str, Callable[[ClassPredictions], float]] = {
    "accuracy": lambda given: sklearn.metrics.accuracy_score(*sure(given)),
    "balanced_accuracy": lambda given: sklearn.metrics.balanced_accuracy_score(*sure(given)),
    "precision": lambda given: sklearn.metrics.precision_score(*sure(given), average="macro", **THEIRS),
    "recall": lambda given: sklearn.metrics.recall_score(*sure(given), average="macro", **THEIRS),
    "f1": lambda given: sklearn.metrics.f1_score(*sure(given), average="macro", **THEIRS),
    **{
        f"{average}_{name}": averaged(name, average)
        for average in ("micro", "weighted")
        for name in ("precision", "recall", "f1")
    },
    "mcc": lambda given: sklearn.metrics.matthews_corrcoef(*sure(given)),
    "brier": lambda given: sklearn.metrics.brier_score_loss(
        given.labels if given.probabilities.shape[1] > 2 else given.labels == 1,
        given.probabilities if given.probabilities.shape[1] > 2 else given.probabilities[:, 1],
        labels=range(given.probabilities.shape[1]) if given.probabilities.shape[1] > 2 else None,
    ),
    "log_loss": lambda given: sklearn.metrics.log_loss(
        given.labels, given.probabilities, labels=range(given.probabilities.shape[1])
    ),
}


@random_predictions
@given(drawn())
def test_perplexity_is_the_exponential_of_scikit_learns_log_loss(given: ClassPredictions) -> None:
    theirs = sklearn.metrics.log_loss(given.labels, given.probabilities, labels=range(given.probabilities.shape[1]))
    assert metrics.perplexity(given) == pytest.approx(np.exp(theirs), rel=1e-12)


@pytest.mark.parametrize("name", SKLEARN)
@random_predictions
@given(drawn())
def test_a_metric_equals_scikit_learns(name: str, given: ClassPredictions) -> None:
    assert getattr(metrics, name)(given) == pytest.approx(SKLEARN[name](given), abs=1e-12)


@random_predictions
@given(drawn(present=True))
def test_roc_auc_equals_scikit_learns_one_against_the_rest(given: ClassPredictions) -> None:
    binary = given.probabilities.shape[1] == 2
    scores = given.probabilities[:, 1] if binary else given.probabilities
    theirs = sklearn.metrics.roc_auc_score(given.labels, scores, multi_class="ovr", average="macro")
    assert metrics.roc_auc(given) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (metrics.class_precision, sklearn.metrics.precision_score),
        (metrics.class_recall, sklearn.metrics.recall_score),
        (metrics.class_f1, sklearn.metrics.f1_score),
    ],
)
@random_predictions
@given(drawn())
def test_a_metric_by_class_equals_scikit_learns(ours: Any, theirs: Any, given: ClassPredictions) -> None:
    classes = range(given.probabilities.shape[1])
    assert ours(given) == pytest.approx(theirs(*sure(given), labels=classes, average=None, **THEIRS), abs=1e-12)


@random_predictions
@given(drawn())
def test_the_confusion_matrix_equals_scikit_learns(given: ClassPredictions) -> None:
    classes = range(given.probabilities.shape[1])
    theirs = sklearn.metrics.confusion_matrix(*sure(given), labels=classes)
    assert given.confusion.tolist() == theirs.tolist()


def torchmetric(name: str, given: ClassPredictions, **options: Any) -> float:
    """The value of a metric of torchmetrics, computed in float64."""
    import torch
    from torchmetrics.functional import classification

    function = getattr(classification, name)
    probabilities, labels = torch.from_numpy(given.probabilities), torch.from_numpy(given.labels)
    return float(function(probabilities, labels, given.probabilities.shape[1], **options))


TORCHMETRICS: dict[str, tuple[str, dict[str, Any]]] = {
    "accuracy": ("multiclass_accuracy", {"average": "micro"}),
    "precision": ("multiclass_precision", {"average": "macro"}),
    "recall": ("multiclass_recall", {"average": "macro"}),
    "f1": ("multiclass_f1_score", {"average": "macro"}),
}


@pytest.mark.parametrize("name", TORCHMETRICS)
@random_predictions
@given(drawn())
def test_a_metric_equals_torchmetrics(name: str, given: ClassPredictions) -> None:
    pytest.importorskip("torchmetrics")
    theirs, options = TORCHMETRICS[name]
    assert getattr(metrics, name)(given) == pytest.approx(torchmetric(theirs, given, **options), abs=1e-6)


@pytest.mark.parametrize(
    ("name", "theirs"), [("balanced_accuracy", "multiclass_accuracy"), ("roc_auc", "multiclass_auroc")]
)
@random_predictions
@given(drawn(present=True))
def test_a_metric_equals_torchmetrics_where_every_class_occurs(name: str, theirs: str, given: ClassPredictions) -> None:
    pytest.importorskip("torchmetrics")
    assert getattr(metrics, name)(given) == pytest.approx(torchmetric(theirs, given, average="macro"), abs=1e-6)


@random_predictions
@given(drawn(ties=False))
def test_the_calibration_error_equals_torchmetrics_away_from_the_edges_of_bins(given: ClassPredictions) -> None:
    pytest.importorskip("torchmetrics")
    edges = given.probabilities.max(axis=1) * CALIBRATION_BINS
    assume(np.abs(edges - edges.round()).min() > 1e-4)
    theirs = torchmetric("multiclass_calibration_error", given, n_bins=CALIBRATION_BINS, norm="l1")
    assert metrics.ece(given) == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("edge", range(8, CALIBRATION_BINS))
def test_a_confidence_on_the_edge_of_two_bins_belongs_to_the_lower(edge: int) -> None:
    upper, inside = edge / CALIBRATION_BINS, (edge - 0.5) / CALIBRATION_BINS
    given = predictions([0, 1], [[upper, 1 - upper], [inside, 1 - inside]])
    together = abs((1 - upper) + (0 - inside)) / 2
    assert metrics.ece(given) == pytest.approx(together)


def test_the_calibration_error_of_sure_predictions_is_their_error() -> None:
    given = predictions([0, 1, 1, 1], [[1.0, 0.0]] * 2 + [[0.0, 1.0]] * 2)
    assert metrics.ece(given) == 0.25


def test_the_calibration_error_by_hand() -> None:
    given = predictions([0, 1, 0], [[0.62, 0.38], [0.64, 0.36], [0.1, 0.9]])
    assert metrics.ece(given) == pytest.approx((abs(1 - 0.62 - 0.64) + 0.9) / 3)


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 1], [2, 2, 2]])
def test_roc_auc_is_undefined_when_a_class_has_no_row(labels: list[int]) -> None:
    assert isnan(metrics.roc_auc(predictions(labels, [[0.2, 0.3, 0.5]] * 3)))


def test_roc_auc_is_undefined_without_rows() -> None:
    assert isnan(metrics.roc_auc(ClassPredictions(np.empty(0, np.intp), np.empty((0, 2)))))


def test_roc_auc_of_equal_scores_is_one_half() -> None:
    assert metrics.roc_auc(predictions([0, 1, 0], [[0.5, 0.5]] * 3)) == 0.5


def test_an_impossible_label_costs_a_finite_log_loss() -> None:
    assert metrics.log_loss(predictions([0], [[0.0, 1.0]])) == pytest.approx(-log(metrics.PROBABILITY_EPSILON))
    assert metrics.log_loss(predictions([1], [[0.0, 1.0]])) == 0.0


@random_predictions
@given(drawn(), st.integers(0, 2**32 - 1))
def test_taken_rows_are_predictions_like_any_other(given: ClassPredictions, seed: int) -> None:
    rows = np.random.default_rng(seed).integers(0, len(given), len(given))
    taken, fresh = given.take(rows), predictions(given.labels[rows], given.probabilities[rows])
    assert taken.predicted.tolist() == fresh.predicted.tolist()
    assert taken.confusion.tolist() == fresh.confusion.tolist()
    assert metrics.ece(taken) == metrics.ece(fresh)


@random_predictions
@given(drawn(present=True))
def test_pr_auc_equals_scikit_learns_average_precision(given: ClassPredictions) -> None:
    binary = given.probabilities.shape[1] == 2
    truth = given.labels if binary else given.truth
    scores = given.probabilities[:, 1] if binary else given.probabilities
    theirs = sklearn.metrics.average_precision_score(truth, scores, average="macro")
    assert metrics.pr_auc(given) == pytest.approx(theirs, abs=1e-12)


@random_predictions
@given(drawn(present=True, ties=False), st.integers(1, 5))
def test_top_k_equals_scikit_learns(given: ClassPredictions, k: int) -> None:
    classes = given.probabilities.shape[1]
    scores = given.probabilities if classes > 2 else given.probabilities[:, 1]
    assume(k < classes and (classes > 2 or k == 1) and not (given.probabilities == 0.5).any())
    labels = range(classes)
    theirs = sklearn.metrics.top_k_accuracy_score(given.labels, scores, k=k, labels=labels)
    assert metrics.top_k(given, k=k) == pytest.approx(theirs, abs=1e-12)


def test_pr_auc_is_undefined_without_a_row_of_a_class() -> None:
    assert isnan(metrics.pr_auc(predictions([0, 0], [[0.5, 0.5], [0.9, 0.1]])))


@st.composite
def drawn_sets(draw: st.DrawFn) -> metrics.LabelPredictions:
    """Rows of 2 to 4 labels, each holding in some row and not in all."""
    labels, n = draw(st.integers(2, 4)), draw(st.integers(4, 30))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    truth = rng.random((n, labels)) < 0.4
    truth[0], truth[1] = True, False
    return metrics.LabelPredictions(truth, np.round(rng.random((n, labels)), draw(st.sampled_from([1, 6]))))


def averaged_sets(name: str, average: str) -> Callable[[Any, Any, Any], float]:
    """The same of label sets."""
    function = getattr(sklearn.metrics, f"{name}_score")
    return lambda truth, chosen, _: function(truth, chosen, average=average, **THEIRS)


SETS: dict[str, Callable[[Any, Any, Any], float]] = {
    "subset_accuracy": lambda truth, chosen, _: sklearn.metrics.accuracy_score(truth, chosen),
    "hamming_loss": lambda truth, chosen, _: sklearn.metrics.hamming_loss(truth, chosen),
    **{
        name if average == "macro" else f"{average}_{name}": averaged_sets(name, average)
        for average in ("macro", "micro", "weighted")
        for name in ("precision", "recall", "f1")
    },
    "roc_auc": lambda truth, _, scores: sklearn.metrics.roc_auc_score(truth, scores, average="macro"),
    "pr_auc": lambda truth, _, scores: sklearn.metrics.average_precision_score(truth, scores, average="macro"),
}


@pytest.mark.parametrize("name", SETS)
@random_predictions
@given(drawn_sets())
def test_a_metric_of_label_sets_equals_scikit_learns(name: str, given: metrics.LabelPredictions) -> None:
    if name == "micro_precision":
        assume(given.predicted.any())
    theirs = SETS[name](given.truth.astype(int), given.predicted.astype(int), given.probabilities)
    assert getattr(metrics, name)(given) == pytest.approx(theirs, abs=1e-12)


@random_predictions
@given(drawn_sets())
def test_taking_rows_of_label_sets_is_measuring_those_rows(given: metrics.LabelPredictions) -> None:
    rows = np.arange(len(given))[::2]
    taken = metrics.LabelPredictions(given.truth[rows], given.probabilities[rows])
    assert metrics.micro_f1(given.take(rows)) == pytest.approx(metrics.micro_f1(taken), nan_ok=True)
