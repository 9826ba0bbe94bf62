"""The lines of a trial: inputs, changes, explanations, answers and scores in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeAlias

import numpy as np

from harness.kinds.inputs import default_kind
from harness.kinds.views import Block, ImageBlock, TableBlock, TextBlock, UnitsBlock
from harness.runs.load import Loaded
from harness.scores.score import Score
from harness.types import Distribution, Sample

Pieces: TypeAlias = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Line:
    """A line of what a component did: pieces of text, of which some are marked as changed."""

    what: str
    pieces: Pieces

    @property
    def text(self) -> str:
        """The line without its marks."""
        return "".join(text for text, _ in self.pieces)


def line(what: str, text: str) -> Line:
    """A line with nothing marked."""
    return Line(what, ((text, False),))


def marked(before: str, after: str) -> Pieces:
    """The second text in pieces; marked are the words, or the white space, that the first has not there."""
    old, new = (re.findall(r"\s+|\S+", text) for text in (before, after))
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(("".join(new[low:high]), step != "equal") for step, _, _, low, high in steps)


def of_sample(sample: Sample[Any], loaded: Loaded) -> Line:
    """A sample's input, with its class where it has one."""
    label = f" ({loaded.labels[sample.label]})" if isinstance(sample.truth, int) else ""
    what = "review" if loaded.kind is default_kind() else loaded.kind.name
    return line(f"{what}{label}", loaded.kind.words(sample.input))


def changed(what: str, loaded: Loaded, sample: Sample[Any], written: str) -> Iterator[Line]:
    """An input that was made of a sample's: of texts the words with what changed marked, of others the change."""
    value = loaded.kind.parse(written)
    texts = [block for block in loaded.kind.view(value, sample.input) if isinstance(block, TextBlock)]
    for block in texts:
        name = ((f"{block.name}: ", False),) if block.name else ()
        yield Line(what, (*name, *marked(block.text if block.before is None else block.before, block.text)))
    if not texts:
        yield line(what, loaded.kind.change(sample.input, value))


def weighed(block: Block) -> Iterator[Line]:
    """The weights of an explanation: of units and cells one by one, of an image in words."""
    if isinstance(block, UnitsBlock):
        name = f"{block.name}: " if block.name else ""
        yield from (
            line(f"{weight:+.3f}", name + unit) for unit, weight in zip(block.units, block.weights, strict=True)
        )
    elif isinstance(block, TableBlock):
        yield from (line(f"{weight:+.3f}", f"{name}={block.cells[name]}") for name, weight in block.weights.items())
    elif isinstance(block, ImageBlock):
        yield line(block.name, block.words)


def answer(row: Sequence[float], labels: Sequence[str]) -> str:
    """The decision of an answer and its probability."""
    at = Distribution(np.asarray(row)).label
    return f"{labels[at]} {row[at]:.3f}"


def number(score: Score) -> str:
    """A score with its interval."""
    if score.value is None:
        return f"undefined: {score.note or 'no value'}"
    interval = "" if score.low is None or score.high is None else f"  ({score.low:.3f} … {score.high:.3f})"
    return f"{score.value:.3f}{interval}"
