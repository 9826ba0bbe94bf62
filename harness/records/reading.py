"""The files of a run directory, read and checked."""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter, ValidationError

from harness.errors import UserError, listed
from harness.records.checksums import of_info
from harness.records.info import RunInfo
from harness.records.table import RecordTable, joined, lines_in, parquet_in
from harness.scores.address import parse_local
from harness.scores.gates import Decision
from harness.scores.score import Score
from harness.suite.complaints import complaint

P = TypeVar("P")
T = TypeVar("T")

FORMAT = 2
"""The version of this layout; a run of another one is refused, not guessed at."""

INDEX = "variants.json"
"""The file of a folder that has a run directory for each of several variants of a model."""


@dataclass(frozen=True)
class _Measured:
    """The entry of an address in `scores.json`."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    note: str = ""
    doubt: str = ""


def read_info(folder: Path) -> RunInfo:
    """`run.json`; raises UserError when the folder contains no run, or one of another format."""
    if (folder / INDEX).is_file():
        names = listed(sorted(each.parent.name for each in folder.glob("*/run.json")))
        raise UserError(f"{folder} has the runs of several variants: name the folder of one of them ({names}) below it")
    if not (folder / "run.json").is_file():
        raise UserError(f"{folder}: expected a run directory, but it has no run.json")
    info = _read_json(folder / "run.json", dict[str, Any])
    if info.get("format") != FORMAT:
        raise UserError(
            f"{folder}: expected a run of format {FORMAT}, but got {info.get('format')!r}: it was made by "
            "another version of model-harness, so run its suite again"
        )
    if "checksum" in info and info["checksum"] != of_info(info):
        raise UserError(f"{folder / 'run.json'}: its checksum does not fit: the run's files were changed")
    return _of_shape(info, RunInfo, folder / "run.json")


def read_scores(folder: Path) -> dict[str, Score]:
    """`scores.json` by address."""
    rows = _read_json(folder / "scores.json", dict[str, _Measured])
    return {address: _score(address, row) for address, row in rows.items()}


def read_gates(folder: Path) -> list[Decision]:
    """`gates.json`, in the order of the suite."""
    return _read_json(folder / "gates.json", list[Decision])


def _score(address: str, row: _Measured) -> Score:
    name, keys = parse_local(address.partition("/")[2] or address)
    return Score(name, row.value, row.low, row.high, row.n, keys, row.note, row.doubt)


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


def _read_json(path: Path, shape: type[T]) -> T:
    try:
        return _of_shape(json.loads(path.read_text(encoding="utf-8")), shape, path)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file: the run did not finish (see --resume)") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: cannot be read: {error}; the run's files were changed") from None


def _of_shape(content: object, shape: type[T], path: Path) -> T:
    """The content as what a run has there; raises UserError for anything else."""
    try:
        return cast("T", _adapter(cast("Hashable", shape)).validate_python(content))
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "the whole file"
        raise UserError(f"{path}: not a run's: {where}: {complaint(problem)}; the run's files were changed") from None


@cache
def _adapter(shape: Hashable) -> TypeAdapter[Any]:
    """The validator of a shape, which takes longer to make than to use."""
    return TypeAdapter(cast("Any", shape))


def _lines(folder: Path, task: str) -> Path:
    return folder / "records" / f"{task}.jsonl"


def _parquet(folder: Path, task: str) -> Path:
    return folder / "records" / f"{task}.parquet"
