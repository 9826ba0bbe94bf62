"""Text pairs made by code, and a plain model of them that is mostly right, for trials of components for pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from harness import Trial

LABELS = ("no entailment", "entailment")
PREMISES = (
    "A man plays a red guitar on the stage.",
    "Two dogs run along the beach.",
    "A woman reads on a long train.",
)
HYPOTHESES = (
    ("A man plays a guitar.", "The man sleeps."),
    ("Two dogs run.", "Dogs swim in a pool."),
    ("A woman reads.", "Nobody is on the train."),
)
"""Of each premise one that follows from it, and one that does not."""


def trial() -> Trial:
    """Half a dozen pairs and their model."""
    pairs = zip(PREMISES, HYPOTHESES, strict=True)
    rows = [
        {"premise": premise, "hypothesis": hypothesis, "label": label}
        for premise, hypotheses in pairs
        for hypothesis, label in zip(hypotheses, reversed(LABELS), strict=True)
    ]
    return Trial(rows, answers, LABELS)


def answers(pairs: Sequence[Mapping[str, str]]) -> npt.NDArray[np.float64]:
    """The probabilities, `(n, 2)`: that of entailment is the share of the hypothesis's words that the premise has."""
    shares = np.array([_share(pair["premise"], pair["hypothesis"]) for pair in pairs], dtype=np.float64)
    return np.column_stack([1 - shares, shares])


def _share(premise: str, hypothesis: str) -> float:
    known, words = set(_words(premise)), _words(hypothesis)
    return sum(word in known for word in words) / max(1, len(words))


def _words(text: str) -> list[str]:
    return text.lower().replace(".", " ").split()
