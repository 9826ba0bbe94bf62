"""The scores that a task can have, before it has any: what a gate may speak of, and what to do where it may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.scores.address import local_address, parse_local
from harness.suite import components
from harness.suite.file import TaskSpec
from harness.tasks.task import ScoringContext, Task
from harness.types import Output


def score_names(task: Task[Any], labels: Sequence[str], output: Output | None) -> set[str]:
    """Every address a task's scores can have; none where the task does not say."""
    outputs = (task.outputs if output is None else {output}) if task.addresses_known else ()
    return {score.local for each in outputs for score in task.score([], ScoringContext(labels, {}, output=each))}


def remedy(address: str, spec: TaskSpec) -> str:
    """What to do for a score that is a metric, of a task that takes metrics; nothing for any other."""
    name = parse_local(address)[0]
    takes = "metrics" in components.parameters_of(components.load("tasks", spec.use))
    return f"; add {name} to its `metrics`" if takes and name in components.find("metrics") else ""


def is_known(address: str, known: set[str], others: Sequence[str], labels: Sequence[str]) -> bool:
    """Whether a gate's score will be there: one of the task's, or that on another set, or the drop to it."""
    name, keys = parse_local(address)
    on = keys.pop("data", None)
    if "class" in keys and not labels:
        return True
    whole = local_address(name, keys)
    if on is None:
        return whole in known
    lost = local_address(name.removesuffix("_drop"), keys)
    return on in others and (whole in known or (name.endswith("_drop") and lost in known))
