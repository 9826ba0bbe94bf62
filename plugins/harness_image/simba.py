"""SimBA: move one pixel's channel up or down, and keep what makes the right class less probable.

Guo, Gardner, You, Wilson & Weinberger (2019), Simple black-box adversarial attacks, algorithm 1, in the pixel basis.
Differences: both directions of a step are asked in one question, pixels are whole numbers in 0..255, so `epsilon` is
rounded to at least one of 255 steps, and a square of `size` pixels moves together, which large images need.
"""

from __future__ import annotations

from random import Random

import numpy as np

from harness import OutOfQueries, Positive, Sample, Session, predict
from harness_image import Image


def simba(
    sample: Sample[Image], rng: Random, *, epsilon: float = 0.2, steps: Positive = 200, size: Positive = 2
) -> Session[Image]:
    """Change squares of pixels by `epsilon` (of the range) in random order until the model is wrong.

    No channel of a pixel is changed more than once, so the largest difference is `epsilon`; at most `steps` squares
    are tried, two rows each. Returns the first image the model gets wrong, else the one it was least sure of.
    """
    step, best = max(1, round(255 * epsilon)), sample.input
    [row] = yield from predict([best])
    least = row[sample.label]
    for place in _order(best, size, rng)[:steps]:
        tries = [_moved(best, place, step), _moved(best, place, -step)]
        try:
            rows = yield from predict(tries)
        except OutOfQueries:
            break
        at = min((0, 1), key=lambda index: rows[index][sample.label])
        if rows[at][sample.label] < least:
            best, least = tries[at], rows[at][sample.label]
        if rows[at].label != sample.label:
            return tries[at]
    return best


def _order(image: Image, size: int, rng: Random) -> list[tuple[slice, slice, int]]:
    """Every square of every channel, in random order."""
    height, width, channels = image.shape
    places = [
        (slice(top, top + size), slice(left, left + size), channel)
        for top in range(0, height, size)
        for left in range(0, width, size)
        for channel in range(channels)
    ]
    rng.shuffle(places)
    return places


def _moved(image: Image, place: tuple[slice, slice, int], step: int) -> Image:
    found = image.copy()
    found[place] = np.clip(image[place].astype(np.intp) + step, 0, 255)
    return found
