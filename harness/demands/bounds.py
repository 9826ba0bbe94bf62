"""What a gate of a suite demands of its score."""

from __future__ import annotations

from math import inf
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_serializer, model_validator

from harness.demands.gate import CHANGES, KINDS, BoundKind, Tier
from harness.errors import listed


class Bounds(BaseModel):
    """The bounds of a score, and whether the verdict depends on them (`blocking`) or they only inform (`advisory`)."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    min: FiniteFloat = -inf
    max: FiniteFloat = inf
    drop: Annotated[FiniteFloat, Field(ge=0)] = inf
    rise: Annotated[FiniteFloat, Field(ge=0)] = inf
    ratio: Annotated[FiniteFloat, Field(gt=0)] = inf
    tier: Tier = "blocking"

    @property
    def by_kind(self) -> dict[BoundKind, float]:
        """The bounds that were given."""
        return {kind: getattr(self, kind) for kind in KINDS if kind in self.model_fields_set}

    @property
    def of_itself(self) -> Bounds:
        """The same without the bounds of how the score changed."""
        kept: dict[str, Any] = {kind: bound for kind, bound in self.by_kind.items() if kind not in CHANGES}
        return Bounds.model_construct(_fields_set=set(kept), tier=self.tier, **kept)

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if not self.by_kind:
            raise ValueError(f"the gate has no bound: expected one or more of {listed(KINDS)}")
        if self.min > self.max:
            range_ = f"min {self.min:g} above max {self.max:g}"
            raise ValueError(f"the gate can never hold: expected min below max, but got {range_}")
        return self

    @model_serializer
    def _as_written(self) -> dict[Any, Any]:
        """Without what was not given; a blocking gate does not say so."""
        return self.by_kind | ({} if self.tier == "blocking" else {"tier": self.tier})
