"""Filters of rows: a column's value, one of several, or a range."""

from __future__ import annotations

from math import inf
from typing import Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

Plain: TypeAlias = bool | int | float | str
"""A value that a column of the data may be compared with."""


class Within(BaseModel):
    """A range a column's numbers have to lie in, ends included."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    min: float = -inf
    max: float = inf

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.min > self.max or not self.model_fields_set:
            raise ValueError("expected a range with `min`, `max` or both, and min not above max")
        return self


def _how_kept(value: object) -> str:
    return "=range" if isinstance(value, dict) else "=several" if isinstance(value, list) else "=value"


Kept: TypeAlias = Annotated[
    Annotated[Plain, Tag("=value")]
    | Annotated[Annotated[list[Plain], Field(min_length=1)], Tag("=several")]
    | Annotated[Within, Tag("=range")],
    Discriminator(_how_kept),
]
"""A filter of rows: a column's value, one of several, or a range."""
