"""Columns of images: arrays, pictures, bytes and files, each decoded when it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from harness import UserError
from harness_image import Image
from harness_image.pixels import as_image

MAGIC_BYTES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")
"""The first bytes of PNG, JPEG, GIF, BMP and WebP files."""


class Images(Sequence[Image]):
    """The images of a column; `sources` are hashes of what they are made from, without decoding it."""

    def __init__(self, name: str, cells: Sequence[Any]) -> None:
        self._name = name
        self._cells = cells
        self.sources = [self._source(number, cell) for number, cell in enumerate(cells, 1)]

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        try:
            return as_image(content_of(self._cells[index]))
        except (ValueError, OSError) as error:
            at = range(len(self))[index] + 1
            raise UserError(f"row {at} of the data has no image in column {self._name!r}: {error}") from error

    def _source(self, number: int, cell: Any) -> str:
        try:
            return source_of(cell)
        except (ValueError, OSError) as error:
            raise UserError(f"row {number} of the data has no image in column {self._name!r}: {error}") from error


def is_image(cell: object) -> bool:
    """Whether a cell is an image and nothing else, so that nobody has to say so."""
    if isinstance(cell, np.ndarray):
        return cell.dtype == np.uint8 and (cell.ndim == 2 or (cell.ndim == 3 and cell.shape[2] in {1, 3}))
    if isinstance(cell, Mapping):
        return set(cell) == {"bytes", "path"}
    if isinstance(cell, Path):
        return True
    return (isinstance(cell, bytes) and cell.startswith(MAGIC_BYTES)) or hasattr(cell, "getbands")


def content_of(cell: Any) -> Any:
    """The source of an image: an array, a picture or the bytes of a file."""
    if isinstance(cell, Mapping) and set(cell) == {"bytes", "path"}:
        return cell["bytes"] if cell["bytes"] is not None else Path(cell["path"]).read_bytes()
    if isinstance(cell, (str, Path)):
        path = Path(cell)
        return np.load(path, allow_pickle=False) if path.suffix == ".npy" else path.read_bytes()
    if isinstance(cell, list):  # what Arrow makes of nested numbers
        return np.asarray(cell, dtype=np.uint8)
    return cell


def source_of(cell: Any) -> str:
    """A hash of what decides the image: its bytes or its numbers; raises ValueError for what is no image at all."""
    content = Path(cell).read_bytes() if isinstance(cell, (str, Path)) else content_of(cell)
    if isinstance(content, bytes):
        return _digest(content)
    image = as_image(content)
    return _digest(repr(image.shape).encode() + image.tobytes())


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
