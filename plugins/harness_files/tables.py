"""Tables in files: one reader a format, each giving the values that stand there and nothing inferred from them."""

from __future__ import annotations

import csv
import gzip
import json
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import glob, has_magic
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from harness import Table, UserError
from harness_files.limits import Bounded, Limits, TooLargeError

Row: TypeAlias = dict[str, Any]

BINARY = ("parquet", "arrow")
FORMATS = ("csv", "tsv", "json", "jsonl", *BINARY)
BROKEN = (OSError, EOFError, ValueError, csv.Error, zlib.error, RecursionError, MemoryError)
"""The errors of reading a broken file: pyarrow's errors and those of decoding and JSON are ValueErrors or OSErrors."""

BUFFER_BYTES = 2**18
"""Bytes of a text file that are read at a time."""

ROWS_AT_ONCE = 4096
"""Rows of a binary file that are Python objects at a time."""


def found(paths: Sequence[Path]) -> list[Path]:
    """The files that paths and globs name, those of a glob sorted; raises UserError where there is none."""
    return [each for path in paths for each in _matching(path)]


def _matching(path: Path) -> list[Path]:
    try:
        if path.is_file():
            return [path]
        folder, pattern = _split(path)
    except (OSError, ValueError) as error:  # a name that is too long, or has a zero in it
        raise UserError(f"data 'files': there is no file {str(path)[:200]!r}: {type(error).__name__}") from None
    if folder == Path(folder.anchor) and "**" in pattern:
        raise UserError(f"data 'files': {path} looks into every folder of the disk: expected a folder before `**`")
    if not has_magic(pattern):
        raise UserError(f"data 'files': there is no file {path}")
    names = sorted(glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207  # Path.glob finds hidden files too
    if not (files := [folder / name for name in names if (folder / name).is_file()]):
        raise UserError(f"data 'files': no file matches {pattern} in {folder}")
    return files


def _split(path: Path) -> tuple[Path, str]:
    """The folder that is there, whatever its name, and the pattern below it."""
    folder = next((each for each in path.parents if each.exists()), Path())
    return folder, path.relative_to(folder).as_posix()


def format_of(path: Path) -> str:
    """The format that a file's name ends with; raises UserError for one that has no reader."""
    endings = [ending[1:].lower() for ending in path.suffixes]
    zipped = endings[-1:] == ["gz"]
    kind = (endings[-2 if zipped else -1 :] or [""])[0]
    if kind not in FORMATS or (zipped and kind in BINARY):
        raise UserError(
            f"data 'files': cannot recognise the format of {path.name}: "
            f"expected one of {', '.join(FORMATS)} (the first four also as .gz), or set `format:`"
        )
    return kind


def read(path: Path, kind: str, limits: Limits | None = None) -> Table:
    """The rows of one file, with the same keys in each; raises UserError naming the file and what is wrong in it."""
    limits = limits or Limits()
    try:
        return Table(limits.of_rows(_READERS[kind](path, limits)))
    except TooLargeError as error:
        raise UserError(f"data 'files': {path}: {error}") from None
    except BROKEN as error:
        why = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
        if isinstance(error, RecursionError):
            why = "it is nested too deeply to be data"
        if isinstance(error, MemoryError):
            why = "it is larger than the memory"
        if isinstance(error, UnicodeDecodeError):
            why = f"byte {error.start} is not UTF-8 ({error.reason}): save it as UTF-8"
        raise UserError(f"data 'files': {path} could not be read as {kind}: {why}") from error


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[TextIO]:
    with path.open("rb") as raw:
        zipped = raw.read(2) == b"\x1f\x8b" or path.suffix.lower() == ".gz"
    opened: Any = gzip.open if zipped else open
    bounded = BufferedReader(Bounded(opened(path, "rb"), limits), BUFFER_BYTES)
    with TextIOWrapper(bounded, encoding="utf-8-sig", newline="") as lines:
        yield lines


def _csv(path: Path, limits: Limits, delimiter: str = ",") -> Iterator[Row]:
    """Every cell as text, also an empty one; lines without any cell are no rows."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        with _opened(path, limits) as lines:
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            header = next(reader, [])
            _check_header(header)
            for cells in reader:
                if cells:
                    yield dict(_cells(header, cells, reader.line_num))
    except csv.Error as error:
        hint = "a cell that begins with a quote ends with one, and quotes in it are doubled"
        raise ValueError(f"line {reader.line_num}: {error} ({hint})") from error
    finally:
        csv.field_size_limit(limit)


def _check_header(header: Sequence[str]) -> None:
    if len(set(header)) < len(header):
        [(twice, _)] = Counter(header).most_common(1)
        raise ValueError(f"its header has {twice!r} twice: expected distinct columns")


def _cells(header: Sequence[str], cells: Sequence[str], line: int) -> Iterator[tuple[str, str]]:
    if len(cells) != len(header):
        raise ValueError(f"expected {len(header)} cells in line {line}, as in the header, but got {len(cells)}")
    return zip(header, cells, strict=True)


def _json(path: Path, limits: Limits) -> Iterator[Row]:
    """A list of objects, or an object a line, whichever it is and whatever its name says."""
    with _opened(path, limits) as lines:
        first = next((line for line in lines if line.strip()), "")
        if first.lstrip().startswith("["):
            for number, each in enumerate(json.loads(first + lines.read()), 1):
                yield _row(each, f"entry {number}")
            return
    with _opened(path, limits) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _row(_parsed(line, number), f"line {number}")


def _parsed(line: str, number: int) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {number}: {error.msg} at column {error.colno}") from error


def _row(value: object, place: str) -> Row:
    if not isinstance(value, dict):
        raise ValueError(f"{place} is {json.dumps(value)[:40]}: expected an object, its keys the columns")
    return value


def _parquet(path: Path, limits: Limits) -> Iterator[Row]:
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        yield from _bounded(file.iter_batches(ROWS_AT_ONCE), limits)


def _arrow(path: Path, limits: Limits) -> Iterator[Row]:
    """Arrow's IPC, as a file or as a stream (which is how Hugging Face caches a dataset)."""
    from pyarrow import ArrowInvalid, OSFile, ipc

    with OSFile(str(path)) as file:
        try:
            reader = ipc.open_file(file)
        except ArrowInvalid:
            file.seek(0)
            reader = ipc.open_stream(file)
        yield from _bounded(reader.read_all().to_batches(ROWS_AT_ONCE), limits)


def _bounded(batches: Iterable[Any], limits: Limits) -> Iterator[Row]:
    """The rows of batches of Arrow's, as long as their content is within the limits."""
    size = 0
    for batch in batches:
        size += batch.nbytes
        limits.require(size)
        yield from batch.to_pylist()


_READERS: Mapping[str, Callable[[Path, Limits], Iterator[Row]]] = {
    "csv": _csv,
    "tsv": lambda path, limits: _csv(path, limits, "\t"),
    "json": _json,
    "jsonl": _json,
    "parquet": _parquet,
    "arrow": _arrow,
}
