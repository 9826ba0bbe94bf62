"""Vega-Lite drawn in a process of its own: V8 aborts where there is little memory, and no chart is worth a verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from typing import IO, Any, cast

DRAWS = """
import sys
sys.path[:] = sys.argv[1:]
import json
import vl_convert
vl_convert.vegalite_to_svg({"data": {"values": []}, "mark": "bar"})
for line in sys.stdin:
    print(json.dumps(vl_convert.vegalite_to_svg(json.loads(line))), flush=True)
"""
"""What the process runs: an SVG for each line, once it has drawn nothing, since the first drawing takes a second."""


class Renderer:
    """A process that draws; once it is gone nothing is drawn any more."""

    def __init__(self, draws: str = DRAWS) -> None:
        self._process = subprocess.Popen(  # noqa: S603  # this Python, and code of this file
            [sys.executable, "-c", draws, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
        )

    def svg(self, specification: Mapping[str, Any]) -> str | None:
        """The drawing, or None where it could not be made."""
        with suppress(OSError, ValueError):
            cast("IO[str]", self._process.stdin).write(json.dumps(specification) + "\n")
            cast("IO[str]", self._process.stdin).flush()
            return str(json.loads(cast("IO[str]", self._process.stdout).readline()))
        return None


def is_installed() -> bool:
    """Whether the extra `charts` is here; a page without it has the table of each chart in its place."""
    return find_spec("vl_convert") is not None


@cache
def renderer() -> Renderer:
    """The one of this process; it ends with it."""
    return Renderer()


def begin() -> None:
    """Start it where it can be, so that it is ready when there is something to draw."""
    if is_installed():
        renderer()
