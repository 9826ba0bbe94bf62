"""The engine's memory of answers: exact, bounded in bytes, the least recently used forgotten first.

Behind it there may be a cache on the disk, for the models whose fingerprint says all that decides their answers.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import NamedTuple

from harness.cache import Cache, key_on_disk

BYTES = 512 * 2**20
"""A default that holds some 2 million short texts with their probabilities."""


class Key(NamedTuple):
    """What decides an answer: the model by its name in the run, the kind and options of the question, the input."""

    model: str
    question: Hashable
    row: Hashable


class Memory:
    """Answers by key; a limit of 0 bytes remembers nothing.

    With a `cache`, answers of the models named in `fingerprints` are looked for there too, and kept there.
    """

    def __init__(
        self, limit: int = BYTES, cache: Cache | None = None, fingerprints: Mapping[str, str] | None = None
    ) -> None:
        self.limit = limit
        self.bytes = 0
        self._answers: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()
        self._cache = cache
        self._fingerprints = fingerprints or {}

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def cached(self) -> int:
        """Answers found on the disk."""
        return self._cache.found if self._cache else 0

    def get(self, key: Key) -> tuple[bool, object]:
        """Whether the key is known, and its answer."""
        if key in self._answers:
            self._answers.move_to_end(key)
            return True, self._answers[key][0]
        kept = self._kept(key)
        if kept is not None:
            self._remember(key, kept)
        return kept is not None, kept

    def put(self, key: Key, answer: object) -> None:
        """Remember an answer that fits at all, and forget the oldest ones that no longer fit beside it."""
        on_disk = self._on_disk(key)
        if on_disk is not None and self._cache is not None:
            self._cache.put(on_disk, answer)
        self._remember(key, answer)

    def _kept(self, key: Key) -> object | None:
        on_disk = self._on_disk(key)
        return None if on_disk is None or self._cache is None else self._cache.get(on_disk)

    def _on_disk(self, key: Key) -> bytes | None:
        if self._cache is None or key.model not in self._fingerprints:
            return None
        return key_on_disk(self._fingerprints[key.model], (key.question, key.row))

    def _remember(self, key: Key, answer: object) -> None:
        if key in self._answers:
            self.bytes -= self._answers.pop(key)[1]
        size = _size(key) + _size(answer)
        if size > self.limit:
            return
        self._answers[key] = (answer, size)
        self.bytes += size
        while self.bytes > self.limit:
            self.bytes -= self._answers.popitem(last=False)[1][1]


def _size(value: object) -> int:
    """Bytes a value holds, with what lies in it; arrays count what they view."""
    inside = sum(map(_size, value)) if isinstance(value, (tuple, list)) else 0
    return sys.getsizeof(value) + int(getattr(value, "nbytes", 0)) + inside
