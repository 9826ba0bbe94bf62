"""The ids that links lead to: made from names, so that a link stays when a task, a gate or a sample is added before."""

from __future__ import annotations

import re
from collections.abc import Iterable

PAGE = ("baseline", "engine", "find", "gates", "listed", "markdown", "particulars", "samples")
"""The ids that the page has of itself."""

MAX_CHARACTERS = 80
"""Characters of an id; of longer names that begin alike, the later ones get a number."""


class Anchors:
    """Ids that differ from each other: a name's own, with a number where it is taken."""

    def __init__(self, taken: Iterable[str] = PAGE) -> None:
        self._taken = set(taken)

    def of(self, *words: str) -> str:
        """`gate-attack-robust_accuracy` of a gate and its address: letters, digits, `_`, `.` and `-` alone."""
        first = "-".join(map(_plain, words))[:MAX_CHARACTERS]
        found, number = first, 1
        while found in self._taken:
            number += 1
            found = f"{first}-{number}"
        self._taken.add(found)
        return found


def _plain(word: str) -> str:
    return re.sub(r"[^\w.-]+", "-", word[: 4 * MAX_CHARACTERS]).strip("-") or "x"
