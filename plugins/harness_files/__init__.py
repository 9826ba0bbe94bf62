"""The data `files`: tables in csv, tsv, json, jsonl, parquet and arrow files; needs nothing but the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from harness import Table, UserError

if TYPE_CHECKING:
    from harness_files.limits import Limits


def files(
    *,
    path: Path | list[Path],
    format: Literal["auto", "csv", "tsv", "json", "jsonl", "parquet", "arrow"] = "auto",  # the suite's key
    max_mb: int = 1024,
    max_rows: int = 10_000_000,
    max_cell_mb: int = 16,
) -> Iterable[Mapping[str, Any]]:
    """Rows of csv, tsv, json, jsonl, parquet or arrow files, of which the first four may be compressed (.gz).

    `path` is a file, a glob (`data/*.jsonl`, `**/*.parquet`: sorted by name, hidden files left out) or a list of
    them: all of one format and with the same columns. `format` is read off the name unless given. A cell of csv
    and tsv is always text, as it stands there; JSON and the others have types of their own. Where input, label and
    id stand, and what labels mean, the suite says with `columns` and `labels`.

    A file that contains more than `max_mb` MiB once it is decompressed, more than `max_rows` rows, or a text of more
    than `max_cell_mb` million characters is refused: a compressed file of 3 MB may contain 3 GB.
    """
    from harness_files.limits import Limits
    from harness_files.tables import found

    paths = found(path if isinstance(path, list) else [path])
    if not paths:
        raise UserError("data 'files': path is an empty list: expected at least one file")
    if empty := [each for each in paths if each.stat().st_size == 0]:
        raise UserError(f"data 'files': {empty[0]} is empty")
    kind = _one_format(paths) if format == "auto" else format
    limits = Limits(max_mb, max_rows, max_cell_mb)
    tables = [_load(each, kind, limits) for each in paths]
    _check_columns(paths, tables)
    return tables[0] if len(tables) == 1 else Table(row for table in tables for row in table)


def _load(path: Path, kind: str, limits: Limits) -> Table:
    """The rows of one file."""
    from harness_files.tables import read

    return read(path, kind, limits)


def _one_format(paths: Sequence[Path]) -> str:
    from harness_files.tables import format_of

    kinds = {path: format_of(path) for path in paths}
    if others := [path for path in paths if kinds[path] != kinds[paths[0]]]:
        raise UserError(
            f"data 'files': {others[0]} is {kinds[others[0]]} and {paths[0]} is {kinds[paths[0]]}: "
            "expected files of one format"
        )
    return kinds[paths[0]]


def _check_columns(paths: Sequence[Path], tables: Sequence[Sequence[Mapping[str, Any]]]) -> None:
    """Raise UserError naming the first file whose columns are not those of the first that has rows."""
    columns = [(path, list(table[0])) for path, table in zip(paths, tables, strict=True) if table]
    for path, names in columns[1:]:
        first, expected = columns[0]
        if set(names) != set(expected):
            raise UserError(
                f"data 'files': {path} has the columns {', '.join(names)}: "
                f"expected {', '.join(expected)}, as in {first}"
            )
