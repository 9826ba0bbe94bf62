"""What XGBoost's files contain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xgboost

from harness.models import Output
from harness_boosting.trees import Grown, Trees, numbers_of, of, read

TITLE = "model 'xgboost'"


def load(
    path: Path, *, labels: Sequence[str] | None, output: Output | None, features: str | None, threads: int | None
) -> Trees:
    """The trees of a file."""

    def grow(name: str) -> Grown:
        booster = xgboost.Booster({"nthread": threads} if threads else None)
        booster.load_model(name)
        return grown(booster)

    return read(TITLE, path, grow, labels=labels, output=output, features=features)


def in_memory(model: Any, *, output: Output | None = None) -> Trees:
    """A `Booster` in memory."""
    return of(TITLE, "xgboost", grown(model), output=output)


def grown(booster: xgboost.Booster) -> Grown:
    """What a booster is, by its objective; of one that answers classes or margins the margin is asked."""
    learner = json.loads(booster.save_config())["learner"]
    objective, sizes = learner["objective"]["name"], learner["learner_model_param"]
    classes, targets = int(sizes["num_class"]), int(sizes.get("num_target", 1))
    named = booster.feature_names or ()
    categories = [name for name, kind in zip(named, booster.feature_types or (), strict=False) if kind == "c"]
    margin = objective in {"multi:softmax", "binary:logitraw"}

    def ask(table: Any) -> Any:
        if hasattr(table, "astype") and hasattr(table, "columns"):
            table = table.astype(dict.fromkeys(categories, "category")) if named else numbers_of(table)
        matrix = xgboost.DMatrix(table, enable_categorical=True)
        return booster.predict(matrix, output_margin=margin, validate_features=bool(named))

    if objective.startswith("multi:"):
        return Grown(ask, "probabilities", named, count=classes, logits=margin)
    if objective.startswith("binary:") and objective != "binary:hinge":
        several = targets > 1
        return Grown(
            ask, "labels" if several else "probabilities", named, count=targets if several else 2, logits=margin
        )
    return Grown(ask, "classes" if objective == "binary:hinge" else "value", named, count=2)
