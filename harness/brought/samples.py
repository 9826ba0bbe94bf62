"""The samples that a task brings along: a set of their own, which no other task runs on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from harness.data.samples import Data
from harness.kinds.inputs import kind_of
from harness.suite.sets import own_set
from harness.tasks.task import Task


def brought_sets(tasks: Mapping[str, Task[Any]]) -> list[Data]:
    """A set for each task, by its title, that has samples of its own; their ids begin with the set's name."""
    return [_set(own_set(title), task) for title, task in tasks.items() if task.samples]


def _set(name: str, task: Task[Any]) -> Data:
    samples = [replace(each, id=f"{name}/{each.id}", data=name) for each in task.samples]
    kind, content = kind_of(samples[0].input), blake2b(digest_size=16)
    for each in samples:
        content.update(f"{each.id}\0{kind.write(each.input)}\0".encode("utf-8", "surrogatepass"))
    return Data(samples, content.hexdigest(), name, kind)
