"""The works that are timed: each does some samples through the harness, and through the libraries alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from benchmarks.subjects import Subject, samples
from harness import AskOnce, Attribution, Case, Engine, Sample, SessionFunction
from harness.engine.cases import CaseRandom
from harness.models import connect
from harness.sessions import ambient

Side: TypeAlias = Callable[[Sequence[Sample[str]]], list[Any]]
"""Does some samples, and returns one comparable result a sample."""


@dataclass
class Work:
    """One row of the table for every peer; `rows` are the texts it takes its samples from."""

    title: str
    rows: Sequence[tuple[str, int]]
    count: int
    ours: Side
    peers: Mapping[str, Side]
    same: Callable[[Any, Any], bool]
    engines: list[Engine] = field(default_factory=list)
    target: str = ""

    def samples(self, start: int, stop: int) -> list[Sample[str]]:
        """Some of its samples."""
        return samples(self.rows, start, stop)


def attack(subject: Subject, recipe: str, title: str, rows: Sequence[tuple[str, int]], count: int) -> Work:
    """A recipe of TextAttack, through the engine and as installed; compared by outcome, text and queries."""
    from harness_textattack import textattack

    from harness.tasks.attack import under_attack
    from harness.types import Skipped

    session, stock = textattack.prepare(recipe=recipe), _stock_attack(subject, recipe)
    engines: list[Engine] = []

    def ours(batch: Sequence[Sample[str]]) -> list[Any]:
        found = _engine(subject, lambda sample, rng: under_attack(session, sample, rng), batch, engines)
        payloads = [each.payload if isinstance(each, Skipped) else each for each in found]
        return [(each.outcome, each.perturbed) for each in payloads]

    def theirs(batch: Sequence[Sample[str]]) -> list[Any]:
        return [stock(sample) for sample in batch]

    same: Callable[[Any, Any], bool] = lambda one, other: bool(one == other)  # noqa: E731
    return Work(title, rows, count, ours, {"TextAttack as installed": theirs}, same, engines)


def shap_partition(subject: Subject, count: int) -> Work:
    """SHAP's partition explainer, through the engine, on a pipeline, and on one with batches of 64."""
    from harness_shap import shap

    engines: list[Engine] = []
    session = shap.prepare(model=connect(subject.adapter))
    peers = {
        "shap.Explainer(pipeline)": _stock_shap(subject, {}),
        "the same, batch_size=64": _stock_shap(subject, {"batch_size": 64}),
    }

    def ours(batch: Sequence[Sample[str]]) -> list[Any]:
        return _engine(subject, session, batch, engines)

    def same(one: Attribution, other: Any) -> bool:
        theirs = [float(weight) for weight in other[:, one.label]]
        return bool(np.allclose(_widened(one.weights, len(theirs)), _widened(theirs, len(one.weights)), atol=1e-5))

    return Work("SHAP partition", subject.short, count, ours, peers, same, engines)


def _widened(weights: Sequence[float], length: int) -> Any:
    """The weights in order, with zeros where the other side has more: one has a unit for each end of the text."""
    return np.sort([*weights, *[0.0] * max(0, length - len(weights))])


def lime_text(subject: Subject, count: int) -> Work:
    """The library LIME at 1,000 samples, through the engine and with a batched function."""
    from harness_lime import lime_library

    engines: list[Engine] = []
    session = lime_library.prepare(num_samples=1000, num_features=10)

    def ours(batch: Sequence[Sample[str]]) -> list[Any]:
        found = _engine(subject, session, batch, engines)
        return [_both_ways(each.weights) for each in found]

    def same(one: Any, other: Any) -> bool:
        return bool(np.allclose(one, other, atol=1e-5))

    return Work("LIME, 1,000 samples", subject.short, count, ours,
                {"lime, a function in batches of 64": _stock_lime(subject)}, same, engines)  # fmt: skip


def classification(subject: Subject, count: int) -> Work:
    """Probabilities of every review, through the engine and by a pipeline, as they come and sorted by length."""
    from harness.tasks.classification import classified

    engines: list[Engine] = []

    def ours(batch: Sequence[Sample[str]]) -> list[Any]:
        session = AskOnce(lambda answers: classified(answers, subject.adapter.labels))
        return [list(each.probabilities) for each in _engine(subject, session, batch, engines)]

    def same(one: Any, other: Any) -> bool:
        return bool(np.allclose(one, other, atol=1e-5))

    peers = {"pipeline, batch_size=32": _stock_classify(subject, in_order=True),
             "the same, sorted by length": _stock_classify(subject, in_order=False)}  # fmt: skip
    return Work("classification", subject.many, count, ours, peers, same, engines)


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


def _seed(sample: Sample[str], draw: int = 0) -> int:
    """What the engine seeds the libraries' own generators with; at the next draw, what LIME gets for its own."""
    rng = CaseRandom(0, "bench", "", sample.id)
    return [int(rng.getrandbits(32)) for _ in range(draw + 1)][draw]


def _stock_attack(subject: Subject, recipe: str) -> Callable[[Sample[str]], Any]:
    from textattack import attack_recipes
    from textattack.attack_results import SkippedAttackResult, SuccessfulAttackResult
    from textattack.models.wrappers import HuggingFaceModelWrapper

    built = getattr(attack_recipes, recipe).build(HuggingFaceModelWrapper(subject.module, subject.tokenizer))

    def one(sample: Sample[str]) -> Any:
        ambient.seed(_seed(sample))
        result = built.attack(sample.input, sample.label)
        skipped, succeeded = isinstance(result, SkippedAttackResult), isinstance(result, SuccessfulAttackResult)
        outcome = "skipped" if skipped else "succeeded" if succeeded else "failed"
        return outcome, result.perturbed_result.attacked_text.text

    return one


def _stock_shap(subject: Subject, options: dict[str, Any]) -> Side:
    import shap
    from transformers import pipeline

    classify: Any = pipeline(
        "text-classification", model=subject.module, tokenizer=subject.tokenizer, top_k=None, **options
    )
    explainer = shap.Explainer(classify)

    def one(sample: Sample[str]) -> Any:
        ambient.seed(_seed(sample))
        return explainer([sample.input], silent=True, **options).values[0]

    return lambda batch: [one(sample) for sample in batch]


def _stock_lime(subject: Subject) -> Side:
    import torch
    from lime.lime_text import LimeTextExplainer

    def predict(texts: Sequence[str]) -> Any:
        rows = []
        for at in range(0, len(texts), 64):
            encoded = subject.tokenizer(texts[at : at + 64], padding=True, truncation=True, return_tensors="pt")
            with torch.inference_mode():
                rows.append(subject.module(**encoded.to(subject.adapter.device)).logits.softmax(-1).cpu().numpy())
        return np.concatenate(rows)

    def one(sample: Sample[str]) -> list[float]:
        explainer = LimeTextExplainer(random_state=_seed(sample, 1))
        label = int(predict([sample.input])[0].argmax())
        found = explainer.explain_instance(sample.input, predict, labels=[label], num_features=10, num_samples=1000)
        return _both_ways([weight for _, weight in found.local_exp[label]])

    return lambda batch: [one(sample) for sample in batch]


def _both_ways(weights: Sequence[float]) -> list[float]:
    """What speaks for and what against: a word's weight is shared among its places here, and stands once there."""
    return [sum(each for each in weights if each > 0), sum(each for each in weights if each < 0)]


def _stock_classify(subject: Subject, *, in_order: bool) -> Side:
    from transformers import pipeline

    classify: Any = pipeline(
        "text-classification", model=subject.module, tokenizer=subject.tokenizer, top_k=None, batch_size=32
    )

    def all_of(batch: Sequence[Sample[str]]) -> list[Any]:
        order = sorted(batch, key=lambda sample: 0 if in_order else -len(sample.input))
        labels = [str(name) for name in subject.module.config.id2label.values()]
        rows = dict(zip([each.id for each in order], classify([each.input for each in order]), strict=True))
        scores = [{each["label"]: each["score"] for each in rows[sample.id]} for sample in batch]
        return [[row[label] for label in labels] for row in scores]

    return all_of
