"""TextAttack's recipes through the engine and by themselves, on a few samples and a bag of words."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from math import exp
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from harness_textattack import textattack

from harness import Case, Engine, Outcome, Sample, SessionFunction, Skipped, UserError
from harness.engine.cases import CaseRandom
from harness.sessions import ambient
from harness.tasks.attack import under_attack

if find_spec("textattack") is None:
    pytest.skip("needs the extra textattack", allow_module_level=True)

SHARED = Path(__file__).parents[2] / "shared"
if (SHARED / "data/nltk_data").exists():
    os.environ.setdefault("NLTK_DATA", str(SHARED / "data/nltk_data"))


SEED = 7
Told: TypeAlias = tuple[str, str, int]
"""Outcome, text and rows asked."""


SAMPLES = [
    Sample("warm", "a great and good movie with a fine cast", 1),
    Sample("cold", "an awful film , bad acting and bad jokes", 0),
    Sample("short", "good", 1),
    Sample("empty", "", 1),
    Sample("odd", "It's “fine” -- not bad, not great; 5 / 10 😀", 1),
    Sample("long", "the good cast and the great director made a fine film out of an awful book " * 2, 1),
]


class Bag:
    """A bag of words: batch-invariant and fast."""

    labels = ("negative", "positive")
    weights: Mapping[str, float] = {"great": 2, "good": 1.5, "fine": 0.5, "bad": -1.5, "awful": -2}

    def __call__(self, texts: Sequence[str]) -> Any:
        rows = [[1 / (1 + exp(self.score(text))), 1 / (1 + exp(-self.score(text)))] for text in texts]
        return np.array(rows) / np.sum(rows, axis=1, keepdims=True)

    def score(self, text: str) -> float:
        """Other words count a little, by their length, so that no two changes are worth the same."""
        return sum(self.weights.get(word, len(word) % 7 / 100 - 0.03) for word in re.findall(r"\w+", text.lower()))


@cache
def prepared(recipe: str, max_queries: int | None = None) -> SessionFunction[Any]:
    """The session function of a recipe, built once; skips the test where NLTK's data is missing altogether."""
    try:
        return textattack.prepare(recipe=recipe, max_queries=max_queries)
    except UserError as error:
        if SHARED.exists():
            raise
        pytest.skip(str(error))


def run(session: SessionFunction[Any], samples: Iterable[Sample[Any]], model: object = None) -> dict[str, Outcome]:
    attack = partial(under_attack, session)
    engine = Engine({"": model or Bag()}, seed=SEED)
    cases = [Case("attack", "ta", sample, attack) for sample in samples]
    return {outcome.case.sample.id: outcome for outcome in engine.run(cases)}


def told(outcomes: Mapping[str, Outcome]) -> dict[str, Told]:
    assert {name: each.error for name, each in outcomes.items() if each.error} == {}
    found = {
        name: each.value.payload if isinstance(each.value, Skipped) else each.value for name, each in outcomes.items()
    }
    return {name: (each.outcome, each.perturbed, each.queries) for name, each in found.items()}


def alone(recipe: str, samples: Iterable[Sample[Any]], wrapper: Any, max_queries: int | None = None) -> dict[str, Told]:
    """What TextAttack itself says, sample by sample, its generators seeded as a session's are."""
    import textattack as library
    from harness_textattack.library import Contained

    with Contained():
        attack = getattr(library.attack_recipes, recipe).build(wrapper)
    attack.goal_function.use_cache = False  # a cached answer is no query: the engine counts rows asked
    if max_queries:
        attack.goal_function.query_budget = max_queries
    found = {}
    for sample in samples:
        ambient.seed(CaseRandom(SEED, "attack", "ta", sample.id).getrandbits(32))
        result = attack.attack(sample.input, sample.label)
        skipped = isinstance(result, library.attack_results.SkippedAttackResult)
        succeeded = isinstance(result, library.attack_results.SuccessfulAttackResult)
        outcome = "skipped" if skipped else "succeeded" if succeeded else "failed"
        text = result.perturbed_result.attacked_text.text
        found[sample.id] = (outcome, text, 0 if skipped else result.num_queries)
    return found


def stock_wrapper(model: Bag) -> Any:
    from textattack.models.wrappers import ModelWrapper

    class Wrapper(ModelWrapper):  # type: ignore[misc]  # TextAttack has no types
        def __init__(self) -> None:
            self.model = model

        def __call__(self, texts: Sequence[str], **_: object) -> Any:
            return self.model(texts)

    return Wrapper()
