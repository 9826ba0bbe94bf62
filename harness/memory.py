"""The engine's memory of answers: exact, bounded in bytes, the least recently used forgotten first."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Hashable

BYTES = 512 * 2**20
"""A default that holds some 2 million short texts with their probabilities."""


class Memory:
    """Answers by key; a limit of 0 bytes remembers nothing."""

    def __init__(self, limit: int = BYTES) -> None:
        self.limit = limit
        self.bytes = 0
        self._answers: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()

    def get(self, key: Hashable) -> tuple[bool, object]:
        """Whether the key is known, and its answer."""
        if key not in self._answers:
            return False, None
        self._answers.move_to_end(key)
        return True, self._answers[key][0]

    def put(self, key: Hashable, answer: object) -> None:
        """Remember an answer that fits at all, and forget the oldest ones that no longer fit beside it."""
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
