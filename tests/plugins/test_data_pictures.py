"""Nearly equal images: copies that were scaled and compressed are found, different photos are not."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness_data.pictures import NEAREST, earlier_alike, hashes, other_alike
from PIL import Image

import harness

PHOTOS = Path(__file__).parents[3] / "shared" / "data" / "images" / "ants_bees_photos" / "train.npz"


def photos() -> list[np.ndarray]:
    if not PHOTOS.exists():
        pytest.skip(f"the shared data are not here: {PHOTOS}")
    given = np.load(PHOTOS)
    jpeg, ends = given["jpeg"], given["offsets"]
    files = (jpeg[ends[at] : ends[at + 1]].tobytes() for at in range(len(ends) - 1))
    return [np.array(Image.open(io.BytesIO(file)).convert("RGB")) for file in files]


def copies(image: np.ndarray) -> list[np.ndarray]:
    """Compressed, and of half the size."""
    file, picture = io.BytesIO(), Image.fromarray(image)
    picture.save(file, "JPEG", quality=30)
    return [np.array(Image.open(file)), np.array(picture.resize((picture.width // 2, picture.height // 2)))]


def drawn(seed: int) -> np.ndarray:
    """Smooth noise: as different as photos, and as little changed by scaling."""
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), np.uint8)
    return np.array(Image.fromarray(coarse).resize((96, 96), Image.Resampling.BICUBIC))


def test_copies_of_photos_are_found_and_different_photos_are_not() -> None:
    given = photos()
    own = hashes(given)
    assert (earlier_alike(own, 0.8).of == -1).all()
    made = [(at, copy) for at, image in enumerate(given[:60]) for copy in copies(image)]
    found = other_alike(hashes(copy for _, copy in made), own, 0.8)
    assert found.of.tolist() == [at for at, _ in made]
    assert found.similarity.min() > 0.9


def test_the_hash_is_that_of_imagehash() -> None:
    imagehash = pytest.importorskip("imagehash", reason="imagehash is among the oracles")
    for seed in range(50):
        theirs = imagehash.phash(Image.fromarray(drawn(seed)), hash_size=16).hash.ravel()
        assert (hashes([drawn(seed)])[0] > 0).tolist() == theirs.tolist()


def test_of_near_ones_the_nearest_earlier_is_named_and_none_is_equal() -> None:
    bits = np.ones((4, 256), np.float32)
    bits[1, :64] = bits[2, :20] = -1
    found = earlier_alike(bits, 0.8)
    assert found.of.tolist() == [-1, -1, 0, 0]
    assert found.similarity.tolist() == pytest.approx([0, 0, 1 - 20 / 256, NEAREST], abs=1e-6)
    assert other_alike(bits, np.empty((0, 256), np.float32), 0.8).of.tolist() == [-1] * 4


def test_the_task_counts_them_in_a_set_and_in_the_train(tmp_path: Path) -> None:
    images = [drawn(seed) for seed in range(40)]
    rows: list[dict[str, Any]] = [{"image": each, "label": "a"} for each in images]
    rows += [{"image": copies(each)[0], "label": "a"} for each in images[:5]]

    def predict(some: list[np.ndarray]) -> list[list[float]]:
        return [[0.6, 0.4] for _ in some]

    found = harness.evaluate(predict, rows, [{"use": "data"}], labels=["a", "b"], out=tmp_path / "r", progress=False)
    assert found.scores["data/near_duplicates"] == pytest.approx(5 / 45)
    assert found.scores["data/duplicates"] == 0


def test_grey_images_have_a_hash() -> None:
    grey = drawn(1)[:, :, :1]
    assert hashes([grey]).shape == (1, 256)
