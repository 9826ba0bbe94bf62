"""Views of a value: blocks that any report can draw and any terminal can print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class TextBlock:
    """A text under its name, and the one it was made from, if it was: a report marks the words that differ."""

    text: str
    name: str = ""
    before: str | None = None


@dataclass(frozen=True)
class ImageBlock:
    """A picture as a `data:` address of a PNG file, in words for those who do not see it; `size` in pixels."""

    address: str
    words: str
    size: tuple[int, int]
    name: str = ""


@dataclass(frozen=True)
class TableBlock:
    """Named cells in order; `changed` are those that differ, with what stood there before; `weights` explain them."""

    cells: Mapping[str, str]
    changed: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class UnitsBlock:
    """The units of an explanation in their order, joined, with the weight of each; `name` is their field's."""

    units: Sequence[str]
    weights: Sequence[float]
    name: str = ""


Block: TypeAlias = TextBlock | ImageBlock | TableBlock | UnitsBlock
View: TypeAlias = Sequence[Block]
