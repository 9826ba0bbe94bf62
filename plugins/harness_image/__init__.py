"""Images: the kind of input `image`, the data `images`, perturbations and an attack; needs Pillow for files."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Image: TypeAlias = npt.NDArray[np.uint8]
"""An image `(height, width, channels)` in 0..255: 1 channel of grey, or 3 of red, green and blue."""

__all__ = ["Image"]
