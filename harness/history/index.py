"""The index of a folder of runs: their rows, each for as long as its files are as they were. It may be deleted.

A first line with a checksum of the rest, then JSON. What is no index, or was cut or edited, is written anew; where the
folder cannot be written, everything is read each time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

from pydantic import TypeAdapter

from harness.files import replace_file
from harness.history.past import LeftOut, PastRun, past_run

INDEX = ".harness-history"
FIRST = "harness-history 1 "
FILES = ("run.json", "scores.json", "gates.json")
"""The files of a run that its row is made of."""

BASELINE = ".baseline"
DEEPEST = 8
"""Folders below each other that are searched for runs."""

SECONDS_TO_SETTLE = 2.0
"""A file that changed so shortly ago may change again and look the same: its row is read once more."""

Stamp: TypeAlias = list[tuple[int, int, int]]
"""Size and times, of content and of the file, of each of the files; zeros of one that is not there."""


@dataclass(frozen=True)
class Entry:
    """A row, or why there is none, and the stamp of the files that it was made of."""

    stamp: Stamp
    row: PastRun | None = None
    left_out: LeftOut | None = None


def rows_in(folder: Path) -> Iterator[PastRun | LeftOut]:
    """The rows of all runs and baseline files below a folder, in no order; keeps them in the index."""
    before = _read(folder / INDEX)
    after: dict[str, Entry] = {}
    settled, now = True, time.time()
    for path in _places(folder):
        name = path.relative_to(folder).as_posix()
        stamp = _stamp(path)
        entry = before.get(name)
        if entry is None or entry.stamp != stamp:
            entry, settled = _entry(path, name, stamp), False
        if max(max(each[1:]) for each in stamp) / 1e9 < now - SECONDS_TO_SETTLE:
            after[name] = entry
        yield from (each for each in (entry.row, entry.left_out) if each is not None)
    if not settled or after.keys() != before.keys():
        _write(folder / INDEX, after)


def _entry(path: Path, name: str, stamp: Stamp) -> Entry:
    found = past_run(path, name)
    return Entry(stamp, row=found) if isinstance(found, PastRun) else Entry(stamp, left_out=found)


def _places(folder: Path, depth: int = 0) -> Iterator[Path]:
    """The folders of runs and the baseline files below a folder, which may be a run itself; links are not followed."""
    if os.path.exists(folder / "run.json"):  # noqa: PTH110  # Path.exists raises where it may not look
        yield folder
        return
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:  # its row says why
        yield folder
        return
    for entry in entries:
        with suppress(OSError):
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST and not entry.name.startswith("."):
                    yield from _places(Path(entry.path), depth + 1)
            elif entry.name.endswith(BASELINE) and entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


def _stamp(path: Path) -> Stamp:
    files = [path] if path.name.endswith(BASELINE) and path.is_file() else [path / name for name in FILES]
    return [_of_file(each) for each in files]


def _of_file(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0, 0
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _read(path: Path) -> dict[str, Entry]:
    """The entries of an index; none of one that is not there, is another's, was cut or edited."""
    try:
        first, _, content = path.read_bytes().partition(b"\n")
        if first.decode() != FIRST + _checksum(content):
            return {}
        return _ENTRIES.validate_json(content)
    except (OSError, ValueError, RecursionError):
        return {}


_ENTRIES = TypeAdapter(dict[str, Entry])


def _write(path: Path, entries: dict[str, Entry]) -> None:
    content = _ENTRIES.dump_json(entries)
    first = f"{FIRST}{_checksum(content)}\n".encode()
    with suppress(OSError):  # a folder that cannot be written has none
        replace_file(path, lambda aside: aside.write_bytes(first + content))


def _checksum(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
