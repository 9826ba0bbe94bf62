"""Vega-Lite specifications as drawings that stand in the page: static, in the page's own colours, without scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from harness_report.marks import legible
from harness_report.rendering import is_installed, renderer

INK, SOFT, GRID, LINE, FOR, AGAINST, PASSED, FAILED, UNDECIDED = (f"#01010{at}" for at in range(1, 10))
"""Stand-ins for the colours of the page, which has other ones in the dark."""

VARIABLES = {
    INK: "--ink", SOFT: "--soft", GRID: "--grid", LINE: "--link", FOR: "--for", AGAINST: "--against",
    PASSED: "--pass", FAILED: "--fail", UNDECIDED: "--undecided",
}  # fmt: skip

MAX_NAME_CHARACTERS = 24
"""Characters of a name inside a drawing; the table under it has all of them."""

CONFIG: Mapping[str, Any] = {
    "aria": False,
    "background": None,
    "font": "system-ui, sans-serif",
    "padding": {"left": 12, "right": 12, "top": 8, "bottom": 4},
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "gridColor": GRID,
        "labelColor": SOFT,
        "labelFontSize": 11,
        "tickColor": GRID,
        "titleColor": SOFT,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "orient": "top", "title": None},
    "line": {"color": LINE, "strokeWidth": 2},
    "point": {"color": LINE, "filled": True, "size": 36},
    "rule": {"color": SOFT},
    "text": {"color": INK, "fontSize": 11},
}


def drawing(specification: Mapping[str, Any], words: str) -> Markup:
    """A chart as SVG, with the words for those who do not see it; the words alone where it cannot be drawn."""
    if not is_installed():
        return Markup("<p>{}</p>").format(legible(words))
    made = renderer().svg({"config": CONFIG, **specification})
    if made is None:
        return Markup("<p>Not drawn on this machine: {}</p>").format(legible(words))
    opening, _, inside = made.partition(">")
    size = re.search(r'width="([\d.]+)" height="([\d.]+)" viewBox="[\d. -]+"', opening)
    head = f'<svg {size[0] if size else ""} role="img" focusable="false"><title>{escape(legible(words))}</title>'
    return Markup(head + _coloured(inside))  # noqa: S704 - the renderer escapes texts, `words` are escaped here


def named(text: str) -> str:
    """A name short enough for a drawing, without what no drawing should get.

    Letters of two UTF-16 units become U+FFFD: Vega cuts a long label between units, and fails on half a letter.
    """
    clean = re.sub("[\U00010000-\U0010ffff]", "\ufffd", legible(text))
    return clean if len(clean) <= MAX_NAME_CHARACTERS else f"{clean[: MAX_NAME_CHARACTERS - 1]}…"


def _coloured(inside: str) -> str:
    """The stand-ins as variables, and no rule of style that the page would have to allow."""
    plain = re.sub(r' (?:style|role|aria-[a-z]+|class|xmlns[:a-z]*)="[^"]*"', "", inside)
    return re.sub("|".join(VARIABLES), lambda found: f"var({VARIABLES[found[0]]})", plain)
