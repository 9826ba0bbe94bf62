"""A scikit-learn estimator as a plain callable: what it answers, under which labels, and from which inputs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone, is_regressor

from harness import AnswerError, UserError
from harness.models import code_of, table_of
from harness_sklearn.reading import read, require_fitted

ROWS_PER_BATCH = 1024
"""Rows given at once: enough to amortise a call, and little memory even if the features are dense."""


class Estimator:
    """Calls a fitted estimator: `(inputs) -> (n, labels)` in float64, as its `output` says."""

    budget = ROWS_PER_BATCH

    def __init__(self, estimator: Any, *, name: str, labels: list[str], output: str, fingerprint: str | None) -> None:
        self.name = name
        self.labels = labels
        self.output = output
        self.fingerprint = fingerprint
        self._estimator = estimator
        self._own = _own_labels(estimator, output)
        self._by_place = hasattr(estimator, "n_features_in_") and not hasattr(estimator, "feature_names_in_")

    def __call__(self, inputs: Sequence[Any]) -> Any:
        """The answers to the inputs, `(n, labels)`; raises AnswerError for what cannot be made a table of them."""
        given = _given(inputs)
        if self._by_place and hasattr(given, "to_numpy"):  # it was fitted on an array, and would warn of names
            given = given.to_numpy()
        if self.output == "value":
            return _column(self._estimator.predict(given))
        if self.output == "classes":
            return self._places[np.searchsorted(self._estimator.classes_, self._estimator.predict(given))]
        answered = self._estimator.predict_proba(given)
        if isinstance(answered, list):
            return _each_label(answered, self._estimator.classes_)
        return answered if len(self._own) in (0, len(self.labels)) else self._among_all(answered)

    def fit(self, inputs: Sequence[Any], labels: Sequence[Any]) -> Estimator:
        """A clone fitted on other samples, which answers under the same labels; this one stays as it is.

        Classes are given by their names, label sets as lists of names, a regressor's values as they are. A class that
        none of the samples has is never answered: its probability is 0.
        """
        fresh, given = clone(self._estimator), _given(inputs)
        if self._by_place and hasattr(given, "to_numpy"):
            given = given.to_numpy()
        fresh.fit(given, self._targets(labels))
        digest = None if (content := _content(fresh)) is None else _fingerprint(content, fresh, self.output)
        found = Estimator(fresh, name=self.name, labels=self.labels, output=self.output, fingerprint=digest)
        if self.output in {"probabilities", "classes"}:
            found._own = [self._renamed.get(name, name) for name in found._own]
        return found

    def _targets(self, labels: Sequence[Any]) -> Any:
        """What the estimator is fitted on: its own classes, numbers, or a column of 0 and 1 for each label."""
        if self.output == "value":
            return np.asarray(labels, dtype=np.float64)
        if self.output == "labels":
            return np.array([[int(name in some) for name in self.labels] for some in labels])
        own = dict(zip(self.labels, getattr(self._estimator, "classes_", self.labels), strict=False))
        return np.array([own[name] for name in labels])

    @property
    def _renamed(self) -> dict[str, str]:
        """The suite's names of the estimator's own classes."""
        return dict(zip(self._own, self.labels, strict=False))

    @property
    def _places(self) -> Any:
        """The place of each of the estimator's classes among all labels."""
        alike = len(self._own) == len(self.labels)
        return np.arange(len(self._own)) if alike else np.array([self.labels.index(name) for name in self._own])

    def _among_all(self, answered: Any) -> Any:
        """Probabilities `(n, labels)` of one that was fitted on samples of some classes only."""
        found = np.zeros((len(answered), len(self.labels)))
        found[:, self._places] = answered
        return found


def load(
    path: Path, *, trusted: Sequence[str], labels: list[str] | None, output: str | None, allow_pickle: bool
) -> Estimator:
    """Read an estimator and see what it can answer; raises UserError when it cannot give this output."""
    estimator = read(path, trusted=trusted, allow_pickle=allow_pickle)
    given = output or _own_output(estimator)
    _require_answer(estimator, given)
    return Estimator(
        estimator,
        name=path.stem,
        labels=_labels(_own_labels(estimator, given), labels),
        output=given,
        fingerprint=_fingerprint(path.read_bytes(), estimator, given),
    )


def in_memory(model: Any, *, output: str | None = None, fitted: bool = True) -> Estimator:
    """An estimator in memory, as `load` makes one of a file; raises UserError for one that is not fitted.

    With `fitted=False` it is fitted by whoever asks it: then it has no labels of its own.
    """
    if fitted:
        require_fitted(model, "the model in memory is")
    given = output or _own_output(model)
    _require_answer(model, given)
    content = _content(model)
    return Estimator(
        model,
        name=type(_last(model)).__name__,
        labels=_own_labels(model, given),
        output=given,
        fingerprint=None if content is None else _fingerprint(content, model, given),
    )


def _content(estimator: Any) -> bytes | None:
    """What decides the answers of an estimator in memory; None where it contains what cannot be written."""
    import joblib

    try:
        return str(joblib.hash(estimator)).encode()
    except Exception:  # noqa: BLE001  # whatever a stranger's type raises when it is pickled
        return None


def _fingerprint(content: bytes, estimator: Any, output: str) -> str:
    """A hash of the content, and of the code of its types and functions that are not scikit-learn's."""
    parts = [estimator, *estimator.get_params(deep=True).values()] if hasattr(estimator, "get_params") else [estimator]
    modules = {str(getattr(each, "__module__", "")) for each in parts}
    whole = hashlib.blake2b(output.encode() + content, digest_size=16)
    for name in sorted(modules):
        for text in () if name.partition(".")[0] in {"sklearn", "numpy", "scipy", "builtins"} else code_of(name):
            whole.update(text.encode("utf-8", "surrogatepass"))
    return whole.hexdigest()


def _own_output(estimator: Any) -> str:
    """A regressor answers a value; labels that are independent have classes each, or a word that says so."""
    if _regresses(estimator):
        return "value"
    last = _last(estimator)
    listed = isinstance(getattr(last, "classes_", None), list)
    network = getattr(last, "out_activation_", "") == "logistic" and getattr(last, "n_outputs_", 1) > 1
    return "labels" if listed or network or getattr(last, "multilabel_", False) else "probabilities"


def _regresses(estimator: Any) -> bool:
    try:
        return bool(is_regressor(estimator))
    except AttributeError:  # an estimator that is not scikit-learn's and has no tags
        return False


def _last(estimator: Any) -> Any:
    """The estimator that answers: the last step of a pipeline, the best estimator of a search."""
    if hasattr(estimator, "best_estimator_"):
        return _last(estimator.best_estimator_)
    return _last(estimator.steps[-1][1]) if hasattr(estimator, "steps") else estimator


def _require_answer(estimator: Any, output: str) -> None:
    method, name = "predict" if output in {"value", "classes"} else "predict_proba", type(_last(estimator)).__name__
    if hasattr(estimator, method):
        return
    if _regresses(estimator):
        raise UserError(f"model 'sklearn': a {name} answers a value, but output is {output}", "output")
    if hasattr(estimator, "predict"):
        raise UserError(
            f"model 'sklearn': a {name} has no predict_proba, so its answers have no probabilities: fit it within "
            "`sklearn.calibration.CalibratedClassifierCV(estimator)`, or set `output: classes`",
            "path",
        )
    raise UserError(f"model 'sklearn': a {name} cannot predict: expected a classifier or a regressor", "path")


def _own_labels(estimator: Any, output: str) -> list[str]:
    """The names of the columns; labels that an estimator knows by their place only are called by its number."""
    if output == "value":
        return ["value"]
    classes = getattr(estimator, "classes_", ())
    return [str(name) for name in (range(len(classes)) if isinstance(classes, list) else classes)]


def _labels(own: list[str], labels: list[str] | None) -> list[str]:
    if labels and own and len(labels) != len(own):
        raise UserError(
            f"model 'sklearn': the suite names {len(labels)} labels ({', '.join(labels)}), but the estimator has "
            f"{len(own)} ({', '.join(own)})",
            "labels",
        )
    return labels or own


def _given(inputs: Sequence[Any]) -> Any:
    """The inputs as estimators take them: texts a list, rows of columns a DataFrame."""
    if not any(isinstance(value, Mapping) for value in inputs):
        return list(inputs)
    return table_of(inputs, "model 'sklearn'")


def _column(values: Any) -> Any:
    """The values of a regressor, `(n, 1)`."""
    array = np.asarray(values, dtype=np.float64)
    return array[:, np.newaxis] if array.ndim == 1 else array


def _each_label(answered: Sequence[Any], classes: Sequence[Any]) -> Any:
    """The probability that each label applies, `(n, labels)`, from one array `(n, 2)` per label."""
    return np.stack([_holds(rows, list(each)) for rows, each in zip(answered, classes, strict=True)], axis=1)


def _holds(rows: Any, classes: list[Any]) -> Any:
    """The column of the later class, the true one; a label that never varied has one class only."""
    if len(classes) > 2:
        raise AnswerError(f"expected labels that apply or do not, but one of them has the classes {classes}")
    never = len(classes) == 1 and not classes[0]
    return np.zeros(len(rows)) if never else rows[:, -1]
