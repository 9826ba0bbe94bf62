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


def _boxed(values: Any, axis: int) -> Any:
    """The mean over three neighbours along an axis, the edge repeated."""
    spans = [(1, 1) if at == axis else (0, 0) for at in range(values.ndim)]
    padded = np.pad(values, spans, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 3, axis=axis).mean(axis=-1)


def _clipped(values: Any) -> Image:
    return np.asarray(np.rint(255 * np.clip(values, 0, 1)), dtype=np.uint8)
