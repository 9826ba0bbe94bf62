"""Boosted trees from their libraries' own files: the models `xgboost`, `lightgbm` and `catboost`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field

from harness.models import Output

if TYPE_CHECKING:
    from harness_boosting.trees import Trees

Count: TypeAlias = Annotated[int, Field(ge=1)]


def xgboost(
    *,
    path: Path,
    labels: Sequence[str] | None = None,
    output: Output | None = None,
    features: str | None = None,
    threads: Count | None = None,
) -> Trees:
    """Trees that XGBoost's `save_model` wrote, as JSON or UBJSON.

    Rows are given by the names of the file's columns, whatever their order in the data; a file without names gets the
    data's columns as they come. `features` names a function of yours, `module:function`, from a list of inputs of any
    kind to an array or a table. The objective says what is answered: probabilities, of labels that each apply or do not
    where the file has several targets, or a value. The file knows no names of classes: `labels` gives them in order.
    """
    from harness_boosting.of_xgboost import load

    return load(path, labels=labels, output=output, features=features, threads=threads)


def lightgbm(
    *,
    path: Path,
    labels: Sequence[str] | None = None,
    output: Output | None = None,
    features: str | None = None,
    threads: Count | None = None,
) -> Trees:
    """Trees that LightGBM's `Booster.save_model` wrote, as text.

    Columns, `features`, outputs and `labels` are as with `xgboost`. Categories are those that the file has: another is
    a missing value, as LightGBM has it.
    """
    from harness_boosting.of_lightgbm import load

    return load(path, labels=labels, output=output, features=features, threads=threads)


def catboost(
    *,
    path: Path,
    labels: Sequence[str] | None = None,
    output: Output | None = None,
    features: str | None = None,
    threads: Count | None = None,
) -> Trees:
    """Trees that CatBoost's `save_model` wrote (cbm), with their numbers, categories and texts.

    Columns and `features` are as with `xgboost`. The file knows its classes, which are the labels unless the suite
    names them. A missing category is the word `nan`, a missing text is empty.
    """
    from harness_boosting.of_catboost import load

    return load(path, labels=labels, output=output, features=features, threads=threads)
