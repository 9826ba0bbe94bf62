"""The addresses of a task's scores on several sets of data."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from harness.scores.address import local_address, parse_local
from harness.suite.file import Suite


def is_known(address: str, known: AbstractSet[str], suite: Suite, labels: Sequence[str]) -> bool:
    """Whether a gate's score will be there: one of the task's `known` ones, that on another set, or the drop to it.

    Without labels every class may be one.
    """
    name, keys = parse_local(address)
    others = [spec.title for spec in suite.sets[1:]]
    on = keys.pop("data", None)
    if "class" in keys and not labels:
        return True
    whole = local_address(name, keys)
    if on is None:
        return whole in known
    lost = local_address(name.removesuffix("_drop"), keys)
    return on in others and (whole in known or (name.endswith("_drop") and lost in known))
