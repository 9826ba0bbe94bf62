"""Parts that are made for other texts than those of the data: they will leave all of them, or most, as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.data.samples import columns_of
from harness.data.table import Table
from harness.errors import HarnessError, listed
from harness.parts.languages import MadeFor
from harness.runs.load import Checked, check, rows_of
from harness.suite.file import DataSpec, TaskSpec, load_suite
from harness.tasks.task import Part

ROWS = 1000
"""Rows of a set that are looked at."""


def untouched(checked: Checked) -> Iterator[str]:
    """A line for each task, set and trait where a part will change none, or fewer than half, of the texts."""
    sets = dict(zip(checked.suite.set_names, zip(rows_of(checked), checked.suite.sets, strict=True), strict=True))
    for spec in checked.suite.tasks:
        for known, titles in _made_for(checked, spec).items():
            for name, (rows, data) in spec.of(sets).items():
                looked_at = min(len(rows), ROWS, spec.limit or ROWS)
                fit = sum(_fit(rows, data, known, looked_at))
                if 2 * fit < looked_at:
                    leaves = f"all {looked_at}" if not fit else f"{looked_at - fit} of {looked_at}"
                    yield f"{spec.title}: {listed(titles)} will leave {leaves} texts{_of(name)} as they are: {known}"


def about(path: Path) -> list[str]:
    """The same of a suite file that was just written; nothing where it cannot be checked yet."""
    try:
        return list(untouched(check(load_suite(path))))
    except HarnessError:  # whatever is wrong with it, `check` says it
        return []


def _made_for(checked: Checked, spec: TaskSpec) -> Mapping[MadeFor, list[str]]:
    found: dict[MadeFor, list[str]] = defaultdict(list)
    for part in checked.tasks[spec.title].parts.values():
        if isinstance(part, Part) and (part.scripts or part.languages):
            titles = found[MadeFor(part.scripts, part.languages)]
            titles += [part.title] if part.title not in titles else []
    return found


def _fit(rows: Table, data: DataSpec, known: MadeFor, count: int) -> Iterator[bool]:
    columns = columns_of(rows[:1], data).input
    for at in range(count):
        row = rows[at]
        yield known.fits({each: row[each] for each in columns}, data.language)


def _of(name: str) -> str:
    return f" of {name}" if name else ""
