"""The files of a run directory, read and checked."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import UserError
from harness.records.table import RecordTable, joined, lines_in, parquet_in
from harness.suite.file import complaint

P = TypeVar("P")
T = TypeVar("T")


FORMAT = 2
"""The version of this layout; a run of another one is refused, not guessed at."""


@dataclass(frozen=True)
class _Measured:
    """The entry of an address in `scores.json`."""

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
    """The least that `run.json` contains: a file without any of these keys is no run's."""

    name: str
    state: str
    suite: _Limits
    fingerprints: dict[str, str]
    labels: list[str]
    tasks: dict[str, _TaskInfo]


def read_info(folder: Path) -> dict[str, Any]:
    """`run.json`; raises UserError when the folder contains no run, or one of another format."""
    if not (folder / "run.json").is_file():
        raise UserError(f"{folder}: expected a run directory, but it has no run.json")
    info: dict[str, Any] = _read_json(folder / "run.json", dict[str, Any])
    if info.get("format") != FORMAT:
        raise UserError(
            f"{folder}: expected a run of format {FORMAT}, but got {info.get('format')!r}: it was made by "
            "another version of model-harness, so run its suite again"
        )
    return _of_shape(info, _Info, folder / "run.json")


def read_records(folder: Path, task: str, payload: type[P], samples: Collection[str] | None = None) -> RecordTable[P]:
    """Every record of a task, finished or not, or those of some samples; one per case."""
    if samples is not None and not _lines(folder, task).exists():
        return parquet_in(_parquet(folder, task), payload, samples)
    found = all_records(folder, task, payload)
    return (found if samples is None else found.of_samples(samples)).latest()


def all_records(folder: Path, task: str, payload: type[P]) -> RecordTable[P]:
    """Every record of a task as it was written: a case that ran again has one more, and the last one counts."""
    kept, lines = _parquet(folder, task), _lines(folder, task)
    finished = parquet_in(kept, payload) if kept.exists() else RecordTable.of((), payload)
    return joined(finished, lines_in(lines, payload)) if lines.exists() else finished


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


def _lines(folder: Path, task: str) -> Path:
    return folder / "records" / f"{task}.jsonl"


def _parquet(folder: Path, task: str) -> Path:
    return folder / "records" / f"{task}.parquet"
