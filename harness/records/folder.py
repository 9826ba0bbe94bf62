"""The run directory: everything a run leaves behind, readable by anything, whole after any interruption.

run.json            the suite as resolved, fingerprints, versions, hardware, timings, counters, state
samples.parquet     the samples: id, input, label, data (the name of their set, where there are several),
                    group (where the data has one)
records/TASK.jsonl  while the task runs, then records/TASK.parquet
scores.json         {address: {value, low, high, n}}
gates.json          [{address, kind, bound, value, low, high, n, verdict}]
report.html
"""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from io import BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from filelock import FileLock, Timeout

from harness.errors import RunError, UserError
from harness.files import replace_file
from harness.records.checksums import of_info
from harness.records.findings import by_rows
from harness.records.info import info_json
from harness.records.reading import FORMAT, _lines, _parquet, read_info
from harness.records.record import Record, drop_torn_end, to_lines, write_table
from harness.records.samples import SAMPLES_FILE, write_samples
from harness.records.table import RecordTable
from harness.types import Sample

if TYPE_CHECKING:
    import pyarrow as pa

P = TypeVar("P")
T = TypeVar("T")

MAX_PENDING_RECORDS = 1024
"""Records of a task that are written at the latest, however long the engine never waits."""

SYNC_SECONDS = 1.0
"""Records are flushed at every step of the engine and forced to the disk this often at most."""


class RunFolder:
    """A run to write; holds the folder's lock, so two processes cannot write one run. Use as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()  # a model may change the working directory
        self._files: dict[str, BufferedWriter] = {}
        self._pending: defaultdict[str, list[Record[Any]]] = defaultdict(list)
        self._synced = time.monotonic()
        _making(folder / "records")
        self._lock = FileLock(folder / "run.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise UserError(
                f"{folder}: another process is writing this run: wait for it, or choose another --out"
            ) from None
        except OSError as error:
            raise UserError(f"cannot write to the run directory {folder}: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with suppress(RunError):  # a full disk has been reported by then
            self.flush()
        for file in self._files.values():
            _close_quietly(file)
        self._files.clear()
        self._lock.release()

    def write_info(self, info: Mapping[str, Any]) -> None:
        content = {"format": FORMAT, **info}
        self.write_json("run.json", {**content, "checksum": of_info(content)})

    def write_json(self, name: str, content: object) -> None:
        text = json.dumps(content, indent=1, ensure_ascii=True)
        self.write_file(name, (text + "\n").encode())

    def write_file(self, name: str, content: bytes) -> None:
        """Replace a file of the run; raises RunError when the disk does not take it."""
        try:
            replace_file(self.folder / name, lambda aside: aside.write_bytes(content))
        except OSError as error:
            raise RunError(f"could not write {self.folder / name}: {error}; what was written before is kept") from error

    def write_samples(self, samples: Sequence[Sample[Any]], *how: Any) -> None:
        """Write the samples; `how` is what `harness.records.samples.write_samples` takes besides."""
        try:
            replace_file(self.folder / SAMPLES_FILE, lambda aside: write_samples(aside, samples, *how))
        except OSError as error:
            raise RunError(f"could not write the samples to {self.folder}: {error}") from error

    def append(self, records: Iterable[Record[Any]]) -> None:
        """Add records to their tasks' lines; `flush` writes them, at the latest when many have come."""
        for record in records:
            self._pending[record.task].append(record)
        if any(len(pending) >= MAX_PENDING_RECORDS for pending in self._pending.values()):
            self.flush()

    def flush(self) -> None:
        """Hand what was appended to the system, and to the disk once per second."""
        try:
            while self._pending:
                task, records = self._pending.popitem()
                self._file(task).write(to_lines(records))
                self._file(task).flush()
            if time.monotonic() - self._synced >= SYNC_SECONDS:
                for file in self._files.values():
                    os.fsync(file.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            raise self._disk(error) from error

    def finish_records(self, task: str, records: RecordTable[Any], found: pa.Table | None = None) -> None:
        """Replace a task's lines by one Parquet file, with the columns of what was found in each record."""
        try:
            if task in self._files:
                self._files.pop(task).close()
            found = by_rows([], len(records)) if found is None else found
            write_table(_parquet(self.folder, task), records.with_findings(found).table)
            _lines(self.folder, task).unlink(missing_ok=True)
        except OSError as error:
            raise self._disk(error) from error

    def _file(self, task: str) -> BufferedWriter:
        """The file of a task's lines, to write behind those that are there."""
        if task not in self._files:
            path = _lines(self.folder, task)
            if path.exists():
                drop_torn_end(path)
            self._files[task] = path.open("ab")
        return self._files[task]

    def _disk(self, error: OSError) -> RunError:
        return RunError(f"could not write the records of {self.folder}: {error}; what was written before is kept")


def stop_from_outside(folder: Path, why: str) -> None:
    """Write into `run.json` why a run, or one of each variant, was ended that could not end itself."""
    for each in (path.parent for path in (folder / "run.json", *folder.glob("*/run.json")) if path.exists()):
        if (info := read_info(each)).state == "running":
            with RunFolder(each) as run:
                run.write_info(info_json(replace(info, state="stopped", why=why)))


def _making(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UserError(
            f"cannot make the run directory {folder}: a file is in its place: choose another --out"
        ) from None
    except OSError as error:
        raise UserError(f"cannot make the run directory {folder}: {error}") from None


def _close_quietly(file: BufferedWriter) -> None:
    """A full disk has been reported by then; closing must not hide it."""
    with suppress(OSError):
        file.close()
