"""A suite as it runs first: nothing is there yet to compare with, so gates on changes are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.demands.gate import TOGETHER

if TYPE_CHECKING:
    from harness.demands.bounds import Bounds


def without_changes(gates: Mapping[str, Bounds]) -> dict[str, Bounds]:
    """The gates of a task without those on changes."""
    kept = {address: bounds.of_itself for address, bounds in gates.items()}
    return {
        address: each for address, each in kept.items() if each.by_kind and address.partition("[")[0] not in TOGETHER
    }
