"""What CatBoost's files contain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import catboost

from harness.models import Output
from harness_boosting.trees import Grown, Trees, by_place, of, read

TITLE = "model 'catboost'"
OF_LABELS = ("MultiLogloss", "MultiCrossEntropy")
OF_LOGARITHMS = ("Poisson", "Tweedie")


def load(
    path: Path, *, labels: Sequence[str] | None, output: Output | None, features: str | None, threads: int | None
) -> Trees:
    """The trees of a file."""

    def grow(name: str) -> Grown:
        return grown(catboost.CatBoost().load_model(name), threads)

    return read(TITLE, path, grow, labels=labels, output=output, features=features)


def in_memory(model: Any, *, output: Output | None = None) -> Trees:
    """A fitted model of CatBoost's in memory."""
    return of(TITLE, type(model).__name__, grown(model, None), output=output)


def grown(model: Any, threads: int | None) -> Grown:
    """What a model is, by its loss and its classes."""
    loss = str(model.get_all_params().get("loss_function", "")).partition(":")[0]
    names = [str(name) for name in model.feature_names_]
    words = [names[at] for at in model.get_cat_feature_indices()]
    texts = [names[at] for at in model.get_text_feature_indices()]
    unnamed = by_place(names, "{}")
    classes = [str(name) for name in (model.classes_ if model.classes_ is not None else ())]
    usual = "Exponent" if loss in OF_LOGARITHMS else "RawFormulaVal"
    asked = "Probability" if classes or loss in OF_LABELS else usual

    def ask(table: Any) -> Any:
        given = table if unnamed or not hasattr(table, "columns") else _filled(table, words, texts)
        given = given.to_numpy() if unnamed and hasattr(given, "to_numpy") else given
        return model.predict(given, prediction_type=asked, thread_count=threads or -1)

    columns = () if unnamed else names
    if loss in OF_LABELS:
        return Grown(ask, "labels", columns, classes, count=len(classes))
    return Grown(ask, "probabilities" if classes else "value", columns, classes, count=len(classes))


def _filled(table: Any, words: Sequence[str], texts: Sequence[str]) -> Any:
    """With a word for a missing category, and nothing for a missing text."""
    found = table.copy()
    for name in words:
        found[name] = ["nan" if cell != cell else cell for cell in found[name]]  # noqa: PLR0124  # NaN alone differs
    for name in texts:
        found[name] = ["" if cell != cell else cell for cell in found[name]]  # noqa: PLR0124
    return found
