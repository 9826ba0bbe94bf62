"""A bag of words whose explanations are known, and explainers run through the engine on it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Sequence
from math import exp
from typing import Any, TypeAlias

import numpy as np

from harness import Attribution, Case, Engine, Outcome, Sample, SessionFunction

SEED = 7
Explain: TypeAlias = SessionFunction[Attribution]


class Bag:
    """A bag of words in which `not` turns the next word round; `threads` holds who asked."""

    labels: Sequence[str] = ("negative", "positive")

    def __init__(self) -> None:
        self.threads: set[str] = set()

    def __call__(self, texts: Sequence[str]) -> Any:
        self.threads.add(threading.current_thread().name)
        scores = [self.score(text) for text in texts]
        return np.array([[1 / (1 + exp(score)), 1 / (1 + exp(-score))] for score in scores])

    def score(self, text: str) -> float:
        words = re.findall(r"\w+", text.lower())
        signs = [-1 if before == "not" else 1 for before in ["", *words]]
        weights = {"good": 2.0, "bad": -1.5}  # all exact in binary: ties that only the random numbers break
        votes = [sign * weights.get(word, len(word) % 5 / 64) for sign, word in zip(signs, words, strict=False)]
        return max(-9.0, min(9.0, sum(votes)))


def run(explain: Explain, samples: Iterable[Sample[Any]], model: object = None) -> dict[str, Outcome]:
    """The outcomes of a part `explain` by sample; the seed and the names are those of a case made by hand."""
    cases = [Case("explain", "", sample, explain) for sample in samples]
    engine = Engine({"": model or Bag()}, seed=SEED)
    return {outcome.case.sample.id: outcome for outcome in engine.run(cases)}


def values(explain: Explain, samples: Iterable[Sample[Any]], model: object = None) -> dict[str, Attribution]:
    outcomes = run(explain, samples, model)
    assert {name: each.error for name, each in outcomes.items() if each.error} == {}
    return {name: each.value for name, each in outcomes.items()}
