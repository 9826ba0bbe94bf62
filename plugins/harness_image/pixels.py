"""Pictures as arrays: decoding of files, the rules for what is no plain picture, and encoding as PNG.

Colour images become `(height, width, 3)`, grey ones `(height, width, 1)`, in uint8. EXIF orientation is applied, a
palette and CMYK become RGB, transparency lies on white, of an animation the first frame counts. Arrays of floats and of
16 bits are refused: nobody can tell how they are scaled.
"""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from typing import Any

import numpy as np

from harness import MissingExtra
from harness_image import Image

DATA_URL_PREFIX = "data:image/png;base64,"
MAX_PIXELS = 64_000_000
"""Pixels of a file from which on it is refused: a few bytes can claim billions of them."""


def as_image(value: Any) -> Image:
    """An array, a picture of Pillow or the bytes of a file as an image; raises ValueError for what is none."""
    if isinstance(value, np.ndarray):
        return _of_array(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _of_bytes(bytes(value))
    if hasattr(value, "convert") and hasattr(value, "getbands"):
        return _of_picture(value)
    raise ValueError(f"expected an array, a picture or the bytes of an image file, but got {type(value).__name__}")


def encoded(image: Image) -> bytes:
    """The image as a PNG file, which loses nothing."""
    file = io.BytesIO()
    picture(image).save(file, format="PNG")
    return file.getvalue()


def address(image: Image) -> str:
    """The image as a `data:` address."""
    return DATA_URL_PREFIX + b64encode(encoded(image)).decode("ascii")


def decoded(written: str) -> Image:
    """The image of a `data:` address; raises ValueError for what is none."""
    if not written.startswith(DATA_URL_PREFIX):
        raise ValueError(f"expected an image as {DATA_URL_PREFIX}…, but got {written[:40]!r}")
    return _of_bytes(b64decode(written[len(DATA_URL_PREFIX) :], validate=True))


def picture(image: Image) -> Any:
    """The image as Pillow has it."""
    return _pillow().fromarray(image[:, :, 0] if image.shape[2] == 1 else image)


def _of_array(array: np.ndarray[Any, Any]) -> Image:
    if array.dtype != np.uint8:
        raise ValueError(
            f"expected an array of uint8, 0..255, but got {array.dtype}: scale it yourself, as in "
            "np.rint(255 * image).clip(0, 255).astype(np.uint8) for floats in 0..1"
        )
    shaped = array[:, :, np.newaxis] if array.ndim == 2 else array
    if shaped.ndim != 3 or shaped.shape[2] not in {1, 3} or not shaped.size:
        hint = ", so move the axis: images.transpose(0, 2, 3, 1)" if shaped.shape[0] in {1, 3} else ""
        raise ValueError(
            f"expected an array (height, width), (height, width, 1) or (height, width, 3), but got {array.shape}{hint}"
        )
    return np.ascontiguousarray(shaped)


def _of_bytes(content: bytes) -> Image:
    pillow = _pillow()
    try:
        with pillow.open(io.BytesIO(content)) as opened:
            _require_size(opened)
            return _of_picture(opened)
    except ValueError:
        raise
    except Exception as error:  # whatever a broken or hostile file makes a decoder raise
        raise ValueError(f"no image that can be read: {type(error).__name__}: {error}") from error


def _require_size(opened: Any) -> None:
    if opened.width * opened.height > MAX_PIXELS:
        raise ValueError(f"{opened.width} by {opened.height} pixels are more than {MAX_PIXELS:,}")


def _of_picture(opened: Any) -> Image:
    from PIL import ImageOps

    if opened.mode.startswith(("I", "F")):
        raise ValueError(f"expected 8 bits per channel, but got the mode {opened.mode!r} of 16 bits or floats")
    turned = ImageOps.exif_transpose(opened)
    if turned.mode in {"RGBA", "LA", "PA"} or "transparency" in turned.info:
        turned = _on_white(turned.convert("RGBA"))
    plain = turned.convert("L" if turned.mode in {"1", "L"} else "RGB")
    return _of_array(np.asarray(plain, dtype=np.uint8).copy())


def _on_white(opened: Any) -> Any:
    white = _pillow().new("RGBA", opened.size, "white")
    return _pillow().alpha_composite(white, opened).convert("RGB")


def _pillow() -> Any:
    try:
        from PIL import Image as pillow  # noqa: N813  # the module that the library calls by its name
    except ImportError:
        raise MissingExtra("images need Pillow, also to be kept in a run: pip install 'model-harness[image]'") from None
    return pillow
