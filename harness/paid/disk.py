"""Answers kept on the disk between runs, in SQLite: by what the model is and what it was asked, nothing else.

An entry says what it is: kind of number, shape, bytes and a checksum over these and its key. One that is not what it
says, or is of another key, is as good as none. The checksum shows what a disk did, not what a person did: who may write
the folder decides the answers, so only its owner may. What goes wrong with the file costs the run its cache, not the
run.
"""

from __future__ import annotations

import os
import sqlite3
import struct
import warnings
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

import numpy as np

from harness.engine.adapters import Connection
from harness.engine.memory import DEFAULT_MEMORY_BYTES, NO_ANSWER, Key, Memory
from harness.errors import UserError

ANSWERS_FILE = "answers-1.sqlite"
"""The file in the cache's folder; the number is that of the layout."""

ANSWERS_PER_WRITE = 2000
"""Answers written together."""

LOCK_TIMEOUT_SECONDS = 5.0
"""Seconds to wait for another process that is writing."""

BROKEN = (sqlite3.Error, UnicodeDecodeError)  # what SQLite says of a broken file may quote bytes that are no text


class Cache:
    """Answers by key in a folder that several runs may use at once.

    Raises UserError when there can be no folder; later trouble is a warning, and nothing is remembered from then on.
    """

    def __init__(self, folder: Path, together: int = ANSWERS_PER_WRITE) -> None:
        self.file = folder / ANSWERS_FILE
        self._together = together
        self._new: dict[bytes, bytes] = {}
        self._warned = False
        self._connection: sqlite3.Connection | None = None
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"the cache cannot be kept in {folder}: {error}: give --cache another folder") from None
        try:
            self._connection = self._opened()
        except (*BROKEN, OSError) as error:
            self._give_up(error)

    def get(self, key: bytes) -> object | None:
        """The answer kept under a key; None where there is none that can be trusted."""
        if self._connection is None:
            return None
        entry = self._new.get(key)
        try:
            row = (entry,) if entry else self._connection.execute(
                "SELECT answer FROM answers WHERE key = ?", (key,)
            ).fetchone()  # fmt: skip
        except BROKEN as error:
            self._give_up(error)
            return None
        return self._unpacked(key, row[0]) if row else None

    def put(self, key: bytes, answer: object) -> None:
        """Keep an answer that is an array of numbers; others are not kept."""
        entry = packed(key, answer)
        if entry is not None and self._connection is not None:
            self._new[key] = entry
            if len(self._new) >= self._together:
                self.flush()

    def flush(self) -> None:
        """Write what is new."""
        new, self._new = self._new, {}
        if self._connection is None or not new:
            return
        try:
            with self._connection:
                self._connection.executemany("INSERT OR REPLACE INTO answers VALUES (?, ?)", new.items())
        except BROKEN as error:
            self._give_up(error)

    def close(self) -> None:
        """Write what is new and let go of the file."""
        self.flush()
        connection, self._connection = self._connection, None
        if connection:
            connection.close()

    def _unpacked(self, key: bytes, entry: object) -> object | None:
        """The answer of an entry, which is asked for again where it is none; warns once."""
        answer = unpacked(key, entry)
        if answer is None and not self._warned:
            self._warned = True
            warnings.warn(f"cache {self.file}: an entry is not what was written: its question is asked", stacklevel=2)
        return answer

    def _opened(self) -> sqlite3.Connection:
        os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        self.file.chmod(0o600)  # SQLite gives what it writes beside it the same rights
        connection = sqlite3.connect(self.file, timeout=LOCK_TIMEOUT_SECONDS, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("CREATE TABLE IF NOT EXISTS answers (key BLOB PRIMARY KEY, answer BLOB) WITHOUT ROWID")
        return connection

    def _give_up(self, error: Exception) -> None:
        connection, self._connection, self._new = self._connection, None, {}
        if connection:
            with suppress(sqlite3.Error):
                connection.close()
        warnings.warn(f"cache {self.file} disabled for the rest of this run: {error}", stacklevel=2)


class CachedMemory(Memory):
    """A memory with a cache behind it, for the models whose fingerprint says all that decides their answers."""

    def __init__(self, cache: Cache, fingerprints: Mapping[str, str], limit: int = DEFAULT_MEMORY_BYTES) -> None:
        super().__init__(limit)
        self._cache = cache
        self._fingerprints = fingerprints

    def find(self, keys: Sequence[Key]) -> list[tuple[bool, object]]:
        found = super().find(keys)
        return [entry if entry[0] else self._kept(key) for key, entry in zip(keys, found, strict=True)]

    def keep(self, keys: Sequence[Key], answers: Sequence[object]) -> None:
        for key, answer in zip(keys, answers, strict=True):
            if (on_disk := self._on_disk(key)) is not None:
                self._cache.put(on_disk, answer)
        super().keep(keys, answers)

    def _kept(self, key: Key) -> tuple[bool, object]:
        """The answer on the disk under a key."""
        on_disk = self._on_disk(key)
        answer = None if on_disk is None else self._cache.get(on_disk)
        if answer is None:
            return NO_ANSWER
        self.cached += 1
        super().keep([key], [answer])
        return True, answer

    def _on_disk(self, key: Key) -> bytes | None:
        model, question, row = key
        if model not in self._fingerprints:
            return None
        return key_on_disk(self._fingerprints[model], (question, row))


@contextmanager
def answer_memory(
    models: Mapping[str, Connection], cache: Path | None, run: Path, kind: type[CachedMemory] = CachedMemory
) -> Iterator[Memory]:
    """The memory of a run, over a cache on the disk for the models that say what decides their answers.

    Without a `cache` answers that were paid for are kept in the run's own folder, each at once, for its resumption.
    """
    paid = {name for name, model in models.items() if model.account is not None}
    known = {
        name: model.fingerprint
        for name, model in models.items()
        if model.fingerprint is not None and (cache is not None or name in paid)
    }
    if cache is None and not known:
        yield Memory()
        return
    with closing(Cache(cache or run / "answers", 1 if paid else ANSWERS_PER_WRITE)) as kept:
        yield kind(kept, known)


def key_on_disk(fingerprint: str, key: Hashable) -> bytes | None:
    """A key that means the same in every process; None where there is none, as for objects without plain content."""
    whole = blake2b(fingerprint.encode(), digest_size=24)
    return bytes(whole.digest()) if _digested(whole, key) else None


def packed(key: bytes, answer: object) -> bytes | None:
    """An array of floats or whole numbers as bytes with its checksum; None for anything else."""
    if not isinstance(answer, np.ndarray) or answer.dtype.kind not in "fiu" or answer.ndim > 4:
        return None
    described = answer.dtype.str.encode().ljust(8) + struct.pack(f"<B{answer.ndim}q", answer.ndim, *answer.shape)
    content = described + np.ascontiguousarray(answer).tobytes()
    return bytes(_checksum(key, content) + content)


def unpacked(key: bytes, entry: object) -> np.ndarray | None:
    """The array of an entry; None when it is not whole, another key's, or no array of numbers."""
    if not isinstance(entry, bytes) or entry[:16] != _checksum(key, entry[16:]):
        return None
    try:
        dtype, dimensions = np.dtype(entry[16:24].decode().strip()), entry[24]
        shape = struct.unpack_from(f"<{dimensions}q", entry, 25)
        found = np.frombuffer(entry, dtype, offset=25 + 8 * dimensions).reshape(shape)
    except (ValueError, TypeError, IndexError, SyntaxError, OverflowError, MemoryError, struct.error):
        return None
    return found if dtype.kind in "fiu" and min(shape, default=0) >= 0 else None


def _checksum(key: bytes, content: bytes) -> bytes:
    return bytes(blake2b(content, key=key[:64], digest_size=16).digest())


def _digested(whole: blake2b, key: Hashable) -> bool:
    """Add a plain key to a hash, each part with its type and length; false where a part is not plain."""
    if isinstance(key, tuple):
        whole.update(b"(%d" % len(key))
        return all(_digested(whole, part) for part in key)
    if isinstance(key, type):
        content = f"{key.__module__}.{key.__qualname__}".encode()
    elif isinstance(key, str):
        content = key.encode("utf-8", "surrogatepass")
    elif isinstance(key, bytes):
        content = key
    elif key is None or isinstance(key, (bool, int, float, complex)):
        content = repr(key).encode()
    else:
        return False
    whole.update(f"{type(key).__name__}:{len(content)}:".encode() + content)
    return True
