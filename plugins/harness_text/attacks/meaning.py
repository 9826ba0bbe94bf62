"""What is kept of a text's meaning: a word's part of speech, and a text's embedding by a sentence encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import acos, ceil, floor, pi
from typing import Literal

import numpy as np

from harness import Session, embed
from harness_text.attacks.edited import Edited
from harness_text.wordnet import tags

WINDOW = 15
"""Words around an edit that are compared, as Jin et al. 2020 compare them."""


def same_part_of_speech(candidates: Sequence[Edited], current: Edited, original: Edited) -> list[Edited]:
    """Those whose new words are of the original word's universal part of speech; a noun may become a verb and back.

    Tags are those of the word among four words before and three behind it in the original, as in TextAttack.
    """
    return [each for each in candidates if all(_is_same(each, original, at) for at in each.newly)]


def _is_same(text: Edited, original: Edited, at: int) -> bool:
    if at >= len(original.words) or at >= len(text.words):
        return False
    before, after = original.words[max(at - 4, 0) : at], original.words[at + 1 : at + 4]
    pair = {_tag(before, each.words[at], after) for each in (original, text)}
    return len(pair) == 1 or pair == {"NOUN", "VERB"}


def _tag(before: Sequence[str], word: str, after: Sequence[str]) -> str:
    """That of the first place where the word stands, as the reference looks it up."""
    context = (*before, word, *after)
    return tags(context)[context.index(word)]


@dataclass(frozen=True)
class Similar:
    """Keeps texts whose embedding is as similar as `least` to that of the text they are compared to.

    `encoder` is the name of one of the suite's models. Similarity is the cosine, or 1 less the angle over pi. With a
    `window` so many words around the edit are compared, and shorter texts are kept without a question.
    """

    encoder: str
    least: float
    metric: Literal["cosine", "angular"] = "cosine"
    window: int | None = WINDOW
    to: Literal["original", "current"] = "original"

    def __call__(self, candidates: Sequence[Edited], current: Edited, original: Edited) -> Session[list[Edited]]:
        reference = original if self.to == "original" else current
        long = [each for each in candidates if self.window is None or len(each.words) >= self.window]
        pairs = [(self._part(reference, each), self._part(each, each)) for each in long]
        asked = list(dict.fromkeys(part for pair in pairs for part in pair))
        rows = dict(zip(asked, (yield from embed(asked, self.encoder)), strict=True)) if asked else {}
        found = {
            each.text: self._similarity(rows[one], rows[other]) for each, (one, other) in zip(long, pairs, strict=True)
        }
        known = [replace(each, similarity=found.get(each.text, 1.0)) for each in candidates]
        return [each for each in known if each.similarity is not None and each.similarity >= self.least]

    def _part(self, text: Edited, edit: Edited) -> str:
        if self.window is None:
            return text.text
        return around(text, next(iter(edit.newly), 0), self.window)

    def _similarity(self, one: np.ndarray, other: np.ndarray) -> float:
        lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
        cosine = min(1.0, max(-1.0, float(one @ other) / max(lengths, 1e-12)))
        return cosine if self.metric == "cosine" else 1 - acos(cosine) / pi


def around(text: Edited, at: int, window: int) -> str:
    """The text of `window` words around a place; at the beginning of a text one word less, as in TextAttack."""
    half, count = (window - 1) / 2, len(text.words)
    if not count:
        return text.text
    if at - half < 0:
        first, last = 0, min(window - 1, count - 1)
    elif at + half >= count:
        first, last = max(0, count - window), count - 1
    else:
        first, last = at - ceil(half), at + floor(half)
    return text.text[text.spans[first][0] : text.spans[last][1]]
