"""Nearly equal images: the share of equal bits of their perceptual hashes, every pair compared.

The hash is that of `imagehash.phash(image, hash_size=16)` (Zauner 2010, Implementation and Benchmarking of Perceptual
Image Hash Functions): which of the 16 x 16 lowest frequencies of the grey image, at 64 x 64 pixels, are above their
median. Scaled and compressed copies keep most bits; turned, mirrored and cropped ones do not.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from harness_data.shingles import Near

Bits = npt.NDArray[np.float32]
"""The hash of each image `(n, 256)`, -1 or 1: the product of two counts the bits that they have in common."""

SIDE, FINER = 16, 4
"""Frequencies along a side, and pixels for each of them."""

NEAREST = 1 - 1 / 512
"""How near images of one hash are: they are not equal."""

PAIRS_AT_ONCE = 20_000_000


def hashes(images: Iterable[npt.NDArray[np.uint8]]) -> Bits:
    """The hash of each image `(height, width, channels)`."""
    size = SIDE * FINER
    places = np.arange(size)
    cosines = np.cos(np.pi * places[:SIDE, None] * (2 * places + 1) / (2 * size))
    rows = [_hash(image, cosines, size) for image in images]
    return np.array(rows, np.float32).reshape(len(rows), SIDE * SIDE)


def _hash(image: npt.NDArray[np.uint8], cosines: npt.NDArray[np.float64], size: int) -> npt.NDArray[np.float32]:
    from PIL import Image

    picture = Image.fromarray(image[:, :, 0] if image.shape[2] == 1 else image)
    grey = np.asarray(picture.convert("L").resize((size, size), Image.Resampling.LANCZOS), np.float64)
    low = cosines @ grey @ cosines.T
    return np.where(low > np.median(low), 1, -1).ravel().astype(np.float32)


def earlier_alike(found: Bits, threshold: float) -> Near:
    """For each image the nearest earlier one, of those that are at least so similar."""
    return _nearest(found, found, threshold, earlier=True)


def other_alike(found: Bits, others: Bits, threshold: float) -> Near:
    """For each image the nearest of others, of those that are at least so similar."""
    return _nearest(found, others, threshold, earlier=False)


def _nearest(found: Bits, others: Bits, threshold: float, *, earlier: bool) -> Near:
    n, m = len(found), len(others)
    of, similarity = np.full(n, -1, np.int64), np.zeros(n)
    step = max(1, PAIRS_AT_ONCE // max(1, m))
    for start in range(0, n if m else 0, step):
        rows = np.arange(start, min(n, start + step))
        alike = (found[rows] @ others.T / found.shape[1] + 1) / 2
        if earlier:
            alike[np.arange(m) >= rows[:, None]] = 0
        best = alike.argmax(axis=1)
        near = alike[np.arange(len(rows)), best]
        of[rows] = np.where(near >= threshold, best, -1)
        similarity[rows] = np.where(near >= threshold, np.minimum(near, NEAREST), 0)
    return Near(of, similarity)
