"""Checksums of all that a run keeps: a line of records has one, so have the files of a finished run, and `run.json`.

They show what a disk, a copy or an editor changed. They are no signature: who may write the folder may write them too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from zlib import crc32

from harness.errors import UserError

if TYPE_CHECKING:
    from harness.records.info import RunInfo

MARK, END = b',"crc":"', b'"}'
"""The last field of a line: the CRC-32 of the line without it, as eight digits."""


def with_checksum(line: bytes) -> bytes:
    """A line of JSON, with its newline, and its checksum in it."""
    content = line[:-1]
    return b"%b%b%08x%b\n" % (content[:-1], MARK, crc32(content), END)


def fits(line: bytes) -> bool:
    """Whether a line is as it was written; true of one from before there were checksums."""
    content, mark, given = line.rstrip(b"\n").rpartition(MARK)
    return not mark or given == b"%08x%b" % (crc32(content + b"}"), END)


SEAL, PARQUET_END = b"footer-blake2b:", 8
"""What stands before the hash of a Parquet file's footer, and the bytes after that footer: its length and a mark."""


def seal(path: Path) -> None:
    """Write the hash of a Parquet file's footer before it, where no reader looks: pages have checksums, it has none."""
    with path.open("r+b") as file:
        begin, footer = _footer(file)
        file.seek(begin)
        file.write(SEAL + blake2b(footer, digest_size=16).digest() + footer)


def require_seal(path: Path) -> None:
    """Raise ValueError where a Parquet file's footer is another than was written; one without a hash is believed."""
    with path.open("rb") as file:
        begin, footer = _footer(file)
        file.seek(max(0, begin - len(SEAL) - 16))
        found = file.read(len(SEAL) + 16)
    if found.startswith(SEAL) and found[len(SEAL) :] != blake2b(footer, digest_size=16).digest():
        raise ValueError("its checksum does not fit")


def _footer(file: BinaryIO) -> tuple[int, bytes]:
    """Where the footer begins, and it with its length and its mark; raises OSError where there is none."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - PARQUET_END))
    begin = size - PARQUET_END - int.from_bytes(file.read(4), "little")
    if begin < 0:
        raise OSError("it has no footer")
    file.seek(begin)
    return begin, file.read()


def of_file(path: Path) -> str:
    """The hash of a file's content."""
    with path.open("rb") as file:
        whole = blake2b(digest_size=16)
        while block := file.read(2**20):
            whole.update(block)
    return whole.hexdigest()


def of_files(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """The hashes of some files of a run, by their names."""
    return {name: of_file(folder / name) for name in names}


def of_info(content: Mapping[str, Any]) -> str:
    """The hash of what `run.json` says besides it."""
    rest = {name: value for name, value in content.items() if name != "checksum"}
    return blake2b(json.dumps(rest, sort_keys=True).encode(), digest_size=16).hexdigest()


def misfits(folder: Path, info: RunInfo) -> Iterator[str]:
    """What does not fit in a finished run, in words, file by file."""
    for name, known in info.files.items():
        path = folder / name
        try:
            if of_file(path) != known:
                yield f"{path}: not the file that the run wrote"
        except OSError as error:
            yield f"{path}: cannot be read: {error.strerror}"
    for path in sorted((folder / "records").glob("*")) if info.files else ():
        if path.relative_to(folder).as_posix() not in info.files:
            yield f"{path}: not a file of this run"


def require_fit(folder: Path, info: RunInfo, name: str) -> None:
    """Raise UserError unless a file of a finished run is as it was written."""
    known, path = info.files.get(name), folder / name
    if path.is_dir():
        raise UserError(f"{path}: cannot be read: it is a folder; the run's files were changed")
    if known is not None and path.exists() and of_file(path) != known:
        hint = ": without this file --resume asks its cases again" if name.startswith("records/") else ""
        raise UserError(f"{path}: not the file that the run wrote: the run's files were changed{hint}")
