"""A suite as it runs first: nothing is there yet to compare with, so gates on changes are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OF_ITSELF = ("min", "max")
"""The bounds of a score itself; all others are of how it changed."""


def without_changes(gates: Mapping[str, Mapping[Any, float]]) -> dict[str, dict[str, float]]:
    """The gates of a task without those on changes."""
    kept = {
        address: {kind: bound for kind, bound in bounds.items() if kind in OF_ITSELF}
        for address, bounds in gates.items()
    }
    return {address: bounds for address, bounds in kept.items() if bounds}
