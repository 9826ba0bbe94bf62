"""Which fold each sample is left out in: at random, with the classes of all in each, and groups never torn apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Places: TypeAlias = npt.NDArray[np.intp]


def folds_of(classes: Sequence[object] | None, groups: Sequence[str], n: int, folds: int, seed: int) -> Places:
    """The fold of each of `n` samples, `(n,)` in 0..folds-1, after a shuffle.

    With `classes` the counts of each class differ by at most one between folds, as scikit-learn's StratifiedKFold
    allocates them; without, the counts of all samples do. Samples of a group (empty: of none) share a fold: then folds
    are filled as by StratifiedGroupKFold, the largest groups first, each where it leaves the classes most even.
    """
    rng = np.random.default_rng(seed)
    kinds = _numbered(classes if classes is not None else [0] * n)
    if any(groups):
        return _grouped(kinds, _numbered([each or at for at, each in enumerate(groups)]), folds, rng)
    order = rng.permutation(n)
    dealt = order[np.argsort(kinds[order], kind="stable")]
    found = np.empty(n, dtype=np.intp)
    found[dealt] = np.arange(n) % folds
    return found


def _numbered(values: Sequence[object]) -> Places:
    known: dict[object, int] = {}
    return np.array([known.setdefault(each, len(known)) for each in values], dtype=np.intp)


def _grouped(kinds: Places, groups: Places, folds: int, rng: np.random.Generator) -> Places:
    """Each group to the fold where it leaves the shares of the classes most even; of equals to the smallest one."""
    counts = np.zeros((groups.max() + 1, kinds.max() + 1))
    np.add.at(counts, (groups, kinds), 1)
    shuffled = rng.permutation(len(counts))
    order = shuffled[np.argsort(-counts[shuffled].std(axis=1) if counts.shape[1] > 1 else -counts[shuffled, 0],
                                kind="stable")]  # fmt: skip
    filled, chosen = np.zeros((folds, counts.shape[1])), np.empty(len(counts), dtype=np.intp)
    for group in order:
        tried = filled[None] + np.eye(folds)[:, :, None] * counts[group]
        uneven = (tried / counts.sum(axis=0)).std(axis=1).mean(axis=1)
        at = np.lexsort((filled.sum(axis=1), np.round(uneven, 12)))[0]
        filled[at] += counts[group]
        chosen[group] = at
    return chosen[groups]


def training_of(left_out: Places, fold: int, share: float, seed: int) -> Places:
    """The places that a fold's model is fitted on: all that are not left out, or a random share of them.

    Of two shares the smaller one's are among the larger one's, so a curve over sizes grows by what is added.
    """
    others = np.flatnonzero(left_out != fold)
    if share >= 1:
        return others
    kept = np.random.default_rng([seed, fold]).permutation(len(others))[: max(1, round(share * len(others)))]
    return np.sort(others[kept])
