"""Labels that are probably wrong, by confident learning (Northcutt, Jiang & Chuang 2021, JAIR 70).

As `cleanlab.filter.find_label_issues` finds them by default: the confident joint, calibrated, and pruned by noise rate,
that is for each pair of classes as many samples as the joint says, those of the largest margin.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
Labels: TypeAlias = npt.NDArray[np.int64]

NEAR = 1e-6
"""What a probability may fall short of its threshold by."""

NEVER = 2.0
"""The threshold of a class that no sample has: no probability reaches it."""


def label_errors(labels: Labels, probabilities: Array) -> npt.NDArray[np.bool_]:
    """Whether each label `(n,)` is probably wrong, by probabilities `(n, classes)` of a model that did not see it."""
    classes = probabilities.shape[1]
    remove = _at_least_one_right(_confident_joint(labels, probabilities).T)
    found = np.zeros(len(labels), bool)
    for given in range(classes):
        of_class = np.flatnonzero(labels == given)
        if len(of_class) <= 1:
            continue
        for true in range(classes):
            count = remove[true, given]
            if true != given and count > 0:
                margin = probabilities[of_class, true] - probabilities[of_class, given]
                found[of_class[np.argsort(-margin)[:count]]] = True
    return np.asarray(found & (probabilities.argmax(axis=1) != labels), bool)


def _confident_joint(labels: Labels, probabilities: Array) -> Labels:
    """Counts `(given, true)`: samples by their label and the class they confidently belong to, adjusted to all."""
    classes = probabilities.shape[1]
    counts = np.bincount(labels, minlength=classes)
    own = [probabilities[labels == at, at].mean() if counts[at] else NEVER for at in range(classes)]
    confident = probabilities >= np.maximum(own, 2 * NEAR) - NEAR
    some = confident.any(axis=1)
    true = np.where(confident.sum(axis=1) > 1, probabilities.argmax(axis=1), confident.argmax(axis=1))
    joint = np.zeros((classes, classes)).T  # sums in the order of cleanlab's: a tie may hang on their last bit
    np.add.at(joint, (labels[some], true[some]), 1)
    np.fill_diagonal(joint, joint.diagonal().clip(min=1))
    joint = (joint.T / joint.sum(axis=1) * counts).T
    return np.array([_rounded(row) for row in joint / joint.sum() * counts.sum()])


def _rounded(row: Array) -> Labels:
    """Whole numbers with the sum of the row: those that were rounded most are changed."""
    whole = row.round()
    while abs(left := row.sum().round() - whole.sum()) > NEAR:
        step = 1 if left > 0 else -1
        changed = np.argsort(row - whole)[::-step][: min(int(abs(left)), len(row))]
        whole[changed] += step
    return np.asarray(whole, np.int64)


def _at_least_one_right(remove: Labels) -> Labels:
    """Counts `(true, given)` that leave one sample of each class where it is."""
    right = np.maximum(remove.diagonal(), 1)
    rates = np.maximum(np.count_nonzero(remove, axis=0) - 1.0, 1.0)
    found = np.maximum(remove - (right - remove.diagonal()) / rates, 0)
    np.fill_diagonal(found, right)
    return np.array([_rounded(row) for row in found])
