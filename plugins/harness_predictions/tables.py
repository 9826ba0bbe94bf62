"""The columns of a file: of a table its own, of arrays each array."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness import UserError, listed, nearest, read_rows

ARRAYS = (".npy", ".npz")
MAX_MB = 1024
"""MiB of arrays that are read: a compressed file of 1 MB may contain as much."""

BROKEN = (OSError, EOFError, ValueError, KeyError, MemoryError, zipfile.BadZipFile)
"""What numpy raises for a file that is none of its own."""


class Columns:
    """The columns of a file by their names, each a list of cells or an array; all of one length."""

    def __init__(self, path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
        self.path, self.columns = path, columns
        self.are_arrays = path.suffix.lower() in ARRAYS

    def __getitem__(self, name: str) -> Sequence[Any]:
        """A column; raises UserError with the nearest one."""
        if name not in self.columns:
            what = "array" if self.are_arrays else "column"
            hint = "" if self.are_arrays or not any(map(_is_number, self.columns)) else "; is its first line no header?"
            raise self.error(
                f"it has no {what} {name!r}: its {what}s are {listed(self.columns)}{nearest(name, self.columns)}{hint}"
            )
        return self.columns[name]

    def error(self, what: str) -> UserError:
        """An error of the file."""
        return UserError(f"model 'predictions': {self.path}: {what}")


def columns_of(path: Path) -> Columns:
    """The columns of a file; raises UserError for one that cannot be read or is empty."""
    about = Columns(path, {})
    return Columns(path, _arrays(path, about) if about.are_arrays else _table(path, about))


def _table(path: Path, about: Columns) -> dict[str, list[Any]]:
    try:
        rows = read_rows("files", path=path)
    except UserError as error:
        raise UserError(str(error).replace("data 'files'", "model 'predictions'", 1)) from None
    if not len(rows):
        raise about.error("it has no rows: expected an answer to each sample, below a header with the columns' names")
    names = list(rows[0])
    cells: dict[str, list[Any]] = {name: [] for name in names}
    for row in rows:
        for name, value in row.items():
            cells[name].append(value)
    return cells


def _arrays(path: Path, about: Columns) -> dict[str, Any]:
    """Arrays by their names, that of a file of one by none; raises UserError for pickles."""
    try:
        _require_small(path, about)
        found = np.load(path, allow_pickle=False)
        arrays = {"": found} if isinstance(found, np.ndarray) else {name: found[name] for name in found.files}
    except BROKEN as error:
        objects = "Object arrays" in str(error) or "allow_pickle" in str(error)
        why = "it contains Python objects, which are never loaded: save plain arrays" if objects else str(error)
        raise about.error(f"it could not be read as arrays: {why}") from None
    if not arrays:
        raise about.error("it has no arrays")
    return arrays


def _require_small(path: Path, about: Columns) -> None:
    sizes = [path.stat().st_size]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            sizes = [each.file_size for each in packed.infolist()]
    if sum(sizes) > MAX_MB * 2**20:
        raise about.error(f"it contains more than {MAX_MB:,} MiB of arrays")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
