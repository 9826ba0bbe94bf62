"""Lines, cells and tables on stdout: coloured only on a terminal, and no foreign word writes on another line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.errors import legible
from harness.files import legible_lines

if TYPE_CHECKING:
    from harness.trials.lines import Line

PLAIN_COLUMNS = 120
"""Columns where nobody looks at a terminal: addresses and notes fit unwrapped."""


def print_json(content: object) -> None:
    """One JSON document."""
    print(json.dumps(content, indent=1))


def marked(line: Line, *, coloured: bool) -> Text:
    """A line of a trial, what changed in colour or in brackets."""
    found = Text()
    for text, changed in ((cell(each).plain, changed) for each, changed in line.pieces):
        if changed and coloured:
            found.append(text, style="bold yellow")
        else:
            found.append(f"[{text}]" if changed else text)
    return found


def table_of(*columns: str, header: bool = True) -> Table:
    """An empty table; numbers stand at the right."""
    table = Table(box=None, pad_edge=False, header_style="bold", show_header=header)
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in ("n", "value") else "left")
    return table


def line_of(words: object, style: str = "") -> Text:
    """A line for the terminal; none of the words in it, which may be anybody's, can write on another."""
    return Text(legible(words), style=style)


def cell(words: object) -> Text:
    """A cell of a table, which is folded where it is long: no line may begin with a command to GitHub there either."""
    return Text(legible(words).replace("::", ":\\x3a"))


def lines(words: str) -> Text:
    """Lines that a component documents."""
    return Text(legible_lines(words))


def console_here() -> Console:
    """Stdout: as wide as the terminal, or as most lines where it is none."""
    console = _Console(highlight=False)
    return console if console.is_terminal else _Console(highlight=False, width=PLAIN_COLUMNS, color_system=None)


class _Console(Console):
    """Lets the end of who reads stdout be handled where all ends are."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError
