"""The scikit-learn adapter: fitted estimators from files, against the estimators themselves."""

from __future__ import annotations

import importlib
import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from by_hand import asked

from harness import AnswerError, UserError

pytest.importorskip("sklearn")
skops = pytest.importorskip("skops.io")

import joblib  # noqa: E402
from harness_sklearn import sklearn  # noqa: E402
from sklearn.base import BaseEstimator, TransformerMixin  # noqa: E402
from sklearn.calibration import CalibratedClassifierCV  # noqa: E402
from sklearn.compose import make_column_transformer  # noqa: E402
from sklearn.ensemble import RandomForestClassifier  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression, Ridge  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.multiclass import OneVsRestClassifier  # noqa: E402
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import FunctionTransformer  # noqa: E402
from sklearn.svm import LinearSVC  # noqa: E402

TEXTS = ["a good film", "a bad film", "good and fine", "bad and poor", "fine", "poor"]
LABELS = ["yes", "no", "yes", "no", "yes", "no"]
MANY = np.array([[1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 1, 0], [1, 1, 1], [0, 0, 1]])


class Shout(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """A type of the user's own."""

    def fit(self, texts: Any, labels: Any = None) -> Shout:
        self.fitted_ = True
        return self

    def transform(self, texts: Sequence[str]) -> list[str]:
        return [text.upper() for text in texts]


def _fitted(estimator: Any, labels: Any = LABELS) -> Any:
    return make_pipeline(TfidfVectorizer(), estimator).fit(TEXTS, labels)


def _written(folder: Path, estimator: Any) -> Path:
    skops.dump(estimator, folder / "model.skops")
    return folder / "model.skops"


def _trusting(path: Path) -> Any:
    return sklearn(path=path, trusted=skops.get_untrusted_types(file=path))


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        CalibratedClassifierCV(LinearSVC(), cv=2),
        GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=2),
    ],
)
def test_a_classifiers_probabilities_stand_under_its_classes(tmp_path: Path, estimator: Any) -> None:
    pipe = _fitted(estimator)
    adapter = _trusting(_written(tmp_path, pipe))
    assert (adapter.labels, adapter.output) == (["no", "yes"], "probabilities")
    np.testing.assert_allclose(asked(adapter, TEXTS), pipe.predict_proba(TEXTS))


def test_classes_that_are_numbers_are_labels_too(tmp_path: Path) -> None:
    assert sklearn(path=_written(tmp_path, _fitted(LogisticRegression(), [1, 0] * 3))).labels == ["0", "1"]


@pytest.mark.parametrize("labels", [LABELS, [1, 0] * 3, [2, 0, 1] * 2])
@pytest.mark.parametrize("estimator", [LinearSVC(), LogisticRegression()])
def test_a_classifier_may_answer_its_classes_alone(tmp_path: Path, estimator: Any, labels: Any) -> None:
    pipe = _fitted(estimator, labels)
    path = _written(tmp_path, pipe)
    adapter = sklearn(path=path, trusted=skops.get_untrusted_types(file=path), output="classes")
    rows = asked(adapter, TEXTS)
    assert rows.shape == (6, len(set(labels)))
    assert [adapter.labels[at] for at in rows.argmax(axis=1)] == [str(each) for each in pipe.predict(TEXTS)]
    assert set(rows.ravel()) == {0.0, 1.0}


def test_a_regressor_answers_its_value(tmp_path: Path) -> None:
    pipe = _fitted(Ridge(), range(6))
    adapter = sklearn(path=_written(tmp_path, pipe))
    assert (adapter.labels, adapter.output) == (["value"], "value")
    np.testing.assert_allclose(asked(adapter, TEXTS)[:, 0], pipe.predict(TEXTS))


@pytest.mark.parametrize(
    "estimator",
    [
        OneVsRestClassifier(LogisticRegression()),
        MultiOutputClassifier(LogisticRegression()),
        ClassifierChain(LogisticRegression()),
        RandomForestClassifier(3, random_state=0),
        MLPClassifier((3,), max_iter=1, random_state=0),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::FutureWarning")
def test_labels_that_hold_independently_have_a_column_each(tmp_path: Path, estimator: Any) -> None:
    pipe = _fitted(estimator, MANY)
    path = _written(tmp_path, pipe)
    adapter = sklearn(path=path, labels=["a", "b", "c"], trusted=skops.get_untrusted_types(file=path))
    assert (_trusting(path).labels, adapter.labels) == (["0", "1", "2"], ["a", "b", "c"])
    answered = pipe.predict_proba(TEXTS)
    by_hand = np.stack([each[:, 1] for each in answered], 1) if isinstance(answered, list) else answered
    assert adapter.output == "labels"
    np.testing.assert_allclose(asked(adapter, TEXTS), by_hand)


def test_a_label_that_never_varied_is_always_as_it_was(tmp_path: Path) -> None:
    never, always = np.zeros((6, 1), int), np.ones((6, 1), int)
    pipe = _fitted(RandomForestClassifier(3, random_state=0), np.hstack([MANY[:, :1], never, always]))
    rows = asked(_trusting(_written(tmp_path, pipe)), TEXTS)
    assert rows[:, 1].tolist() == [0] * 6
    assert rows[:, 2].tolist() == [1] * 6


def test_an_output_of_several_classes_a_label_is_an_error(tmp_path: Path) -> None:
    pipe = _fitted(RandomForestClassifier(3), np.array([[0, 1], [1, 1], [2, 0]] * 2))
    with pytest.raises(AnswerError, match="labels that apply or do not"):
        _trusting(_written(tmp_path, pipe))(TEXTS)


def test_pairs_are_given_as_a_table_of_their_columns(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"premise": TEXTS, "hypothesis": TEXTS[::-1], "length": range(6)})
    features = make_column_transformer((TfidfVectorizer(), "premise"), (TfidfVectorizer(), "hypothesis"))
    pipe = make_pipeline(features, LogisticRegression()).fit(table, LABELS)
    adapter = _trusting(_written(tmp_path, pipe))
    np.testing.assert_allclose(asked(adapter, table.to_dict("records")), pipe.predict_proba(table))


def test_types_of_the_users_own_have_to_be_trusted(tmp_path: Path) -> None:
    pipe = make_pipeline(Shout(), TfidfVectorizer(), LogisticRegression()).fit(TEXTS, LABELS)
    path = _written(tmp_path, pipe)
    with pytest.raises(UserError, match=r"only where they are trusted: \S+\.Shout\..*trusted: \[\S+\.Shout\]"):
        sklearn(path=path)
    assert asked(_trusting(path), TEXTS).shape == (6, 2)


def test_types_of_scikit_learn_that_skops_does_not_trust_are_not_called_anothers(tmp_path: Path) -> None:
    path = _written(tmp_path, _fitted(RandomForestClassifier(3)))
    trusted = "[sklearn.tree._tree.Tree]"
    with pytest.raises(UserError) as caught:
        sklearn(path=path)
    assert "of others" not in str(caught.value)
    assert f"trusted: {trusted}\n" in str(caught.value)
    assert str(caught.value).endswith(f"--set 'model.trusted={trusted}'")


@pytest.mark.parametrize(("name", "write"), [("model.joblib", joblib.dump), ("model.pkl", None)])
def test_a_pickle_needs_an_explicit_word(tmp_path: Path, name: str, write: Any) -> None:
    pipe = _fitted(LogisticRegression())
    (tmp_path / name).write_bytes(pickle.dumps(pipe)) if write is None else write(pipe, tmp_path / name)
    with pytest.raises(UserError, match=r"(?s)is a pickle.*skops.io.dump\((joblib|pickle).load.*allow_pickle: true"):
        sklearn(path=tmp_path / name)
    adapter = sklearn(path=tmp_path / name, allow_pickle=True)
    np.testing.assert_allclose(asked(adapter, TEXTS), pipe.predict_proba(TEXTS))


@pytest.mark.parametrize(
    ("estimator", "options", "message"),
    [
        (_fitted(LinearSVC()), {}, "a LinearSVC has no predict_proba.*CalibratedClassifierCV"),
        (make_pipeline(TfidfVectorizer(), LogisticRegression()), {}, "contains a Pipeline that is not fitted"),
        (TfidfVectorizer().fit(TEXTS), {}, "a TfidfVectorizer cannot predict"),
        ({"a": 1}, {}, "contains a dict: expected a fitted scikit-learn estimator"),
        (_fitted(Ridge(), range(6)), {"output": "probabilities"}, "a Ridge answers a value, but output is probabil"),
        (
            _fitted(LogisticRegression()),
            {"labels": ["a"]},
            r"names 1 labels \(a\), but the estimator has 2",
        ),
    ],
    ids=["no probabilities", "not fitted", "no predictor", "no estimator", "value only", "labels"],
)
def test_what_cannot_answer_is_the_users_mistake(tmp_path: Path, estimator: Any, options: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        sklearn(path=_written(tmp_path, estimator), **options)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.skops", None, "there is no file"),
        ("model.skops", b"nonsense", "is no skops file: expected what `skops.io.dump"),
        ("model.skops", b"PK\x05\x06" + bytes(18), "could not be read as a skops file"),
        ("model.pkl", b"nonsense", "could not be read as a joblib or pickle file"),
        ("model.joblib", b"", "could not be read as a joblib or pickle file"),
    ],
)
def test_a_file_that_is_none_is_the_users_mistake(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        sklearn(path=tmp_path / name, allow_pickle=True)


def test_a_numeric_class_can_be_asked_for_as_a_value(tmp_path: Path) -> None:
    pipe = _fitted(LogisticRegression(), [1, 0] * 3)
    adapter = sklearn(path=_written(tmp_path, pipe), output="value")
    assert asked(adapter, TEXTS)[:, 0].tolist() == pipe.predict(TEXTS).tolist()


def test_the_fingerprint_knows_the_file_and_the_output(tmp_path: Path) -> None:
    path = _written(tmp_path, _fitted(LogisticRegression(), [1, 0] * 3))
    one, other = sklearn(path=path).fingerprint, sklearn(path=path, output="value").fingerprint
    _written(tmp_path, _fitted(LogisticRegression(C=2.0), [1, 0] * 3))
    assert len({one, other, sklearn(path=path).fingerprint}) == 3


def test_the_fingerprint_knows_the_code_of_types_of_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(what: str) -> None:
        (tmp_path / "helping_shouts.py").write_text(f"def shouted(texts):\n    return [{what} for text in texts]\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "own_shouts.py").write_text("from helping_shouts import shouted\n")
    write("text.upper()")
    shouted = importlib.import_module("own_shouts").shouted
    pipeline = make_pipeline(FunctionTransformer(shouted), TfidfVectorizer(), LogisticRegression())
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps(pipeline.fit(["a good film", "a bad film"], [0, 1])))
    first = sklearn(path=path, allow_pickle=True).fingerprint
    assert sklearn(path=path, allow_pickle=True).fingerprint == first
    write("text.lower()")
    assert sklearn(path=path, allow_pickle=True).fingerprint != first
