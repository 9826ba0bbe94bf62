"""The source of an object of the user's own, with what it imports from beside it."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

INSTALLED = {"site-packages", "dist-packages"}
"""Folders of what is installed: a package there has a version, and what stands beside it is another."""


def code_of(thing: Any) -> list[str]:
    """The file of a module and those beside it that it imports; nothing where none is readable.

    `thing` is a module's name, or a function, a class or an object of it. Of a script or a notebook, which changes from
    one call to the next, it is the function's own source.
    """
    module = thing if isinstance(thing, str) else getattr(thing, "__module__", None) or type(thing).__module__
    file = getattr(sys.modules.get(module), "__file__", None)
    if file and module != "__main__":
        return [path.read_text(encoding="utf-8", errors="replace") for path in sorted(_imported(Path(file)))]
    try:
        return [inspect.getsource(thing)]
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
        if INSTALLED & {*path.parts}:
            continue
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
