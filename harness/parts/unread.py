"""How much of its inputs a model reads: words past its cut change no answer, so no attack need try them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from harness.engine.adapters import Connection, Cuts
from harness.kinds.inputs import kind_of

INPUTS_ENCODED_TOGETHER = 1000
"""Inputs prepared together to count the cut ones: enough for a fast tokenizer's threads, small in memory."""


def cuts_of(model: Connection) -> Cuts | None:
    """How a model cuts the end of a text; None where it does not say, or cuts the beginning."""
    if model.cut is None or model.tokenizer is None:
        return model.cut
    return None if getattr(model.tokenizer(), "truncation_side", "right") == "left" else model.cut


def read_of(value: Any, cut: Cuts | None) -> tuple[Any, str, int]:
    """What the model reads of a text, the rest of it, and how many units that rest has; other inputs whole.

    The longest beginning, in whole units, of which the model cuts nothing.
    """
    if cut is None or not isinstance(value, str) or not _lost(cut, value):
        return value, "", 0
    units = kind_of(value).units(value)
    ends = list(accumulate(map(len, units)))
    read = bisect_right(range(1, len(units)), False, key=lambda count: _lost(cut, value[: ends[count - 1]]))
    at = ends[read - 1] if read else 0
    return value[:at], value[at:], len(units) - read


def _lost(cut: Cuts, text: str) -> bool:
    try:
        return cut([text])[0] > 0
    except Exception:  # noqa: BLE001  # a stranger's adapter: the questions about this input will tell
        return False


def count_cut(model: Connection, inputs: Sequence[Any]) -> int:
    """The number of inputs that are longer than the model reads; 0 if the adapter does not count them.

    An input the adapter refuses is not counted: its cases will say why.
    """
    if model.cut is None:
        return 0
    parts = (inputs[at : at + INPUTS_ENCODED_TOGETHER] for at in range(0, len(inputs), INPUTS_ENCODED_TOGETHER))
    return sum(_count_of(model.cut, part) for part in parts)


def _count_of(cut: Cuts, inputs: Sequence[Any]) -> int:
    try:
        return sum(lost > 0 for lost in cut(inputs))
    except Exception:  # noqa: BLE001  # a stranger's adapter: the cases of these inputs will tell
        return 0 if len(inputs) == 1 else sum(_count_of(cut, [each]) for each in inputs)
