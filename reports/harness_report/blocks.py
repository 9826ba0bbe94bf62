"""The views of a value, as the page draws them: lines of text, units, pictures, cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from harness.reports import ImageBlock, TableBlock, TextBlock, UnitsBlock
from harness_report.marks import MAX_SHOWN_CHARACTERS, Piece, Unit, changed_words, cut, weighed
from harness_report.wording import signed


@dataclass(frozen=True)
class Cell:
    """A named cell; `was` is what stood there before, if it changed, `weight` what it weighs in an explanation."""

    name: str
    text: str
    was: str = ""
    changed: bool = False
    weight: str = ""
    side: str = ""
    shade: int = 0


@dataclass(frozen=True)
class Line:
    """A text in pieces, units, a picture or cells; `word` says which it is to those who do not see where it stands."""

    word: str
    pieces: list[Piece] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    image: ImageBlock | None = None
    cells: list[Cell] = field(default_factory=list)


Block = TextBlock | ImageBlock | TableBlock | UnitsBlock


def lines_of(view: Sequence[Block], word: str = "") -> list[Line]:
    """The lines of a view; `word` says what kind of change made it, if any did."""
    heaviest = max(
        (abs(weight) for block in view if isinstance(block, UnitsBlock) for weight in block.weights), default=0
    )
    return [line for block in view for line in _lines(block, word, heaviest)]


def _lines(block: Block, word: str, heaviest: float) -> Iterator[Line]:
    if isinstance(block, TextBlock):
        yield from _text(block, word)
    elif isinstance(block, UnitsBlock):
        yield Line(block.name, units=_shown(weighed(block.units, block.weights, heaviest)))
    elif isinstance(block, ImageBlock):
        yield Line(block.name, image=block)
    else:
        yield Line("", cells=_cells(block))


def _text(block: TextBlock, word: str) -> Iterator[Line]:
    named = [block.name] if block.name else []
    if block.before is None or block.before == block.text:
        yield Line(block.name, [Piece(cut(block.text))])
        return
    clean, other = changed_words(cut(block.before), cut(block.text))
    yield Line(", ".join([*named, "clean"]).capitalize(), clean)
    yield Line(", ".join([*named, word]).capitalize(), other)


def _cells(block: TableBlock) -> list[Cell]:
    heaviest = max(map(abs, block.weights.values()), default=0) or 1
    return [
        Cell(
            name,
            text,
            block.changed.get(name, ""),
            name in block.changed,
            signed(block.weights[name]) if name in block.weights else "",
            _side(block.weights.get(name, 0.0)),
            round(20 * abs(block.weights.get(name, 0.0)) / heaviest),
        )
        for name, text in block.cells.items()
    ]


def _side(weight: float) -> str:
    return "for" if weight > 0 else "against" if weight < 0 else ""


def _shown(units: list[Unit]) -> list[Unit]:
    """The units that can be shown."""
    at = 0
    for place, unit in enumerate(units):
        at += len(unit.lead) + len(unit.text) + len(unit.tail)
        if at > MAX_SHOWN_CHARACTERS:
            return [*units[:place], Unit("", "… (the rest is left out)", "", 0.0, 0.0)]
    return units
