"""Whether the tasks of a suite can measure what its model answers, all of them together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, get_args

from harness.errors import UserError
from harness.kinds.outputs import OUTPUTS, output_kind
from harness.suite.file import SuiteFile, TaskSpec
from harness.suite.located import located
from harness.tasks.task import Task
from harness.types import Output

Tasks: TypeAlias = Mapping[str, Task[Any]]
"""The tasks of a suite by their titles."""


def require_outputs(file: SuiteFile, tasks: Tasks, output: Output | None) -> None:
    """Raise UserError for a task that measures no such output; of one that is not known, none that the others do."""
    left, before = frozenset[Output](get_args(Output) if output is None else [output]), list[TaskSpec]()
    for at, spec in enumerate(file.suite.tasks):
        task = tasks[spec.title]
        if not left & task.outputs:
            with located(file, "tasks", at):
                ways = "".join(f"{way}, or " for each, way in task.otherwise.items() if each in left)
                raise UserError(_not_measured(tasks, spec, output, before, ways))
        left &= task.outputs
        before.append(spec)


def _not_measured(tasks: Tasks, spec: TaskSpec, output: Output | None, before: Sequence[TaskSpec], ways: str) -> str:
    """Why no model suits a task, and what to do."""
    own, *others = (" or ".join(sorted(tasks[each.title].outputs)) for each in (spec, *before))
    if output is None:
        measured = "; ".join(f"{each.title!r} measures {other}" for each, other in zip(before, others, strict=True))
        return (
            f"no model suits all tasks: {spec.title!r} measures models that answer {own}, but {measured}: {ways}leave "
            "one out, or make two suites of them"
        )
    if not ways and spec.use in {kind.task for kind in OUTPUTS.values()}:
        ways = f"use {output_kind(output).task!r}, or "
    return (
        f"task {spec.use!r} measures models that answer {own}, but this one answers {output}: {ways}set another "
        "`output` in `model`, or leave the task out"
    )
