"""The model as an attack on a text asks it: how far edited texts are from its decision, within a number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness import Sample, Session, predict
from harness_text.attacks.edited import Edited


@dataclass(frozen=True, slots=True)
class Scored:
    """An edited text, the probability it took from the true class, in 0..1, and whether the class is another one."""

    text: Edited
    score: float
    reached: bool


class Victim:
    """Asks about edited texts of one sample, at most `max_queries` rows in all, the first one included."""

    def __init__(self, sample: Sample[str], max_queries: int | None = None) -> None:
        self._label, self._left = sample.label, max_queries

    @property
    def is_out(self) -> bool:
        """Whether no row is left."""
        return self._left is not None and self._left <= 0

    def scored(self, texts: Sequence[Edited]) -> Session[list[Scored]]:
        """Each text's score; of the first texts only where fewer rows are left."""
        asked = texts if self._left is None else texts[: max(0, self._left)]
        if not asked:
            return []
        if self._left is not None:
            self._left -= len(asked)
        rows = yield from predict([each.text for each in asked])
        label = self._label
        return [Scored(each, 1 - row[label], row.label != label) for each, row in zip(asked, rows, strict=True)]
