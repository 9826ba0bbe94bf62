"""A few pictures made by code, and a model of them: what components for images are tried on."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np

from harness import Trial
from harness_image import Image

SIDE_PIXELS = 24
LABELS = ("disc", "square")


def trial() -> Trial:
    """Bright discs and squares on dark ground, and a model that looks at their corners."""
    rng = Random(7)
    rows = [{"image": _shape(LABELS[at % 2], rng), "label": LABELS[at % 2]} for at in range(12)]
    return Trial(rows, corners, LABELS)


def corners(images: Sequence[Image]) -> list[list[float]]:
    """`(n, 2)`: a square is bright where the corners of its bounding box are, a disc is not."""
    return [[1 - share, share] for share in map(_square, images)]


def _square(image: Image) -> float:
    """The brightness of the corners of the bright part's box beside its middle, as a probability."""
    grey = image.mean(axis=2)
    bright = grey > grey.mean()
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    if not len(rows) or not len(columns):
        return 0.5
    box = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    corners = (box[:2, :2], box[:2, -2:], box[-2:, :2], box[-2:, -2:])
    share = np.mean([corner.mean() for corner in corners]) / max(box.mean(), 1)
    return float(1 / (1 + np.exp(-6 * (share - 0.65))))


def _shape(label: str, rng: Random) -> Image:
    size, top, left = rng.randint(10, 14), rng.randint(1, 8), rng.randint(1, 8)
    image: Any = np.full((SIDE_PIXELS, SIDE_PIXELS, 3), [30, 40, 60], dtype=np.uint8)
    rows, columns = np.mgrid[0:size, 0:size] - (size - 1) / 2
    inside = (rows**2 + columns**2 <= (size / 2) ** 2) if label == "disc" else np.ones((size, size), bool)
    image[top : top + size, left : left + size][inside] = [rng.randint(190, 250), rng.randint(150, 220), 90]
    return np.asarray(image)
