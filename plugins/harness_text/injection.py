"""Injection: put ever more insistent instructions into the text until the model answers what they ask for.

Perez & Ribeiro (2022), Ignore previous prompt: attack techniques for language models. Differences: the goal is another
class of a classifier in place of a free text, and phrases of several families are tried from the mildest on.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Annotated

from pydantic import Field

from harness import OutOfQueries, Positive, Question, Sample, Session, attack, predict
from harness_text.injection_phrases import FAMILIES, injected


def _labels(sample: Sample[str]) -> Session[list[str]]:
    """The model's labels, as its answer to the sample names them."""
    known = yield Question("predict", (sample.input,), "")
    return list(getattr(known, "labels", ()))


@attack(languages=("en",))
def injection(
    sample: Sample[str],
    rng: Random,
    *,
    answers: Annotated[Sequence[str], Field(min_length=2)] | None = None,
    max_queries: Positive | None = None,
) -> Session[str]:
    """Add instructions to answer another class until the model does.

    `answers` are the classes' words, in their order, by default their labels.
    Returns the first text whose answer is what it asks for, else the one that the right class lost most by. The text
    itself stays as it is, so what is true of it does.
    """
    label, best, least = sample.label, sample.input, 2.0
    words = list(answers) if answers else (yield from _labels(sample))
    wanted = [at for at in range(len(words)) if at != label]
    for phrases in FAMILIES:
        asked = [(injected(sample.input, phrase, words[at]), at) for phrase in phrases for at in wanted]
        try:
            rows = yield from predict([text for text, _ in asked])
        except OutOfQueries:
            return best
        for row, (text, at) in zip(rows, asked, strict=True):
            if row.label == at:
                return text
            if row[label] < least:
                best, least = text, row[label]
    return best
