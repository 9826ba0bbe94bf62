"""What a run asks of the model it measures before the first case: that it answers, under labels that differ."""

from __future__ import annotations

import reprlib

from harness.engine.adapters import Connection
from harness.errors import UserError, listed
from harness.lookups.saved import NO_OTHER, is_saved
from harness.types import folded


def require_victim(model: Connection, use: str, *, saved: bool = False) -> None:
    """Raise UserError unless a model, `use` in the suite, answers `predict` under labels that differ.

    With `saved` its answers may be saved ones.
    """
    if is_saved(model) and not saved:
        raise UserError(f"model {use!r} cannot be asked here: {NO_OTHER}")
    if not model.answers("predict") and not is_saved(model):
        raise UserError(
            f"model {use!r}: expected a callable (inputs) -> probabilities, but got {reprlib.repr(model.adapter)}"
        )
    if not model.labels:
        in_memory = use == "given"
        names = "give `labels=[..]`" if in_memory else "add `labels: [..]` to `model`"
        value = '`output="value"`' if in_memory else "`output: value`"
        raise UserError(
            f"model {use!r} has no labels: {names}, in the order of its answers, or {value} where it answers one number"
        )
    if len({folded(label) for label in model.labels}) < len(model.labels):
        raise UserError(
            f"labels of a model must differ, by more than case and outer space, but got {listed(model.labels)}"
        )
