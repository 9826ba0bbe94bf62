"""How much a file may contain: a small compressed one can become larger than any memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

MIB = 2**20


class TooLargeError(ValueError):
    """A file contains more than a limit allows."""


@dataclass(frozen=True)
class Limits:
    """What a file may contain at most: MiB once decompressed, rows, and millions of characters in a text."""

    mb: int = 1024
    rows: int = 10_000_000
    cell_mb: int = 16

    def of_rows(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The rows; raises TooLargeError for too many, or a text that is too long."""
        longest = self.cell_mb * 1_000_000
        for number, row in enumerate(rows, 1):
            if number > self.rows:
                raise TooLargeError(f"it has more than {self.rows:,} rows: raise `max_rows` where that is meant")
            for name, value in row.items():
                if isinstance(value, (str, bytes)) and len(value) > longest:
                    raise TooLargeError(
                        f"row {number} has {len(value):,} characters in {name!r:.60}: "
                        f"raise `max_cell_mb` (now {self.cell_mb}) where that is meant"
                    )
            yield row

    def require(self, size: int) -> None:
        """Raise TooLargeError for a content of so many bytes."""
        if size > self.mb * MIB:
            raise TooLargeError(f"it contains more than {self.mb:,} MiB: raise `max_mb` where that is meant")


class Bounded(io.RawIOBase):
    """The bytes of a stream, up to a limit."""

    def __init__(self, stream: BinaryIO, limits: Limits) -> None:
        self._stream, self._limits, self._size = stream, limits, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._stream.read(len(buffer))
        self._size += len(found)
        self._limits.require(self._size)
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._stream.close()
        super().close()
