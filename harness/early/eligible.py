"""Which tasks can end early: those whose every gate is on a mean over cases whose values have a known range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.demands.gate import CHANGES, TIERS, Gate
from harness.early.watch import Watch, local_of, range_of
from harness.scores.address import parse_local
from harness.verdicts.deciding import family

if TYPE_CHECKING:
    from harness.suite.file import Suite, TaskSpec
    from harness.tasks.task import Task

NO_GATE = "it has no gate to decide"


def watched(
    suite: Suite, tasks: Mapping[str, Task[Any]], gates: Mapping[str, Sequence[Gate]]
) -> dict[str, Watch | str]:
    """The tasks of a suite that end early, or why one that should cannot: it runs to its end."""
    every = [gate for some in gates.values() for gate in some]
    size = {every[at]: len(members) for members in (family(suite, every, tier) for tier in TIERS) for at in members}
    alpha = 1 - suite.confidence
    found: dict[str, Watch | str] = {}
    for spec in suite.tasks:
        if (spec.stop or suite.stop) == "early":
            mine = gates[spec.title]
            failing = {gate: alpha / size.get(gate, 1) for gate in mine}
            found[spec.title] = _why_not(suite, spec, tasks[spec.title], mine) or Watch(mine, alpha, failing)
    return found


def _why_not(suite: Suite, spec: TaskSpec, task: Task[Any], gates: Sequence[Gate]) -> str:
    if not gates:
        return NO_GATE
    if len(suite.sets) > 1:
        return "there are several sets of data"
    if any("group" in data.columns for data in suite.sets):
        return "its samples come in groups"
    if any(getattr(part, "samples", None) is not None for part in task.parts.values()):
        return "a part chooses its samples from all of them"
    if task.outcomes is None or task.settled:
        return "it does not say what its scores are means of"
    other = next((gate for gate in gates if not _is_of_cases(gate, task)), None)
    return f"the gate on {local_of(other)} is on no share of all cases" if other else ""


def _is_of_cases(gate: Gate, task: Task[Any]) -> bool:
    of_all = "slice" not in parse_local(local_of(gate))[1]
    return gate.kind != "ratio" and of_all and range_of(local_of(gate), task, gate.kind in CHANGES) is not None
