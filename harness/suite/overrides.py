"""Keys of a suite set from outside of its file: by dotted path, tasks and sets by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from harness.errors import UserError, listed, nearest

MAIN = "="
"""The key for the value of `use:value` until the component's first parameter is known."""


def expanded(value: object) -> object:
    """A component may be given as `use` or `use:value`, the value being its first parameter."""
    if not isinstance(value, str):
        return value
    use, colon, main = value.partition(":")
    return {"use": use, MAIN: main} if colon else {"use": use}


def override(
    raw: dict[Any, Any], dotted: str, value: object, title_of: Callable[[object], str]
) -> tuple[str | int, ...]:
    """Set `a.b.c` and return where that is.

    Under `tasks` the second word is a task's name, under `data` it may be a set's, which `title_of` tells.
    """
    first, *rest = _words(dotted)
    if first == "tasks" and rest:
        return _override_task(raw, rest, dotted, value)
    if first == "data" and rest and isinstance(raw.get("data"), list):
        return _override_sets(raw, rest, dotted, value, title_of)
    _set(raw, [first, *rest], dotted, value)
    return (first, *rest)


def _override_sets(
    raw: dict[Any, Any], rest: list[str], dotted: str, value: object, title_of: Callable[[object], str]
) -> tuple[str | int, ...]:
    """Set a key of every set of a list, or of the one that the first word names."""
    specs = raw["data"] = [expanded(each) for each in raw["data"]]
    titles = [title_of(each) for each in specs]
    if len(rest) > 1 and rest[0] in titles:
        at = titles.index(rest[0])
        _set(specs[at], rest[1:], dotted, value)
        return ("data", at, *rest[1:])
    for each in specs:
        _set(each, rest, dotted, value)
    return ("data",)


def _override_task(raw: dict[Any, Any], rest: list[str], dotted: str, value: object) -> tuple[str | int, ...]:
    tasks = raw.get("tasks")
    specs = [expanded(task) for task in tasks] if isinstance(tasks, list) else []
    names = [str(spec.get("name") or spec.get("use")) if isinstance(spec, dict) else "" for spec in specs]
    if rest[0] not in names:
        raise UserError(
            f"--set {dotted}: no task is called {rest[0]!r}: expected one of {listed(names)}{nearest(rest[0], names)}"
        )
    raw["tasks"], at = specs, names.index(rest[0])
    _set(specs[at], rest[1:], dotted, value)
    return ("tasks", at, *rest[1:])


def _set(target: object, words: list[str], dotted: str, value: object) -> None:
    for word in words[:-1]:
        if not isinstance(target, dict):
            break
        inner = expanded(target.get(word))
        target[word] = {} if inner is None else inner
        target = target[word]
    if not isinstance(target, dict) or not words:
        raise UserError(f"--set {dotted}: expected a key of the suite, like data.limit or tasks.attack.limit")
    target[words[-1]] = value


def _words(dotted: str) -> list[str]:
    """Split at the dots outside brackets, so that gates can be set: tasks.a.gates.recall[class=x.y].min."""
    return re.findall(r"(?:[^.\[]|\[[^\]]*\])+", dotted) or [dotted]
