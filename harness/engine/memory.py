"""The engine's memory of answers: exact, bounded in bytes, the least recently used forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from sys import getsizeof
from typing import TypeAlias

import numpy as np

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
    """Answers by key; a limit of 0 bytes remembers nothing. `cached` counts those found in a place behind it."""

    cached = 0

    def __init__(self, limit: int = DEFAULT_MEMORY_BYTES) -> None:
        self.limit = limit
        self.bytes = 0
        self._answers: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def clear(self) -> None:
        """Forget everything."""
        self._answers.clear()
        self.bytes = 0

    def find(self, keys: Sequence[Key]) -> list[tuple[bool, object]]:
        """For each key whether it is known, and its answer."""
        answers = self._answers
        return [(True, self._again(key)) if key in answers else NO_ANSWER for key in keys]

    def keep(self, keys: Sequence[Key], answers: Sequence[object]) -> None:
        """Remember answers, each if it fits at all, and forget the oldest ones that no longer fit beside them."""
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

    def _again(self, key: Key) -> object:
        """The answer to a key that was used just now."""
        self._answers.move_to_end(key)
        return self._answers[key][0]


def _size(value: object) -> int:
    """The bytes of a value with its contents; arrays count what they view."""
    if isinstance(value, (str, type)):
        return getsizeof(value) if isinstance(value, str) else 0
    inside = sum(map(_size, value)) if isinstance(value, (tuple, list)) else 0
    return getsizeof(value) + int(getattr(value, "nbytes", 0)) + inside
