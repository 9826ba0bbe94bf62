"""The precision of a suite's gates with its data, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.runs.load import Checked, sound_rows
from harness.scores.address import parse_local
from harness.statistics.exact import share_bounds
from harness.suite.file import TaskSpec


def resolvable(checked: Checked) -> dict[str, Any]:
    """The number of samples of a suite, and the interval that each of its gates can resolve."""
    found = sound_rows(checked)
    sizes = [min(rows, spec.limit or rows) for rows, spec in zip(found, checked.suite.sets, strict=True)]
    by_set = dict(zip(["", *(spec.title for spec in checked.suite.sets[1:])], sizes, strict=True))
    widths = [row for task in checked.suite.tasks for row in _half_widths(checked, task, by_set)]
    return {"suite": checked.file.name, "samples": sum(sizes), "gates": widths}


def _half_widths(checked: Checked, task: TaskSpec, sizes: Mapping[str, int]) -> list[dict[str, Any]]:
    """For each gate on a share of all cases of a set, what the interval around its bound would be."""
    proportions = checked.tasks[task.title].proportions
    widths = []
    for each in checked.gates(task):
        name, keys = parse_local(each.address.partition("/")[2])
        rows = sizes.get(keys.get("data", ""), 0)
        n = min(rows, task.limit or rows)
        known = name in proportions and "class" not in keys and 0 <= each.bound <= 1 and n > 0
        width = half_width(each.bound, n, checked.suite.confidence) if known else None
        widths.append({"address": each.address, "kind": each.kind, "bound": each.bound, "n": n, "half_width": width})
    return widths


def half_width(share: float, n: int, confidence: float = 0.95) -> float:
    """Half of the exact interval at a share, by n: what a gate can resolve."""
    low, high = share_bounds(share * n, n, confidence)
    return (high - low) / 2
