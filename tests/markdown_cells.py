"""Markdown as GitHub reads it, and texts that strangers may write into it."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import strategies as st
from markdown_it import MarkdownIt

HOSTILE = [
    "| a | b |", "\\| \\", "`code` ``", "<script>alert(1)</script>", "new\n\n# heading\n- list",
    "@octocat and @org/team", "#12", "[a](http://evil.example)", "![x](y)", "**bold** _it_ ~~gone~~ $x$",
    "&lt;b&gt; &#124;", "https://evil.example",
    "\x00\u202e\ud800", "a\\|b", "``` `|` ```", "<!-- -->",
]  # fmt: skip
PIECES = st.sampled_from([*"|\\`<>*_[]()#@&~$!:-+ \n\t", "www.", "://", "a", "1", "é"])
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


class Cells(HTMLParser):
    """The texts of the cells, row by row, and every element there is."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self._inside = False
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data
