"""How a whole suite runs: its limits of time, and whether its model is cross-validated."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from harness.types import Positive


class Timeout(BaseModel):
    """Limits in seconds: of a batch, and of a run up to its verdict. A run over one stops, and is resumed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    batch: Annotated[FiniteFloat, Field(gt=0)] | None = None
    run: Annotated[FiniteFloat, Field(gt=0)] | None = None


class CrossValidation(BaseModel):
    """How a model with a `fit` is cross-validated: in how many folds, how many times, and with all classes in each."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    folds: Annotated[int, Field(ge=2)] = 5
    repeats: Positive = 1
    stratified: bool = True


def in_folds(value: object) -> object:
    """How many folds alone, as the mapping it stands for."""
    return {"folds": value} if isinstance(value, int) else value
