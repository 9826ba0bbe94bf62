"""Weak segments: samples that a model gets wrong more often, found on one half and confirmed on the other.

What is found where it is judged always looks bad: of hundreds of segments one is the worst by chance. So those that
look worst on one half of the samples (by a hash of their ids), a phrase or two phrases together as in a shallow tree,
are tested on the other half by the exact test of Fisher (1935), with Holm's correction for how many were carried over.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from harness.slices.atoms import BETWEEN
from harness.statistics.holm import holm
from harness.types import Array

Mask = npt.NDArray[np.bool_]

MOST_CARRIED = 5
"""Segments that are carried over to the other half: each more costs power."""

BEAM = 15
"""Single phrases that a second one is tried with."""

LOOKS_WEAK = 2.5
"""Standard errors of a segment's error rate above all others' from which on it is carried over."""

GAINED = 1.0
"""Standard errors that a second phrase has to add."""

ALIKE = 0.5
"""The share of two segments' samples in common (Jaccard) from which on they are one."""


@dataclass(frozen=True)
class Segment:
    """A segment in words, its samples in the half that confirms, their error rate, all others', and Holm's p."""

    words: str
    samples: Sequence[str]
    error: float
    others: float
    p: float


def weak_segments(
    wrong: Mapping[str, float],
    stated: Mapping[str, str],
    values: Mapping[str, Mapping[str, str]],
    least: int,
    level: float,
) -> list[Segment]:
    """The segments that are confirmed at a level (0.95: a false one in 5 % of runs at most), weakest first.

    `wrong` is 1 for a sample that is wrong and 0 for another, `stated` its phrases, a line each, `values` those of the
    slices by name; `least` are the samples that a segment needs in either half.
    """
    ids = [sample for sample in wrong if sample in stated]
    if len(ids) < 4 * least:
        return []
    errors = np.array([wrong[sample] for sample in ids])
    names, holds = _matrix(ids, stated, values)
    first = np.array([_is_first(sample) for sample in ids])
    found = _found(holds[first], errors[first], least)
    masks = [holds[~first][:, list(each)].all(axis=1) for each in found]
    kept = [at for at, mask in enumerate(masks) if mask.sum() >= least]
    there, rest = errors[~first], [sample for sample, is_first in zip(ids, first, strict=True) if not is_first]
    adjusted = holm([_fisher(masks[at], there) for at in kept])
    confirmed = [
        Segment(
            " and ".join(names[each] for each in found[at]),
            [rest[place] for place in np.flatnonzero(masks[at]).tolist()],
            float(there[masks[at]].mean()),
            float(there[~masks[at]].mean()),
            p,
        )
        for at, p in zip(kept, adjusted, strict=True)
        if p <= 1 - level
    ]
    return sorted(confirmed, key=lambda segment: segment.p)


def _is_first(sample: str) -> bool:
    return blake2b(sample.encode("utf-8", "surrogatepass"), digest_size=1).digest()[0] % 2 == 0


def _matrix(
    ids: Sequence[str], stated: Mapping[str, str], values: Mapping[str, Mapping[str, str]]
) -> tuple[list[str], Mask]:
    """Every phrase, and which hold of each sample, `(n, phrases)`."""
    of_each = [
        [
            *filter(None, stated[sample].split(BETWEEN)),
            *(f"{name} is {each[sample]}" for name, each in values.items() if sample in each),
        ]
        for sample in ids
    ]
    places = {phrase: at for at, phrase in enumerate(dict.fromkeys(phrase for some in of_each for phrase in some))}
    holds = np.zeros((len(ids), len(places)), dtype=np.bool_)
    for row, some in enumerate(of_each):
        holds[row, [places[phrase] for phrase in some]] = True
    return list(places), holds


def _found(holds: Mask, errors: Array, least: int) -> list[tuple[int, ...]]:
    """The phrases, alone and by two, whose samples look weakest; no two of nearly the same samples."""
    singles = _excess(holds, errors, least)
    order = np.argsort(-singles, kind="stable")
    found: dict[tuple[int, ...], float] = {(int(at),): float(singles[at]) for at in order if singles[at] > LOOKS_WEAK}
    for at in order[:BEAM].tolist():
        if singles[at] > 0:
            pairs = _excess(holds & holds[:, [at]], errors, least)
            better = np.flatnonzero(pairs > max(LOOKS_WEAK, singles[at]) + GAINED)
            found |= {(min(at, other), max(at, other)): float(pairs[other]) for other in better.tolist() if other != at}
    chosen: list[tuple[tuple[int, ...], Mask]] = []
    for each in sorted(found, key=lambda each: (-found[each], each)):
        mask: Mask = np.asarray(holds[:, list(each)].all(axis=1))
        if len(chosen) < MOST_CARRIED and all(_in_common(mask, other) < ALIKE for _, other in chosen):
            chosen.append((each, mask))
    return [each for each, _ in chosen]


def _excess(holds: Mask, errors: Array, least: int) -> Array:
    """How many standard errors the error rate of each segment is above that of all others, `(segments,)`."""
    n, total = holds.sum(axis=0).astype(np.float64), float(errors.sum())
    inside, others = errors @ holds, len(errors) - n
    enough = (n >= least) & (others >= least)
    rate = total / len(errors)
    spread = np.sqrt(rate * (1 - rate) * (1 / np.maximum(n, 1) + 1 / np.maximum(others, 1)))
    apart = inside / np.maximum(n, 1) - (total - inside) / np.maximum(others, 1)
    return np.where(enough & (spread > 0), apart / np.where(spread > 0, spread, 1.0), 0.0)


def _in_common(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def _fisher(mask: Mask, errors: Array) -> float:
    """The exact one-sided p that a segment is wrong no more often than the others."""
    inside, n, total, size = int(errors[mask].sum()), int(mask.sum()), int(errors.sum()), len(errors)
    return min(1.0, sum(math.exp(_log_hypergeometric(k, n, total, size)) for k in range(inside, min(n, total) + 1)))


def _log_hypergeometric(k: int, n: int, total: int, size: int) -> float:
    if not max(0, n + total - size) <= k <= min(n, total):
        return -math.inf
    return _log_choose(total, k) + _log_choose(size - total, n - k) - _log_choose(size, n)


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
