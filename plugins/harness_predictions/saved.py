"""Answers by id or by row, as the harness asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import UserError, listed
from harness.models import Output

NAMED = 3
"""Ids that a message names."""


@dataclass(frozen=True)
class Answers:
    """The answers of a file, `(n, columns)` of numbers or `(n,)` indices of classes; None for ids where none are named.

    Where they are joined by row, `beside` are the file's other columns, as words: none may be ids in another order.
    """

    path: Path
    rows: npt.NDArray[Any]
    labels: tuple[str, ...]
    output: Output
    ids: Sequence[str] | None = None
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Saved:
    """Saved answers as an adapter, without `predict`: `by_id` or `by_row`, whichever they are joined by."""

    def __init__(self, answers: Answers) -> None:
        self.name, self.labels, self.output = answers.path.name, list(answers.labels), answers.output
        self.fingerprint = _fingerprint(answers)
        self._rows, self._path = answers.rows, answers.path

    def _missing(self, what: str) -> UserError:
        return UserError(f"model 'predictions': {self._path}: {what}")


class SavedById(Saved):
    """Answers with the ids of their samples."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(answers)
        self._at: Mapping[str, int] = {name: at for at, name in enumerate(answers.ids or ())}

    def by_id(self, ids: Sequence[str]) -> npt.NDArray[Any]:
        """The answers to these samples; raises UserError naming those that have none."""
        at = [self._at.get(each, -1) for each in ids]
        if missing := [name for name, place in zip(ids, at, strict=True) if place < 0]:
            more = f" and {len(missing) - NAMED:,} more" if len(missing) > NAMED else ""
            raise self._missing(
                f"it has no answer to {listed(map(repr, missing[:NAMED]))}{more} of the data's samples: its ids are "
                f"{listed(map(repr, list(self._at)[:NAMED]))}, … (`columns: {{id: ..}}`, here and in `data`, names the "
                "column of ids)"
            )
        found: npt.NDArray[Any] = self._rows[at]
        return found


class SavedByRow(Saved):
    """Answers in the order of the data's rows."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(answers)
        self._beside = answers.beside

    def by_row(self, rows: Sequence[int], *, of: int, ids: Sequence[str] | None = None) -> npt.NDArray[Any]:
        """The answers to these rows of so many; raises UserError unless there are as many answers.

        So it does where a column that nobody named has the `ids` of the rows in another order.
        """
        if of != len(self._rows):
            raise self._missing(
                f"it has {len(self._rows):,} answers, and the data have {of:,} rows, so nothing says which belong "
                "together: name the columns of their ids with `columns: {id: ..}`, here and in `data`"
            )
        if ids is not None:
            self._require_in_order(rows, ids)
        found: npt.NDArray[Any] = self._rows[list(rows)]
        return found

    def _require_in_order(self, rows: Sequence[int], ids: Sequence[str]) -> None:
        for name, words in self._beside.items():
            if [words[at] for at in rows] != list(ids) and {*ids} <= {*words}:
                raise self._missing(
                    f"its column {name!r} has the ids of the data in another order: add `id: {name}` to its `columns`"
                )


def saved(answers: Answers) -> Saved:
    """The adapter of some answers."""
    return SavedByRow(answers) if answers.ids is None else SavedById(answers)


def _fingerprint(answers: Answers) -> str:
    content = blake2b(digest_size=16)
    for part in (answers.output, *answers.labels, *(answers.ids or ())):
        content.update(part.encode("utf-8", "replace") + b"\0")
    content.update(np.ascontiguousarray(answers.rows).tobytes())
    return content.hexdigest()
