"""The models that parts of tasks bring along."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from harness.engine.adapters import Connection, connect
from harness.errors import UserError
from harness.tasks.task import Part, Task


def brought_models(tasks: Iterable[Task[Any]], taken: Container[str]) -> dict[str, Connection]:
    """The models that parts bring along, by their names; raises UserError for a name that is taken."""
    found: dict[str, Connection] = {}
    for task in tasks:
        for part in task.parts.values():
            for name, model in part.models.items() if isinstance(part, Part) else ():
                if not name or name in taken or (name in found and found[name].adapter is not model):
                    raise UserError(f"a part brings a model {name!r}, but there is one of that name already")
                found[name] = connect(model, title=name)
    return found
