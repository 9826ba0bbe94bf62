"""Many tests at once: p values that bound the chance of any false one among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float]) -> list[float]:
    """The p values adjusted by Holm's step-down method, in their order.

    Holm (1979, Scandinavian Journal of Statistics 6): one at most alpha is rejected at the family's level alpha.
    """
    order = np.argsort(np.array(p, dtype=np.float64), kind="stable")
    scaled = [p[at] * (len(p) - rank) for rank, at in enumerate(order)]
    found = np.empty(len(p))
    found[order] = np.minimum(1.0, np.maximum.accumulate(np.array(scaled, dtype=np.float64)))
    return list(found.tolist())
