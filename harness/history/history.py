"""Rows in the order of time, suite by suite: which scores are followed, and what changed from one run to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from harness.errors import UserError, legible, listed, nearest
from harness.history.index import rows_in
from harness.history.past import LeftOut, PastRun
from harness.scores.address import parse_local

MOST_SCORES = 12
"""Scores that are followed of a suite without gates."""


@dataclass(frozen=True)
class Group:
    """The runs of one suite, the oldest first, and the addresses of the scores that are followed.

    Runs under one name whose labels or output differ are of two suites.
    """

    suite: str
    runs: Sequence[PastRun]
    addresses: Sequence[str]

    @property
    def title(self) -> str:
        """The suite's name."""
        return self.suite or "suite without a name"

    @cached_property
    def changes(self) -> Sequence[Sequence[str]]:
        """For each row what changed since the run before it: `model`, `data`, `tasks`, `numpy 2.3.5 → 2.4.6`."""
        found, before = list[list[str]](), None
        for each in self.runs:
            is_run = each.kind == "run"
            found.append(list(_changes(before, each)) if before and is_run else [])
            before = each if is_run else before
        return found


@dataclass(frozen=True)
class History:
    """The suites that ran in a folder, the one that ran last first, and what is no row."""

    folder: str
    groups: Sequence[Group]
    left_out: Sequence[LeftOut] = field(default_factory=list)


def history_of(folder: Path, scores: Collection[str] = ()) -> History:
    """The history of a folder of runs.

    `scores` are names of scores, their addresses in a task or whole ones; those that have a gate unless given. Raises
    UserError for a folder that is none, or has no run, and for unknown scores.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: expected a folder of runs, but there is no such folder")
    found = list(rows_in(folder))
    rows = [each for each in found if isinstance(each, PastRun)]
    left_out = sorted((each for each in found if isinstance(each, LeftOut)), key=lambda each: each.folder)
    if not found:
        raise UserError(f"{folder}: expected runs, folders with a run.json, but it has none")
    groups = [Group(of_suite[0].suite, of_suite, _followed(of_suite, scores)) for of_suite in _by_suite(rows)]
    _require_scores(scores, rows)
    return History(str(folder), groups, left_out)


def _by_suite(rows: Iterable[PastRun]) -> list[list[PastRun]]:
    found: dict[tuple[object, ...], list[PastRun]] = {}
    for each in sorted(rows, key=lambda each: (_moment(each.when), each.folder)):
        found.setdefault((each.suite, each.output, *each.labels), []).append(each)
    return sorted(found.values(), key=lambda rows: _moment(rows[-1].when), reverse=True)


def _moment(when: str) -> float:
    """Seconds since 1970, the beginning of it where there is no such moment."""
    try:
        found = datetime.fromisoformat(when)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _followed(rows: Sequence[PastRun], scores: Collection[str]) -> list[str]:
    """The scores that are asked for, else those of gates, the newest suite's first, else the whole tasks'."""
    known = dict.fromkeys(address for each in reversed(rows) for address in each.scores)
    if scores:
        return [address for address in known if any(_is_named(address, score) for score in scores)]
    gated = dict.fromkeys(gate.address for each in reversed(rows) for gate in each.gates)
    return list(gated) or [address for address in known if "[" not in address][:MOST_SCORES]


def _is_named(address: str, score: str) -> bool:
    local = address.partition("/")[2]
    return score in (address, local, _name(local))


def _name(local: str) -> str:
    try:
        return parse_local(local)[0]
    except UserError:  # of a stranger's task
        return local


def _require_scores(scores: Collection[str], rows: Sequence[PastRun]) -> None:
    known = {address for each in rows for address in each.scores}
    for score in scores:
        if not any(_is_named(address, score) for address in known):
            names = sorted({_name(address.partition("/")[2]) for address in known})
            raise UserError(
                f"no run here has a score {legible(score)!r}: expected one of {listed(names)}{nearest(score, names)}"
            )


def _changes(before: PastRun, now: PastRun) -> Iterator[str]:
    if before.prints and now.prints:
        yield from (name for name in ("model", "data", "tasks") if before.prints.get(name) != now.prints.get(name))
    if before.versions and now.versions:
        for name in sorted({*before.versions, *now.versions}):
            yield from _version(name, before.versions, now.versions)


def _version(name: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    old, new = before.get(name), now.get(name)
    if old != new:
        yield f"{name} {old or 'none'} → {new or 'none'}"
