"""The engine's memory of answers: exact, bounded in bytes, the least recently used forgotten first.

Behind it there may be a cache on the disk, for the models whose fingerprint says all that decides their answers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from sys import getsizeof
from typing import TypeAlias

import numpy as np

from harness.engine.disk import Cache, key_on_disk

DEFAULT_MEMORY_BYTES = 256 * 2**20
"""A default that suffices for half a million short texts with their probabilities."""

ENTRY_BYTES = 380
"""Bytes that an entry takes besides its input and its answer: key, pair and their places, as CPython 3.11 has them."""

ARRAY_VIEW_BYTES = getsizeof(np.empty((1, 1))[0])
"""Bytes of an array that is a row of another, besides the numbers in it."""


Key: TypeAlias = tuple[str, Hashable, Hashable]
"""The key of an answer: the model by its name in the run, the kind and options of the question, the input."""

NO_ANSWER = (False, None)


class Memory:
    """Answers by key; a limit of 0 bytes remembers nothing.

    With a `cache`, answers of the models named in `fingerprints` are looked for there too, and kept there.
    """

    def __init__(
        self,
        limit: int = DEFAULT_MEMORY_BYTES,
        cache: Cache | None = None,
        fingerprints: Mapping[str, str] | None = None,
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

    def clear(self) -> None:
        """Forget everything that is not on the disk."""
        self._answers.clear()
        self.bytes = 0

    def find(self, keys: Sequence[Key]) -> list[tuple[bool, object]]:
        """For each key whether it is known, and its answer."""
        answers = self._answers
        if self._cache is None:
            return [(True, self._again(key)) if key in answers else NO_ANSWER for key in keys]
        return [(True, self._again(key)) if key in answers else self._kept(key) for key in keys]

    def keep(self, keys: Sequence[Key], answers: Sequence[object]) -> None:
        """Remember answers, each if it fits at all, and forget the oldest ones that no longer fit beside them."""
        if self._cache is not None:
            for key, answer in zip(keys, answers, strict=True):
                if (on_disk := self._on_disk(key)) is not None:
                    self._cache.put(on_disk, answer)
        self._remember(keys, answers)

    def _again(self, key: Key) -> object:
        """The answer to a key that was used just now."""
        self._answers.move_to_end(key)
        return self._answers[key][0]

    def _kept(self, key: Key) -> tuple[bool, object]:
        """The answer on the disk under a key."""
        on_disk = self._on_disk(key) if self._cache is not None else None
        kept = None if on_disk is None or self._cache is None else self._cache.get(on_disk)
        if kept is None:
            return NO_ANSWER
        self._remember([key], [kept])
        return True, kept

    def _on_disk(self, key: Key) -> bytes | None:
        model, question, row = key
        if self._cache is None or model not in self._fingerprints:
            return None
        return key_on_disk(self._fingerprints[model], (question, row))

    def _remember(self, keys: Sequence[Key], answers: Sequence[object]) -> None:
        known = self._answers
        for key, answer in zip(keys, answers, strict=True):
            if key in known:
                self.bytes -= known.pop(key)[1]
            row = key[2]
            size = ENTRY_BYTES + (getsizeof(row) if type(row) is str else _size(row))
            size += ARRAY_VIEW_BYTES + answer.nbytes if type(answer) is np.ndarray else _size(answer)
            if size <= self.limit:
                known[key] = (answer, size)
                self.bytes += size
        while self.bytes > self.limit:
            self.bytes -= known.popitem(last=False)[1][1]


def _size(value: object) -> int:
    """The bytes of a value with its contents; arrays count what they view."""
    if isinstance(value, (str, type)):
        return getsizeof(value) if isinstance(value, str) else 0
    inside = sum(map(_size, value)) if isinstance(value, (tuple, list)) else 0
    return getsizeof(value) + int(getattr(value, "nbytes", 0)) + inside
