"""Anybody's text in Markdown: shown as it is, on one line, in tables of it too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from harness_report.marks import legible

_MARKUP = re.compile(r"[\\`*<>|~$&]|(?<![^\W_])_|_(?![^\W_])|:(?=//)|(?<=www)\.")
_MENTION = re.compile(r"(?<![A-Za-z0-9])@(?=\w)|#(?=\d)")
AT_THE_RIGHT = {"value", "n", "old", "new", "difference", "p"}
"""Columns of numbers."""


def plain(text: object) -> str:
    """A text on one line that Markdown shows as it is; a mention or a reference to an issue is broken up."""
    shown = " ".join(legible(str(text)).split())
    unnamed = _MENTION.sub(lambda found: found[0] + "\u200b", shown)
    entities = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", unnamed)
    return re.sub(r"([\[\]])", r"\\\1", entities)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; numbers stand at the right."""
    rules = ("--:" if name in AT_THE_RIGHT else "---" for name in columns)
    lines = [columns, tuple(rules), *([plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
