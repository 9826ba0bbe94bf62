"""What a run asks of the model it measures before the first case: labels that differ, inputs it reads whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.engine.adapters import Connection, Cuts
from harness.errors import UserError, listed
from harness.types import folded

INPUTS_ENCODED_TOGETHER = 1000
"""Inputs prepared together to count the cut ones: enough for a fast tokenizer's threads, small in memory."""


def require_victim(model: Connection, use: str) -> None:
    """Raise UserError unless a model, `use` in the suite, answers `predict` under labels that differ."""
    if not model.answers("predict"):
        raise UserError(f"model {use!r}: expected a callable (inputs) -> probabilities, but got {model.adapter!r}")
    if not model.labels:
        raise UserError(f"model {use!r} has no labels: add `labels: [..]` to `model`, in the order of its answers")
    if len({folded(label) for label in model.labels}) < len(model.labels):
        raise UserError(
            f"labels of a model must differ, by more than case and outer space, but got {listed(model.labels)}"
        )


def count_cut(model: Connection, inputs: Sequence[Any]) -> int:
    """The number of inputs that are longer than the model reads; 0 if the adapter does not count them.

    An input the adapter refuses is not counted: its cases will say why.
    """
    if model.cut is None:
        return 0
    parts = (inputs[at : at + INPUTS_ENCODED_TOGETHER] for at in range(0, len(inputs), INPUTS_ENCODED_TOGETHER))
    return sum(_cut_of(model.cut, part) for part in parts)


def _cut_of(cut: Cuts, inputs: Sequence[Any]) -> int:
    try:
        return sum(lost > 0 for lost in cut(inputs))
    except Exception:  # noqa: BLE001  # a stranger's adapter: the cases of these inputs will tell
        return 0 if len(inputs) == 1 else sum(_cut_of(cut, [each]) for each in inputs)
