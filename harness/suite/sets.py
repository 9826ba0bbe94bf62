"""Which sets of data a task runs on: those that it names, all of the suite's, or the samples that it brings along."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.errors import UserError, listed, nearest

_BROUGHT = "@"


def own_set(title: str) -> str:
    """The name of the set that a task brings along, by the task's title."""
    return f"{_BROUGHT}{title}"


def sets_of_task(title: str, chosen: Sequence[str] | None, names: Iterable[str]) -> list[str]:
    """The names of a task's sets among those of a run; a set alone has none, and is that of every task without its own.

    `chosen` are those that it names, all where it names none.
    """
    known, own = list(names), own_set(title)
    if own in known:
        return [own]
    return [name for name in known if not name.startswith(_BROUGHT) and (not chosen or not name or name in chosen)]


def require_slices_of(title: str, needed: Iterable[str], known: Iterable[str]) -> None:
    """Raise UserError for a slice that a task compares groups of, and that its data have not."""
    names = list(known)
    for name in needed:
        if name not in names:
            there = f"they have {listed(names)}" if names else f"add `slices: {{{name}: {{column: {name}}}}}` to `data`"
            raise UserError(f"task {title!r}: its data have no slice {name!r}: {there}{nearest(name, names)}")
