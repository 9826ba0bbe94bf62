"""Sets of classes that contain the truth as often as is asked, by a threshold found on other samples.

Split conformal prediction as in Angelopoulos & Bates (2021, A gentle introduction to conformal prediction): sections
1.1 (LAC: all classes that are probable enough; Sadinle, Lei & Wasserman 2019) and 2.1 (APS: the most probable classes
until they are enough together; Romano, Sesia & Candes 2020, without its randomisation).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Labels = npt.NDArray[np.intp]


def lac(probabilities: Array) -> Array:
    """How little each class fits each sample, `(n, classes)`: one less its probability."""
    return 1 - probabilities


def aps(probabilities: Array) -> Array:
    """The same as the summed probability of the class and of all that are more probable, `(n, classes)`."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    summed = np.take_along_axis(probabilities, order, axis=1).cumsum(axis=1)
    return np.asarray(np.take_along_axis(summed, order.argsort(axis=1), axis=1), np.float64)


METHODS: Mapping[str, Callable[[Array], Array]] = {"lac": lac, "aps": aps}


def threshold(misfits: Array, labels: Labels, wanted: float) -> float | None:
    """The misfit of the true class, `(n,)` of `(n, classes)`, that so many samples do not exceed; None of too few."""
    n = len(labels)
    rank = int(np.ceil((n + 1) * wanted - 1e-9))
    return float(np.sort(misfits[np.arange(n), labels])[rank - 1]) if rank <= n else None


def fewest(wanted: float) -> int:
    """The samples that a threshold needs at least."""
    return int(np.ceil(wanted / (1 - wanted) - 1e-9))
