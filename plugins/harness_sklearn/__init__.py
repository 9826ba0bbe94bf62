"""The model `sklearn`: a fitted scikit-learn estimator from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from harness_sklearn.estimator import Estimator


def sklearn(
    *,
    path: Path,
    trusted: list[str] | None = None,
    labels: list[str] | None = None,
    output: Literal["probabilities", "classes", "value", "labels"] | None = None,
    allow_pickle: bool = False,
) -> Estimator:
    """A fitted scikit-learn estimator or pipeline, from a file that `skops.io.dump` wrote.

    Its `predict_proba` answers, a regressor's `predict`; a multilabel one answers the probability of each label. With
    `output: classes` a classifier's `predict` answers, for one that has no probabilities.
    Texts are given as a list of strings; rows of several columns as a pandas DataFrame of those columns. Labels
    are its `classes_`, unless the suite names them.

    `trusted` lists the types of the file that may be made though skops does not take them for safe by itself: yours,
    other libraries', and of scikit-learn those of trees, boosting, neighbours and networks. `allow_pickle` also takes
    joblib and pickle files, which can run any code.
    """
    from harness_sklearn.estimator import load

    return load(path, trusted=trusted or [], labels=labels, output=output, allow_pickle=allow_pickle)
