"""The kind of input `image`: arrays of uint8 whose units are tiles."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from harness import Trial
from harness.reports import ImageBlock
from harness_image import Image
from harness_image.pixels import address, decoded
from harness_image.reading import Images, is_image
from harness_image.trial import trial

MAX_TILES_PER_SIDE = 8
"""Tiles along the longer side of an image, at most."""

AGREEMENT_GRID = 16
"""Pieces along each side over which explanations of different tiles are compared."""

SHOWN_PIXELS = 224
"""Pixels of the longer side as a page shows it: smaller images are drawn larger, larger ones smaller."""


class ImageKind:
    """An image: its units are tiles, and one that is left out becomes the image's mean colour."""

    name = "image"
    singular = "an image"
    plural = "images"
    type: type = np.ndarray
    fields_of = ""
    column = "image"
    defaults: Mapping[str, Sequence[str]] = {
        "perturbations": ("gaussian_noise", "brightness", "contrast", "blur"),
        "attacks": ("simba",),
        "explainers": ("leave_one_out",),
    }

    def recognises(self, columns: Mapping[str, Sequence[object]]) -> bool:
        """One column of uint8 arrays, pictures or the bytes of image files; names of files need `kind: image`."""
        cells = [cell for column in columns.values() for cell in column[:100]]
        return len(columns) == 1 and bool(cells) and all(map(is_image, cells))

    def read(self, columns: Mapping[str, Sequence[object]]) -> Sequence[Any]:
        [(name, cells)] = columns.items()
        return Images(name, cells)

    def holds(self, value: object) -> bool:
        return (
            isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 3 and value.shape[2] in {1, 3}
        )

    def write(self, value: Any) -> str:
        """A PNG file as a `data:` address, which loses nothing and which a page can show."""
        return address(value)

    def parse(self, written: str) -> Any:
        return decoded(written)

    def key(self, value: Any) -> Hashable:
        return (value.shape, blake2b(value.tobytes(), digest_size=16).digest())

    def cost(self, value: Any) -> int:
        return max(1, int(value.shape[0]) * int(value.shape[1]) // 256)

    def fields(self, value: Any) -> dict[str, Any]:
        return {"": value}

    def with_fields(self, value: Any, fields: Mapping[str, Any]) -> Any:
        return fields[""]

    def units(self, value: Any) -> list[str]:
        """Tiles as `top:bottom,left:right`, row by row; together they are the image."""
        step = -(-max(value.shape[:2]) // MAX_TILES_PER_SIDE)
        rows, columns = (range(0, side, step) for side in value.shape[:2])
        return [
            f"{top}:{min(top + step, value.shape[0])},{left}:{min(left + step, value.shape[1])}"
            for top in rows
            for left in columns
        ]

    def keep(self, value: Any, units: Sequence[str], kept: set[int]) -> Any:
        found = value.copy()
        covered = np.zeros(value.shape[:2], dtype=np.intp)
        colour = value.reshape(-1, value.shape[2]).mean(axis=0).round().astype(np.uint8)
        for at, unit in enumerate(units):
            place = _place(unit, value.shape)
            covered[place] += 1
            if at not in kept:
                found[place] = colour
        if not (covered == 1).all():
            raise ValueError(f"expected tiles that cover the image once, but got {list(units)[:4]!r} …")
        return found

    def shared(self, units: Sequence[str], weights: Sequence[float]) -> npt.NDArray[np.float64]:
        """The weight of each cell of a grid of AGREEMENT_GRID per side; a tile's weight is spread evenly over it."""
        height, width = (max(int(unit.split(",")[axis].split(":")[1]) for unit in units) for axis in (0, 1))
        spread = np.zeros((height, width))
        for unit, weight in zip(units, weights, strict=True):
            place = _place(unit, (height, width))
            spread[place] = weight / max(spread[place].size, 1)
        rows, columns = (
            np.minimum(np.arange(side) * AGREEMENT_GRID // side, AGREEMENT_GRID - 1) for side in (height, width)
        )
        found = np.zeros((AGREEMENT_GRID, AGREEMENT_GRID))
        np.add.at(found, (rows[:, np.newaxis], columns[np.newaxis, :]), spread)
        return found.ravel()

    def distance(self, before: Any, after: Any) -> tuple[float, str]:
        """The mean absolute difference of the pixels, in 0..1."""
        largest, mean = _differences(before, after)
        return mean, f"{mean:.4f} per pixel, {largest:.3f} at most"

    def words(self, value: Any) -> str:
        return f"image of {value.shape[1]} by {value.shape[0]} pixels" + (" in grey" if value.shape[2] == 1 else "")

    def change(self, before: Any, after: Any) -> str:
        return f"a change of {self.distance(before, after)[1]}"

    def view(self, value: Any, before: Any = None) -> Sequence[ImageBlock]:
        if before is None:
            return [_block(value, self.words(value))]
        words = self.distance(before, value)[1]
        return [
            _block(before, f"before: {self.words(before)}", "before"),
            _block(value, f"after a change of {words}", "after"),
            _block(_difference(before, value), f"the difference: {words}", "difference, amplified"),
        ]

    def view_units(self, value: Any, units: Sequence[str], weights: Sequence[float]) -> Sequence[ImageBlock]:
        """The image, and its grey copy with tiles for the class in blue and against it in orange."""
        heavy = sorted(zip(weights, units, strict=True), key=lambda pair: -abs(pair[0]))[:3]
        words = "heaviest tiles: " + ", ".join(f"{unit} {weight:+.3f}" for weight, unit in heavy)
        return [_block(value, self.words(value), "image"), _block(_weighed(value, units, weights), words, "weights")]

    def trial(self) -> Trial | None:
        return trial()


IMAGE = ImageKind()


def _place(unit: str, shape: Sequence[int]) -> tuple[slice, slice]:
    """The rows and columns of a tile; raises ValueError for what is none of an image of this shape."""
    try:
        (top, bottom), (left, right) = (map(int, span.split(":")) for span in unit.split(","))
    except ValueError:
        raise ValueError(f"expected a tile as top:bottom,left:right, but got {unit!r}") from None
    if not (0 <= top < bottom <= shape[0] and 0 <= left < right <= shape[1]):
        raise ValueError(f"expected a tile inside {shape[0]} rows and {shape[1]} columns, but got {unit!r}")
    return slice(top, bottom), slice(left, right)


def _differences(before: Image, after: Image) -> tuple[float, float]:
    if before.shape != after.shape:
        return 1.0, 1.0
    apart = np.abs(before.astype(np.float64) - after) / 255
    return float(apart.max()), float(apart.mean())


def _difference(before: Image, after: Image) -> Image:
    """Grey where nothing changed, brighter or darker where something did, as strong as can be shown."""
    if before.shape != after.shape:
        return after
    apart = after.astype(np.float64) - before
    return np.asarray(128 + 127 * apart / max(np.abs(apart).max(), 1), dtype=np.uint8)


def _weighed(value: Image, units: Sequence[str], weights: Sequence[float]) -> Image:
    grey = np.repeat(value.mean(axis=2, keepdims=True), 3, axis=2) * 0.5 + 90
    heaviest = max(map(abs, weights), default=0) or 1
    for unit, weight in zip(units, weights, strict=True):
        place, share = _place(unit, value.shape), abs(weight) / heaviest
        colour = np.array([60, 110, 220] if weight > 0 else [230, 120, 30])
        grey[place] = grey[place] * (1 - 0.6 * share) + colour * 0.6 * share
    return np.asarray(grey.clip(0, 255), dtype=np.uint8)


def _block(image: Image, words: str, name: str = "") -> ImageBlock:
    """The image as a page shows it: whole steps of it where it is too large, each pixel a square where it is small."""
    step = -(-max(image.shape[:2]) // SHOWN_PIXELS)
    small = image[::step, ::step]
    larger = max(1, SHOWN_PIXELS // (2 * max(small.shape[:2])))
    return ImageBlock(
        address(np.ascontiguousarray(small)), words, (small.shape[1] * larger, small.shape[0] * larger), name
    )
