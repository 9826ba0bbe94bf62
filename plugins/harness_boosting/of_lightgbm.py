"""What LightGBM's files contain."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightgbm

from harness.models import Output
from harness_boosting.trees import Grown, Trees, by_place, numbers_of, of, read

TITLE = "model 'lightgbm'"
HEADER_ENDS = "\nTree=0\n"


def load(
    path: Path, *, labels: Sequence[str] | None, output: Output | None, features: str | None, threads: int | None
) -> Trees:
    """The trees of a file."""

    def grow(name: str) -> Grown:
        return grown(lightgbm.Booster(model_file=name), threads)

    return read(TITLE, path, grow, labels=labels, output=output, features=features)


def in_memory(model: Any, *, output: Output | None = None) -> Trees:
    """A `Booster` in memory."""
    return of(TITLE, "lightgbm", grown(model, None), output=output)


def grown(booster: lightgbm.Booster, threads: int | None) -> Grown:
    """What a booster is, by the header of its file."""
    lines = booster.model_to_string(num_iteration=1).partition(HEADER_ENDS)[0].splitlines()
    header = dict(line.split("=", 1) for line in lines if "=" in line)
    names, objective = booster.feature_name(), header.get("objective", "regression").split()[0]
    known = dict(zip(_categories(names, header), booster.pandas_categorical or (), strict=False))
    unnamed = by_place(names, "Column_{}")

    def ask(table: Any) -> Any:
        given = numbers_of(table) if unnamed else _with_categories(table, known)
        options: dict[str, Any] = {"num_threads": threads} if threads else {}
        return booster.predict(given, **options)

    columns = () if unnamed else names
    if objective.startswith("multiclass"):
        return Grown(ask, "probabilities", columns, count=int(header["num_class"]))
    return Grown(ask, "probabilities", columns, count=2) if objective == "binary" else Grown(ask, "value", columns)


def _categories(names: Sequence[str], header: dict[str, str]) -> list[str]:
    """The columns of categories: the others have the range of their numbers in brackets, or `none`."""
    infos = header.get("feature_infos", "").split()
    return [name for name, info in zip(names, infos, strict=False) if info[0] not in "[n"]


def _with_categories(table: Any, known: dict[str, Any]) -> Any:
    import pandas as pd

    if not isinstance(table, pd.DataFrame):
        return table
    columns = {name: pd.Categorical(table[name], categories=values) for name, values in known.items()}
    return table.assign(**columns)
