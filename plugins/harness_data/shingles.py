"""Nearly equal texts among many: MinHash and banding propose pairs, the exact Jaccard index of shingles decides.

Broder (1997), On the resemblance and containment of documents; Indyk & Motwani (1998) for the banding. A shingle is
`size` characters in a row, a shorter text is one shingle. Where many rows share a band, each is compared with the
first of these and with the one before it, so time grows with the rows and not with their square, whatever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Indices: TypeAlias = npt.NDArray[np.int64]
Hashes: TypeAlias = npt.NDArray[np.uint32]

MOST_HASHES = 128
"""Hash functions of a signature."""

RECALL = 0.99
"""The chance at least that two texts exactly as near as the threshold share a band."""

CHARACTERS_AT_ONCE = 2**18
"""Characters whose shingles are hashed together: they stay in the processor's cache."""

SLACK = 0.15
"""How far below the threshold an estimate from a signature may lie of a pair that is still compared exactly.

It is four times the standard error of a share of 0.8 of 126 hashes.
"""

MOST_COMPARED = 8
"""Pairs of one row that are compared exactly, those of the most similar signatures first."""


@dataclass(frozen=True)
class Near:
    """For each row the place of an earlier one, or of another set, that is near it, -1 for none; and how near."""

    of: Indices
    similarity: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Signatures:
    """The MinHash of texts, `(n, hashes)`, as bands of so many rows each."""

    texts: Sequence[str]
    values: Hashes
    rows: int
    size: int

    def bands(self) -> Iterator[npt.NDArray[np.uint64]]:
        """A key per text for each band: equal where all its hashes are."""
        for start in range(0, self.values.shape[1] - self.rows + 1, self.rows):
            key = np.zeros(len(self.texts), np.uint64)
            for column in range(start, start + self.rows):
                key = (key ^ self.values[:, column]) * np.uint64(0x9E3779B97F4A7C15)
                key ^= key >> np.uint64(29)
            yield key


def signatures(texts: Sequence[str], threshold: float, size: int) -> Signatures:
    """The signatures of some texts, banded for a threshold of similarity."""
    rows = _rows_of_band(threshold)
    count = rows * (MOST_HASHES // rows)
    draws = np.random.default_rng(1997).integers(0, 2**32, (2, count), dtype=np.uint32)
    values = np.empty((len(texts), count), np.uint32)
    for start, end in _chunks(texts):
        hashed, ends = _shingles(texts[start:end], size)
        other = np.empty_like(hashed)
        for at in range(count):
            np.multiply(hashed, draws[0, at] | np.uint32(1), out=other)
            other += draws[1, at]
            values[start:end, at] = np.minimum.reduceat(other, ends)[::2]
    return Signatures(texts, values, rows, size)


def near_earlier(found: Signatures, threshold: float) -> Near:
    """For each text an earlier one at least so similar."""
    n = len(found.texts)
    proposed = [np.empty(0, np.int64)]
    for key in found.bands():
        order = np.argsort(key, kind="stable")
        starts = np.flatnonzero(np.append(True, key[order][1:] != key[order][:-1]))
        first = np.repeat(order[starts], np.diff(np.append(starts, n)))
        before = np.append(order[:1], order[:-1])
        inside = first != order
        proposed += [order[inside] * n + first[inside], order[inside] * n + before[inside]]
    return _decided(found, found, _distinct(proposed), threshold)


def near_other(found: Signatures, others: Signatures, threshold: float) -> Near:
    """For each text one of other texts at least so similar."""
    n = max(1, len(others.texts))
    proposed = [np.empty(0, np.int64)]
    for key, known in zip(found.bands(), others.bands(), strict=True):
        order = np.argsort(known, kind="stable")
        low, high = (np.searchsorted(known[order], key, side=side) for side in ("left", "right"))
        at = np.flatnonzero(high > low)
        proposed += [at * n + order[place] for place in (low[at], (low[at] + high[at]) // 2, high[at] - 1)]
    return _decided(found, others, _distinct(proposed), threshold)


def jaccard(one: str, other: str, size: int) -> float:
    """The Jaccard index of the shingles of two texts, in 0..1."""
    a, b = _set(one, size), _set(other, size)
    common = len(a & b)
    return common / (len(a) + len(b) - common)


@lru_cache(maxsize=4096)
def _set(text: str, size: int) -> frozenset[str]:
    return frozenset(text[at : at + size] for at in range(max(1, len(text) - size + 1)))


def _rows_of_band(threshold: float) -> int:
    """The most rows of a band with which pairs at the threshold are proposed almost surely."""
    fit = [rows for rows in range(1, MOST_HASHES + 1) if 1 - (1 - threshold**rows) ** (MOST_HASHES // rows) >= RECALL]
    return max(fit, default=1)


def _chunks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    start = joined = 0
    for at, text in enumerate(texts):
        joined += len(text)
        if joined >= CHARACTERS_AT_ONCE:
            yield start, at + 1
            start, joined = at + 1, 0
    if start < len(texts):
        yield start, len(texts)


def _shingles(texts: Sequence[str], size: int) -> tuple[Hashes, Indices]:
    """A hash of the shingle at each place of the joined texts, and where those of each text begin and end."""
    padded = [text if len(text) >= size else text.ljust(size, "\0") for text in texts]
    joined = "".join(padded) + "\0" * size
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    count = len(codes) - size + 1
    hashed = np.zeros(count, np.uint64)
    for at in range(size):
        hashed = hashed * np.uint64(0x100000001B3) + codes[at : at + count]
    hashed ^= hashed >> np.uint64(33)
    hashed *= np.uint64(0xFF51AFD7ED558CCD)  # the finalizer of MurmurHash3
    hashed ^= hashed >> np.uint64(33)
    hashed *= np.uint64(0xC4CEB9FE1A85EC53)
    lengths = np.fromiter(map(len, padded), np.int64, len(padded))
    starts = np.append(0, np.cumsum(lengths)[:-1])
    ends = np.stack([starts, starts + lengths - size + 1], axis=1).ravel()
    return (hashed >> np.uint64(32)).astype(np.uint32), ends


def _distinct(proposed: Sequence[Indices]) -> Indices:
    return np.unique(np.concatenate(proposed))


def _decided(found: Signatures, others: Signatures, pairs: Indices, threshold: float) -> Near:
    """The first proposed pair of each text that is near enough, the most promising ones compared first."""
    n = len(found.texts)
    of, similarity = np.full(n, -1, np.int64), np.zeros(n)
    if not len(pairs):
        return Near(of, similarity)
    rows, columns = np.divmod(pairs, max(1, len(others.texts)))
    estimate = np.concatenate([_agreement(found, others, rows, columns, at) for at in range(0, len(rows), 2**16)])
    likely = np.flatnonzero(estimate >= threshold - SLACK)
    order = likely[np.lexsort((columns[likely], -estimate[likely], rows[likely]))]
    compared: dict[int, int] = {}
    for row, column in zip(rows[order].tolist(), columns[order].tolist(), strict=True):
        if of[row] >= 0 or compared.get(row, 0) >= MOST_COMPARED:
            continue
        compared[row] = compared.get(row, 0) + 1
        exact = jaccard(found.texts[row], others.texts[column], found.size)
        if exact >= threshold:
            of[row], similarity[row] = column, exact
    return Near(of, similarity)


def _agreement(found: Signatures, others: Signatures, rows: Indices, columns: Indices, at: int) -> Any:
    """The share of hashes that some pairs have in common, which estimates their Jaccard index."""
    some = slice(at, at + 2**16)
    return (found.values[rows[some]] == others.values[columns[some]]).mean(axis=1)
