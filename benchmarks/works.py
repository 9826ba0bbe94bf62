"""The works that are timed: each does some samples through the harness, and through the library alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.subjects import Subject
from harness import Attribution, Case, Engine, Sample, SessionFunction


@dataclass(frozen=True)
class Work:
    """One row of the table; both sides return one comparable result a sample."""

    title: str
    peer: str
    samples: int
    ours: Callable[[Sequence[Sample[str]]], list[Any]]
    theirs: Callable[[Sequence[Sample[str]]], list[Any]]
    same: Callable[[Any, Any], bool]
    engines: list[Engine]


def attack(subject: Subject, recipe: str, title: str, samples: int) -> Work:
    """A recipe of TextAttack, through the engine and as installed; compared by outcome."""
    from harness_textattack import textattack

    engines: list[Engine] = []
    session = textattack.prepare(recipe=recipe)
    stock = _stock_attack(subject, recipe)

    def ours(batch: Sequence[Sample[str]]) -> list[bool]:
        from harness.tasks.attack import Attacked, under_attack
        from harness.types import Skipped

        outcomes = _engine(subject, lambda sample, rng: under_attack(session, sample, rng), batch, engines)
        payloads = [each.payload if isinstance(each, Skipped) else each for each in outcomes]
        return [isinstance(each, Attacked) and each.outcome == "succeeded" for each in payloads]

    def theirs(batch: Sequence[Sample[str]]) -> list[bool]:
        return [stock(sample) for sample in batch]

    return Work(title, "TextAttack as installed", samples, ours, theirs, lambda one, other: bool(one == other), engines)


def shap_partition(subject: Subject, samples: int) -> Work:
    """SHAP's partition explainer, through the engine and on a pipeline; compared by value."""
    from harness_shap import shap

    engines: list[Engine] = []
    session = shap.prepare(model=subject.adapter)
    stock = _stock_shap(subject)

    def ours(batch: Sequence[Sample[str]]) -> list[Attribution]:
        return _engine(subject, session, batch, engines)

    def theirs(batch: Sequence[Sample[str]]) -> list[Any]:
        return [stock(sample) for sample in batch]

    def same(one: Attribution, other: Any) -> bool:
        weights = [weight for weight in other[:, one.label] if weight]
        return bool(np.allclose([weight for weight in one.weights if weight], weights, atol=1e-5))

    return Work("SHAP partition", "shap.Explainer(pipeline)", samples, ours, theirs, same, engines)


def _engine(
    subject: Subject, session: SessionFunction[Any], batch: Sequence[Sample[str]], engines: list[Engine]
) -> list[Any]:
    """The results of a session on some samples, in their order."""
    engine = Engine({"": subject.adapter})
    engines.append(engine)
    found = {}
    for outcome in engine.run(Case("bench", "", sample, session) for sample in batch):
        if outcome.error:
            raise RuntimeError(outcome.error)
        found[outcome.case.sample.id] = outcome.value
    return [found[sample.id] for sample in batch]


def _stock_attack(subject: Subject, recipe: str) -> Callable[[Sample[str]], bool]:
    from textattack import attack_recipes
    from textattack.attack_results import SuccessfulAttackResult
    from textattack.models.wrappers import HuggingFaceModelWrapper

    wrapper = HuggingFaceModelWrapper(subject.module, subject.tokenizer)
    built = getattr(attack_recipes, recipe).build(wrapper)
    return lambda sample: isinstance(built.attack(sample.input, sample.label), SuccessfulAttackResult)


def _stock_shap(subject: Subject) -> Callable[[Sample[str]], Any]:
    import shap
    from transformers import pipeline

    classify: Any = pipeline("text-classification", model=subject.module, tokenizer=subject.tokenizer, top_k=None)
    explainer = shap.Explainer(classify)
    return lambda sample: explainer([sample.input], silent=True).values[0]
