"""The source of an object of the user's own, with what it imports from beside it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any


def code_of(function: Any) -> list[str]:
    """The file of a function's or class's module and those beside it that it imports; nothing where none is readable.

    Of a script or a notebook, which changes from one call to the next, it is the function's own source.
    """
    file = getattr(sys.modules.get(function.__module__), "__file__", None)
    if file and function.__module__ != "__main__":
        return [path.read_text(encoding="utf-8", errors="replace") for path in sorted(_imported(Path(file)))]
    try:
        return [inspect.getsource(function)]
    except (OSError, TypeError):
        return []


def _imported(file: Path) -> set[Path]:
    """A module's file, and those below its folder that it imports, wherever an import stands, and so on."""
    folder, found, left = file.parent, set[Path](), [file]
    while left:
        path = left.pop()
        if path in found or path.suffix != ".py" or not path.is_file():
            continue
        found.add(path)
        for name, origin in product(_names(path), {folder, path.parent}):
            below = origin.joinpath(*name.split("."))
            left += [below.with_suffix(".py"), below / "__init__.py"]
    return found


def _names(path: Path) -> Iterator[str]:
    """The modules that a file may import, as seen from its folder."""
    try:
        nodes = list(ast.walk(ast.parse(path.read_bytes())))
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from filter(
                None, [node.module, *(f"{node.module or ''}.{each.name}".strip(".") for each in node.names)]
            )
