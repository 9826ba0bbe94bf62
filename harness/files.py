"""Files replaced as a whole, what they can contain, and what is printed kept apart from results."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import redirect_stdout, suppress
from pathlib import Path
from typing import Any, TextIO

from harness.errors import legible

_LONE_SURROGATES = re.compile("[\ud800-\udfff]")


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file aside, then move it over the old one: a reader sees the one or the other, never a half."""
    aside = path.with_name(f".{path.name}.part")
    try:
        write(aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
        with suppress(OSError):  # not every system can
            _sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Have the disk know the new name, not only the content."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def relative_to(folder: Path, path: Path) -> str:
    """A path as it is written in a file of the folder, which may move with what is beside it."""
    try:
        return Path(os.path.relpath(path.absolute(), folder.absolute())).as_posix()
    except ValueError:  # on another drive
        return str(path.absolute())


def encodable(value: Any) -> Any:
    """The same value with lone surrogates, which UTF-8 cannot encode, as U+FFFD."""
    if isinstance(value, str):
        return _LONE_SURROGATES.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: encodable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [encodable(inner) for inner in value]
    return value


def legible_lines(text: str) -> str:
    """A message of several lines, each of them legible."""
    return "\n".join(map(legible, text.split("\n")))


def stdout_to_stderr() -> redirect_stdout[TextIO]:
    """Send what a model or a plugin prints to stderr: stdout carries results."""
    return redirect_stdout(sys.stderr)
