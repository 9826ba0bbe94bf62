"""Corruptions of images at severities 1 to 5.

Hendrycks & Dietterich (2019), Benchmarking neural network robustness to common corruptions and perturbations. The
constants are those of their CIFAR-10-C where they give some; differences: noise is drawn from the case's own generator,
and the blur is a box of three pixels, applied again and again, which needs no library.
"""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from harness import Severity
from harness_image import Image

NOISE = (0.04, 0.06, 0.08, 0.09, 0.10)
BRIGHTER = (0.05, 0.1, 0.15, 0.2, 0.3)
DEGREES = (5, 10, 15, 20, 30)
SHIFTED = (0.03, 0.06, 0.09, 0.12, 0.15)
CONTRAST = (0.75, 0.5, 0.4, 0.3, 0.15)


def gaussian_noise(image: Image, rng: Random, *, severity: Severity = 3) -> Image:
    """Add normal noise of standard deviation 0.04 to 0.10 of the range."""
    noise = np.random.default_rng(rng.getrandbits(64)).normal(0, NOISE[severity - 1], image.shape)
    return _clipped(image / 255 + noise)


def brightness(image: Image, rng: Random, *, severity: Severity = 3) -> Image:
    """Add 0.05 to 0.3 of the range to every pixel."""
    return _clipped(image / 255 + BRIGHTER[severity - 1])


def contrast(image: Image, rng: Random, *, severity: Severity = 3) -> Image:
    """Draw every pixel towards the mean of its channel, keeping 75 to 15 % of the distance."""
    mean = (image / 255).mean(axis=(0, 1), keepdims=True)
    return _clipped((image / 255 - mean) * CONTRAST[severity - 1] + mean)


def blur(image: Image, rng: Random, *, severity: Severity = 3) -> Image:
    """Average each pixel with its neighbours, once for each severity, as a Gaussian blur nearly does."""
    found: Any = image.astype(np.float64)
    for _ in range(severity):
        found = _boxed(_boxed(found, 0), 1)
    return _clipped(found / 255)


def rotation(image: Image, rng: Random, *, severity: Severity = 3) -> Image:
    """Turn the image by 5 to 30 degrees, one way or the other, about its middle; bilinear, the edge repeated."""
    turn = np.deg2rad(DEGREES[severity - 1]) * rng.choice((-1, 1))
    rows, columns = np.indices(image.shape[:2], float)
    down, right = rows - (image.shape[0] - 1) / 2, columns - (image.shape[1] - 1) / 2
    from_rows = np.cos(turn) * down - np.sin(turn) * right + (image.shape[0] - 1) / 2
    from_columns = np.sin(turn) * down + np.cos(turn) * right + (image.shape[1] - 1) / 2
    return _clipped(_between(image / 255, from_rows, from_columns))


def shift(image: Image, rng: Random, *, severity: Severity = 3) -> Image:
    """Move the image by 3 to 15 % of its height and width, in a direction of four; the edge repeated."""
    down, right = rng.choice((-1, 1)) * SHIFTED[severity - 1], rng.choice((-1, 1)) * SHIFTED[severity - 1]
    rows, columns = np.indices(image.shape[:2])
    rows = np.clip(rows - round(down * image.shape[0]), 0, image.shape[0] - 1)
    columns = np.clip(columns - round(right * image.shape[1]), 0, image.shape[1] - 1)
    return np.asarray(image[rows, columns])


def _between(values: Any, rows: Any, columns: Any) -> Any:
    """The values at places between pixels, by the four around each; beyond the edge those of the edge."""
    rows, columns = (np.clip(each, 0, size - 1) for each, size in zip((rows, columns), values.shape, strict=False))
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    under, beside = np.minimum(top + 1, values.shape[0] - 1), np.minimum(left + 1, values.shape[1] - 1)
    down, right = (each.reshape(*each.shape, *[1] * (values.ndim - 2)) for each in (rows - top, columns - left))
    upper = values[top, left] * (1 - right) + values[top, beside] * right
    return upper * (1 - down) + (values[under, left] * (1 - right) + values[under, beside] * right) * down


def _boxed(values: Any, axis: int) -> Any:
    """The mean over three neighbours along an axis, the edge repeated."""
    spans = [(1, 1) if at == axis else (0, 0) for at in range(values.ndim)]
    padded = np.pad(values, spans, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 3, axis=axis).mean(axis=-1)


def _clipped(values: Any) -> Image:
    return np.asarray(np.rint(255 * np.clip(values, 0, 1)), dtype=np.uint8)
