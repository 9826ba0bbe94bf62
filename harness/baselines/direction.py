"""Which way of a score is better."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

from harness.baselines.units import UNITS
from harness.errors import MissingExtra
from harness.scores.address import parse_local
from harness.sessions.traits import traits_of
from harness.suite.components import find, load

LOWER = {"attack_success_rate", "flip_rate", "mae", "relative_error", "shift", "sufficiency", *UNITS} - {"throughput"}
HIGHER = {"accuracy", "accuracy_area", "agreement", "comprehensiveness", "precision", "recall", "robust_share",
          "subset_accuracy", "throughput"}  # fmt: skip
"""Scores that the core's tasks have of themselves; another task says its own by `Task.lower_is_better`, a metric by its
trait.
"""

Ways: TypeAlias = Mapping[str, bool]
"""For scores of a task, by name, whether less of them is better."""

NO_WAYS: Ways = MappingProxyType({})

SAME_WAY = ("worst_", "clean_", "mean_", "robust_", "top_", "held_out_", "scaled_")
"""What a score is called before its own name where it is of some samples, units or the worst part."""


_PARAMETER = re.compile(r"@[^_]*")
"""What stands behind the `@` of `top_k@3`, to the end or to a `_drop`."""


def lower_is_better(name: str, own: Ways = NO_WAYS) -> bool | None:
    """Whether less of a score is better, by its name without keys; None where nobody knows.

    `own` is what its task says of its scores. A drop of what should be high should be low, a rise of what should be low
    too.
    """
    name = _PARAMETER.sub("", name)
    if name in own:
        return own[name]
    known = _known(name)
    if known is not None:
        return known
    if name.endswith("_gap"):  # between slices, and never below 0
        return True
    for suffix in ("_drop", "_rise"):
        if name.endswith(suffix):
            lower = lower_is_better(name.removesuffix(suffix), own)
            return lower if lower is None or suffix == "_rise" else not lower
    prefix = next(filter(name.startswith, SAME_WAY), "")
    return lower_is_better(name.removeprefix(prefix), own) if prefix else None


def more_is_better(address: str, kind: str, own: Ways = NO_WAYS) -> bool:
    """Whether a bound of this kind is on a ratio of a score, by its address in the task, of which more is better."""
    return kind == "ratio" and lower_is_better(parse_local(address)[0], own) is False


@cache
def _known(name: str) -> bool | None:
    """That of a score of the core's tasks, or of a metric."""
    if name in LOWER | HIGHER:
        return name in LOWER
    return _of_metric(name) if name in find("metrics") else None


def _of_metric(name: str) -> bool | None:
    try:
        return traits_of(load("metrics", name)).lower_is_better
    except MissingExtra:
        return None
