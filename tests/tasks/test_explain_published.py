"""Comprehensiveness and sufficiency against those of `ferret` (Attanasio et al. 2023), on the same inputs.

`ferret` averages over distinct rationales only and takes the floor of a share, ERASER and we average over all five
thresholds: with 100 words of distinct positive weights the two are the same. It is installed without its own
requirements, which pin old versions of everything; its measures need none of them.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from itertools import pairwise
from pathlib import Path
from random import Random
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from by_hand import context, recorded

from harness import Attribution, Sample, Session, predict
from harness.parts.explaining import SHARES_ERASED
from harness.tasks.explain import explain

WORDS = [f"w{at}" for at in range(100)]


@pytest.fixture
def ferret(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The measures of `ferret`, without its `__init__`, which imports all that it can explain with."""
    spec = importlib.util.find_spec("ferret")
    if spec is None or spec.origin is None:
        pytest.skip("ferret-xai is not installed: `make test` installs it")
    for name in ("ferret", "ferret.explainers"):
        package = ModuleType(name)
        package.__path__ = [str(Path(spec.origin).parent.joinpath(*name.split(".")[1:]))]
        monkeypatch.setitem(sys.modules, name, package)
    yield importlib.import_module("ferret.evaluators.faithfulness_measures")
    for name in [name for name in sys.modules if name.startswith("ferret.")]:
        del sys.modules[name]


def logits(text: str, weights: np.ndarray[Any, Any]) -> list[float]:
    """A model with interactions: the sum of its words, the square of their number, and pairs of neighbours."""
    found = [int(word[1:]) for word in text.split()]
    neighbours = sum(0.1 for a, b in pairwise(found) if b == a + 1)
    return [0.0, float(weights[found].sum()) - 0.0002 * len(found) ** 2 + 0.3 * neighbours]


def probabilities(weights: np.ndarray[Any, Any]) -> Any:
    def model(texts: list[str]) -> list[list[float]]:
        rows = np.exp([logits(text, weights) for text in texts])
        return (rows / rows.sum(axis=1, keepdims=True)).tolist()  # type: ignore[no-any-return]

    return model


class Helper:
    """What `ferret` asks of a model and its tokenizer: every word is a token."""

    def __init__(self, weights: np.ndarray[Any, Any]) -> None:
        self._weights = weights
        self.tokenizer = SimpleNamespace(
            cls_token="[CLS]", decode=lambda ids: " ".join(f"w{at}" for at in ids if 0 <= at < 100)
        )

    def _tokenize(self, text: str) -> dict[str, Any]:
        ids = np.array([[-1, *(int(word[1:]) for word in text.split()), 100]])
        return {"input_ids": ids, "attention_mask": np.ones_like(ids)}

    def _forward(self, texts: str | list[str], **_: Any) -> tuple[None, Any]:
        import torch

        rows = [logits(text, self._weights) for text in ([texts] if isinstance(texts, str) else texts)]
        return None, torch.tensor(rows, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(8))
def test_the_quality_of_an_explanation_is_ferrets(ferret: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights, scores = rng.normal(0.02, 0.2, 100), rng.permutation(np.linspace(0.01, 1, 100)).tolist()

    def given(sample: Sample[str], _: Random) -> Session[Attribution]:
        [row] = yield from predict([sample.input])
        return Attribution([f"{word} " for word in WORDS], scores, row.label)

    model = probabilities(weights)
    record: Any
    [record] = recorded(explain(context(x=given), explainers=[]), [Sample("1", " ".join(WORDS) + " ", 1)], model)
    target = ["negative", "positive"].index(record.payload.explained)
    explanation = SimpleNamespace(text=" ".join(WORDS), tokens=["[CLS]"], scores=[0.0, *scores, 0.0])
    for name in ("Comprehensiveness", "Sufficiency"):
        measure = getattr(ferret, f"AOPC_{name}_Evaluation")(None, None)
        measure.helper = Helper(weights)
        theirs = measure.compute_evaluation(
            explanation, target=target, removal_args={"thresholds": list(SHARES_ERASED)}
        )
        assert getattr(record.payload, name.lower()) == pytest.approx(theirs.score, abs=1e-9)
