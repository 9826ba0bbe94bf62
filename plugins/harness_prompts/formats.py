"""Other formats of a template: the same words, with other signs, blanks, line ends and casing around them.

After FormatSpread (Sclar et al. 2024, Quantifying Language Models' Sensitivity to Spurious Features in Prompt Design),
whose grammar writes a prompt from descriptors, separators, spacing and casing. Here what you wrote is taken apart: its
colons, the blanks behind them, its line ends and the casing of its words are replaced, each in every place alike. They
sample formats for a search of the extremes; here they are drawn evenly, and all of them are asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from random import Random

FIELD = re.compile(r"(\{\w+\})")
"""A place in a template that a column of the input takes."""

SIGNS = (":", " :", " -", " =", " =>", "::", " --")
"""What may stand for a colon."""

GAPS = (" ", "", "  ", "\t", "\n")
"""What may stand for the blanks between a sign and a field."""

ENDS = ("\n", "\n\n", " ", " | ", " || ", "\t", " ; ")
"""What may stand for a line end."""

CASINGS: Sequence[Callable[[str], str]] = (
    str,
    str.lower,
    str.upper,
    lambda text: re.sub(r"\w[\w']*", lambda match: match[0][:1].upper() + match[0][1:].lower(), text),
)
"""Casings of the words: as they are, and in three others."""

_SIGN = re.compile(r"(?<=\w):(?!\S)")
_BEFORE_FIELD = re.compile(r"\0[ \t]*\n?$")
_LINES = re.compile(r"[ \t]*\n\s*")


def formats_of(template: str, count: int, seed: int) -> list[str]:
    """Up to `count` other formats of a template, drawn by `seed`; a larger count begins with those of a smaller."""
    every = [each for each in dict.fromkeys(_every(template)) if each != template]
    return Random(seed).sample(every, len(every))[:count]


def _every(template: str) -> Iterator[str]:
    for sign, gap, end, casing in product(SIGNS, GAPS, ENDS, CASINGS):
        yield _written(template, sign, gap, end, casing)


def _written(template: str, sign: str, gap: str, end: str, casing: Callable[[str], str]) -> str:
    """The template in one format; what stands at its end is followed by a label's word, blank and all."""
    parts = FIELD.split(template)
    for at in range(0, len(parts), 2):
        text, last = casing(parts[at]), at == len(parts) - 1
        marked = _SIGN.sub("\0", _LINES.sub(lambda _: "\n", text))
        field = None if last else _BEFORE_FIELD.search(marked)
        before = marked if field is None else marked[: field.start()]
        parts[at] = before.replace("\n", end).replace("\0", sign) + ("" if field is None else sign + gap)
    return "".join(parts)
