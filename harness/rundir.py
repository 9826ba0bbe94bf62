"""The run directory: everything a run leaves behind, readable by anything, whole after any interruption.

run.json            the suite as resolved, fingerprints, versions, hardware, timings, counters, state
samples.parquet     the samples: id, input, label, data (the name of their set, where there are several)
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
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from io import BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from harness.columns import Records, joined, lines_in, of_samples, parquet_in
from harness.errors import RunError, UserError, listed, nearest
from harness.gates import Decision
from harness.records import (
    Record,
    drop_torn_end,
    latest,
    read_lines,
    replace_file,
    to_lines,
    write_parquet,
    write_table,
)
from harness.results import TaskResult
from harness.samples import SAMPLES, sample_table, write_samples
from harness.suite import complaint
from harness.types import Sample

if TYPE_CHECKING:
    import pyarrow as pa

P = TypeVar("P")
T = TypeVar("T")
FORMAT = 1
"""The version of this layout; a run of another one is refused, not guessed at."""

PENDING = 1024
"""Records of a task that are written at the latest, however long the engine never waits."""

SYNC_SECONDS = 1.0
"""Records are flushed at every step of the engine and forced to the disk this often at most."""


class Run:
    """A run to read: what gates and reports are made from.

    With `most`, samples and records are of that many samples only (see `first`).
    """

    def __init__(self, folder: Path, most: int | None = None) -> None:
        self.folder = folder
        self.info = read_info(folder)
        self._most = most

    def first(self, most: int) -> Run:
        """The same run; of one with more samples than that as far as its first ones go, in equal parts of each set.

        They are a random choice, as samples are ordered by hash. Scores and gates are of all either way.
        """
        return Run(self.folder, most) if self.info.get("samples", 0) > most else self

    @property
    def name(self) -> str:
        """The suite's name."""
        return str(self.info["name"])

    @cached_property
    def scores(self) -> dict[str, dict[str, Any]]:
        """`{address: {value, low, high, n}}`."""
        return dict(_read_json(self.folder / "scores.json", dict[str, _Measured]))

    @cached_property
    def gates(self) -> list[dict[str, Any]]:
        """The rows of `gates.json`."""
        return list(_read_json(self.folder / "gates.json", list[Decision]))

    @cached_property
    def samples(self) -> list[dict[str, str]]:
        """Every sample as `{id, input, label, data}`.

        The label is its name, a number, or a JSON list of names; an input that is no text is JSON. `data` names
        the sample's set where there are several.
        """
        rows: list[dict[str, str]] = self._sample_table().to_pylist()
        return rows

    def texts(self, written: str) -> dict[str, str]:
        """The texts of an input as the run keeps it, by column; what is no pair has no name."""
        try:
            found = json.loads(written) if self._is_of_pairs else None
        except ValueError:
            found = None
        return {str(key): str(text) for key, text in found.items()} if isinstance(found, dict) else {"": written}

    @cached_property
    def _is_of_pairs(self) -> bool:
        data = self.info["suite"].get("data")
        first = data[0] if isinstance(data, list) and data else data
        return isinstance(first, dict) and isinstance(first.get("columns", {}).get("input"), list)

    def _sample_table(self) -> pa.Table:
        return sample_table(self.folder / SAMPLES, self._most)

    @property
    def verdict(self) -> str | None:
        """The worst of its gates: pass, undecided, fail or error; None while it is not finished."""
        verdict: str | None = self.info.get("verdict")
        return verdict

    def __getitem__(self, task: str) -> TaskResult:
        """The scores and records of a task by name; raises UserError naming the nearest one."""
        if task not in self.tasks:
            raise UserError(
                f"{self.folder} has no task {task!r}: it has {listed(self.tasks)}{nearest(task, self.tasks)}"
            )
        return TaskResult(self.folder, task, self.scores, self._sample_table)

    def __repr__(self) -> str:
        return f"<run {self.name}: {self.verdict or self.info['state']}, in {self.folder}>"

    def _repr_html_(self) -> str:
        """What a notebook shows: verdict, gates, and where the report is."""
        from harness.notebook import page

        gates = self.gates if self.verdict else []
        return page(self.name, self.verdict or str(self.info["state"]), gates, self.folder / "report.html")

    @property
    def tasks(self) -> list[str]:
        """The names of its tasks, in the order of the suite."""
        return list(self.info["tasks"])

    def records(self, task: str) -> Sequence[Record[dict[str, Any]]]:
        """The records of a task, payloads as mappings, in the order of parts and samples.

        Raises UserError where a finished run has lost them.
        """
        kept = _parquet(self.folder, task)
        if self.info["state"] == "finished" and not kept.exists() and not _lines(self.folder, task).exists():
            raise UserError(f"{kept}: there is no such file; the run's files were changed")
        samples = None if self._most is None else {row["id"] for row in self.samples}
        return read_records(self.folder, task, dict, samples)


@dataclass(frozen=True)
class _Measured:
    """What stands under an address in `scores.json`."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True)
class _Limits:
    max_errors: int


@dataclass(frozen=True)
class _TaskInfo:
    parts: list[str]
    cases: int
    errors: int = 0


@dataclass(frozen=True)
class _Info:
    """What `run.json` holds at least: a file that lacks any of it is no run's."""

    name: str
    state: str
    suite: _Limits
    fingerprints: dict[str, str]
    labels: list[str]
    tasks: dict[str, _TaskInfo]


class RunFolder:
    """A run to write; holds the folder's lock, so two processes cannot write one run. Use as a context."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
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
        self.write_json("run.json", {"format": FORMAT, **info})

    def write_json(self, name: str, content: object) -> None:
        text = json.dumps(content, indent=1, ensure_ascii=True)
        self.write_file(name, (text + "\n").encode())

    def write_file(self, name: str, content: bytes) -> None:
        """Replace a file of the run; raises RunError when the disk does not take it."""
        try:
            replace_file(self.folder / name, lambda aside: aside.write_bytes(content))
        except OSError as error:
            raise RunError(f"could not write {self.folder / name}: {error}; what was written before is kept") from error

    def write_samples(self, samples: Sequence[Sample[Any]], labels: Sequence[str]) -> None:
        try:
            replace_file(self.folder / SAMPLES, lambda aside: write_samples(aside, samples, labels))
        except OSError as error:
            raise RunError(f"could not write the samples to {self.folder}: {error}") from error

    def append(self, records: Iterable[Record[Any]]) -> None:
        """Add records to their tasks' lines; `flush` writes them, at the latest when many have come."""
        for record in records:
            self._pending[record.task].append(record)
        if any(len(pending) >= PENDING for pending in self._pending.values()):
            self.flush()

    def flush(self) -> None:
        """Hand what was appended to the system, and to the disk once a second."""
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

    def finish_records(self, task: str, records: Sequence[Record[Any]], payload: type[Any]) -> None:
        """Replace a task's lines by one Parquet file."""
        try:
            if task in self._files:
                self._files.pop(task).close()
            if isinstance(records, Records):
                write_table(_parquet(self.folder, task), records.table)
            else:
                write_parquet(_parquet(self.folder, task), records, payload)
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


def read_info(folder: Path) -> dict[str, Any]:
    """`run.json`; raises UserError when the folder holds no run, or one of another format."""
    if not (folder / "run.json").is_file():
        raise UserError(f"{folder}: expected a run directory, but it has no run.json")
    info: dict[str, Any] = _read_json(folder / "run.json", dict[str, Any])
    if info.get("format") != FORMAT:
        raise UserError(f"{folder}: expected a run of format {FORMAT}, but got {info.get('format')!r}")
    return _of_shape(info, _Info, folder / "run.json")


def read_records(
    folder: Path, task: str, payload: type[P], samples: Collection[str] | None = None
) -> Sequence[Record[P]]:
    """Every record of a task, finished or not, or those of some samples; one a case."""
    if samples is not None and not _lines(folder, task).exists():
        return parquet_in(_parquet(folder, task), payload, samples)
    found = all_records(folder, task, payload)
    found = found if samples is None else of_samples(found, samples)
    return found.latest() if isinstance(found, Records) else list(latest(found).values())


def all_records(folder: Path, task: str, payload: type[P]) -> Sequence[Record[P]]:
    """Every record of a task as it was written: a case that ran again has one more, the last one holds."""
    kept, lines = _parquet(folder, task), _lines(folder, task)
    finished = parquet_in(kept, payload) if kept.exists() else None
    if not lines.exists():
        return () if finished is None else finished
    running = lines_in(lines, payload)
    if running is None:
        return [*(finished or ()), *read_lines(lines, payload)]
    return running if finished is None else joined(finished, running)


def in_order(records: Sequence[Record[P]], parts: Iterable[str], samples: Sequence[Sample[Any]]) -> Sequence[Record[P]]:
    """The last record of each case, by part, then by sample, as the suite has them: never by when they finished."""
    ids = [sample.id for sample in samples]
    if isinstance(records, Records):
        return records.in_order(parts, ids)
    part_at = {part: at for at, part in enumerate(parts)}
    sample_at = {name: at for at, name in enumerate(ids)}
    last = latest(records).values()
    known = [record for record in last if record.part in part_at and record.sample in sample_at]
    return sorted(known, key=lambda record: (part_at[record.part], sample_at[record.sample]))


def _read_json(path: Path, shape: Any) -> Any:
    try:
        return _of_shape(json.loads(path.read_text(encoding="utf-8")), shape, path)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file: the run did not finish (see --resume)") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read: {error}; the run's files were changed") from None


def _of_shape(content: T, shape: Any, path: Path) -> T:
    """The content as it is, if it is what a run has there; raises UserError otherwise."""
    try:
        TypeAdapter(shape).validate_python(content)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "the whole file"
        raise UserError(f"{path}: not a run's: {where}: {complaint(problem)}; the run's files were changed") from None
    return content


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


def _lines(folder: Path, task: str) -> Path:
    return folder / "records" / f"{task}.jsonl"


def _parquet(folder: Path, task: str) -> Path:
    return folder / "records" / f"{task}.parquet"
