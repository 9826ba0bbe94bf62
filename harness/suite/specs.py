"""The keys that a part has besides its component's parameters, where the component runs on an input."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from harness.suite.file import AsSpec, PartSpec
from harness.types import Positive

Columns: TypeAlias = Annotated[list[str], Field(min_length=1)]
"""The columns of an input that are changed or explained, by name."""


class InputPartSpec(PartSpec):
    """A perturbation or an explainer inside a task; of an input of several columns, `columns` are those it works on."""

    columns: Columns | None = None


class AttackSpec(InputPartSpec):
    """An attack inside a task; it asks the model about `max_queries` inputs a sample at most."""

    max_queries: Positive | None = None


InputParts: TypeAlias = list[Annotated[InputPartSpec, AsSpec]]
Attacks: TypeAlias = list[Annotated[AttackSpec, AsSpec]]
