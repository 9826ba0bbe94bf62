"""The models that tasks and their parts bring along."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Any

from harness.engine.adapters import Connection, connect
from harness.errors import UserError
from harness.suite.file import ModelSpec
from harness.tasks.task import Part, Task


def brought_models(
    tasks: Iterable[Task[Any]], taken: Container[str], load: Callable[[ModelSpec], Any]
) -> dict[str, Connection]:
    """The models that tasks and parts bring along, by their names; raises UserError for a name that is taken.

    `load` makes the adapter of an entry; the same name of two tasks has to be that of the same entry.
    """
    found: dict[str, Connection] = {}
    entries: dict[str, ModelSpec] = {}
    for task in tasks:
        for name, spec in task.models.items():
            if name in taken or entries.get(name, spec) != spec:
                raise UserError(f"a task brings a model {name!r}, but there is another of that name already")
            if name not in entries:
                found[name] = _loaded(name, spec, load)
            entries[name] = spec
        for part in task.parts.values():
            for name, model in part.models.items() if isinstance(part, Part) else ():
                if not name or name in taken or (name in found and found[name].adapter is not model):
                    raise UserError(f"a part brings a model {name!r}, but there is one of that name already")
                found[name] = connect(model, title=name)
    return found


def _loaded(name: str, spec: ModelSpec, load: Callable[[ModelSpec], Any]) -> Connection:
    try:
        adapter = load(spec)
    except UserError as error:
        error.args = (f"{name}: {error}",)
        raise
    return connect(adapter, title=name, labels=spec.labels, output=spec.output)
