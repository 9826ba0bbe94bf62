"""Attributions of one input: are they sound, and what is left of it without, or with only, its heaviest units."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np

from harness.kinds.inputs import kind_of
from harness.types import Attribution

SHARES_ERASED = (0.01, 0.05, 0.1, 0.2, 0.5)
"""The shares of units whose erasure is averaged, as in DeYoung et al. (2020), section 4."""


def require_sound(found: Attribution, value: object, labels: Sequence[str]) -> None:
    """Raise TypeError or ValueError for what explains no input: units that do not join, a label that is none."""
    if not isinstance(found, Attribution):
        raise TypeError(f"expected the explainer to return an Attribution, but got {found!r}")
    if len(found.units) != len(found.weights):
        raise ValueError(f"expected one weight per unit, but got {len(found.weights)} for {len(found.units)}")
    kind_of(value).keep(value, found.units, set(range(len(found.units))))
    if not np.isfinite(found.weights).all() or not 0 <= found.label < len(labels):
        raise ValueError(f"expected finite weights for one of {len(labels)} classes, but got {found!r}")


def rationales(found: Attribution, value: object) -> tuple[list[Any], list[Any]]:
    """The inputs without, and with only, the heaviest units, for each of the shares; none of a single unit."""
    order = sorted(range(len(found.units)), key=lambda at: (-found.weights[at], at))
    tops = [set(order[: ceil(each * len(order))]) for each in SHARES_ERASED] if len(order) > 1 else []
    kind = kind_of(value)
    erased = [kind.keep(value, found.units, set(order) - top) for top in tops]
    return erased, [kind.keep(value, found.units, top) for top in tops]
