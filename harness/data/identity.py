"""What a sample is called, where it stands, and the hash of all: by content alone, whatever the machine."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.data.table import Row
from harness.errors import UserError
from harness.files import encodable
from harness.labels.written import plain

_in_json = json.JSONEncoder(sort_keys=True, default=repr).encode


def row_ids(table: Sequence[Row], inputs: Sequence[Any], words: Sequence[str], column: str | None) -> list[str]:
    """The ids of rows: those of a column, or hashes of their content; raises UserError for none, or two alike."""
    if column is None:
        return _content_ids(inputs, words)
    if without := [number for number, row in enumerate(table, 1) if row.get(column) is None]:
        raise UserError(f"row {without[0]} of the data has no id in column {column!r}: expected one in every row")
    ids = [plain(row[column]) for row in table]
    if not "".join(ids).isascii():
        ids = encodable(ids)  # as the run's files will have them
    twice = [name for name, count in Counter(ids).items() if count > 1]
    if twice:
        raise UserError(
            f"the data's id column {column!r} contains {twice[0]!r} {ids.count(twice[0])} times: expected distinct ids"
        )
    return ids


def order_of(ids: Sequence[str], seed: int) -> npt.NDArray[np.intp]:
    """The places of the ids by hash; those of one hash, which is next to never, by id."""
    hashes = np.fromiter((int(_digest(seed, name), 16) for name in ids), np.uint64, len(ids))
    order = np.argsort(hashes, kind="stable")
    if (hashes[order][1:] == hashes[order][:-1]).any():
        return np.array(sorted(range(len(ids)), key=lambda at: (hashes[at], ids[at])), dtype=np.intp)
    return order


def _content_ids(inputs: Sequence[Any], words: Sequence[str]) -> list[str]:
    """A hash of input and label; equal rows get different ids by their occurrence."""
    seen: dict[str, int] = {}
    ids = []
    for content in zip(inputs, words, strict=True):
        digest = _digest(*content)
        before = seen.get(digest, 0)
        seen[digest] = before + 1
        ids.append(f"{digest}-{before + 1}" if before else digest)
    return ids


def _digest(*content: object) -> str:
    return blake2b(_in_json(content).encode(), digest_size=8).hexdigest()


def fingerprint_of(contents: Iterable[Sequence[object]]) -> str:
    """A hash of the contents of samples, in their order."""
    whole = blake2b(digest_size=16)
    for content in contents:
        whole.update(_digest(*content).encode())
    return whole.hexdigest()
