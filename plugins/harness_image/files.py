"""The data `images`: a folder of classes, files by a pattern, or a stack of arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from glob import glob, has_magic
from pathlib import Path
from typing import Any

import numpy as np

from harness import Table, UserError

ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"}


def images(*, path: Path, classes: Path | None = None) -> Sequence[Mapping[str, Any]]:
    """Images in files, in the column `image`, and their classes in the column `label`.

    `path` is a folder with one folder per class, a pattern of files each in the folder of its class
    (`photos/*/*.jpg`), or a stack of images `(n, height, width)` or `(n, height, width, channels)` in an .npy file, the
    class of each standing in the .npy file `classes`. Files are decoded when they are asked for.
    """
    if path.suffix == ".npy":
        return Table(_stack(path, classes))
    if classes is not None:
        raise UserError(f"data 'images': classes belong to a stack in an .npy file, but path is {path}", "classes")
    return Table({"image": each, "label": each.parent.name} for each in _files(path))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = [each for each in sorted(path.glob("*/*")) if each.suffix.lower() in ENDINGS]
        expected = f"a folder per class, with files that end in {', '.join(sorted(ENDINGS))}"
    else:
        folder = next(each for each in path.parents if not has_magic(str(each)))
        names = sorted(glob(path.relative_to(folder).as_posix(), root_dir=folder, recursive=True))  # noqa: PTH207
        found, expected = [folder / name for name in names if (folder / name).is_file()], "a pattern that files match"
    if not found:
        raise UserError(f"data 'images': {path} has no images: expected {expected}", "path")
    return found


def _stack(path: Path, classes: Path | None) -> Iterator[Mapping[str, Any]]:
    if classes is None:
        raise UserError(f"data 'images': {path} needs `classes`, an .npy file with the class of each image")
    stack, named = _loaded(path, "path"), _loaded(classes, "classes").tolist()
    if len(stack) != len(named):
        raise UserError(
            f"data 'images': {path} has {len(stack)} images, but {classes} has {len(named)} classes", "classes"
        )
    for image, label in zip(stack, named, strict=True):
        yield {"image": image, "label": label}


def _loaded(path: Path, key: str) -> Any:
    try:
        return np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UserError(f"data 'images': {path} could not be read as an .npy file: {error}", key) from error
