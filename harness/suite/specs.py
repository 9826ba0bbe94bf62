"""The keys of a suite's components besides their parameters: those of each kind, and of parts that run on an input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, TypeAlias

from pydantic import Field

from harness.suite.file import AsSpec, DataSpec, ExecutorSpec, ModelSpec, PartSpec, Spec, TaskSpec
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

SPECS: Mapping[str, type[Spec]] = {
    "models": ModelSpec,
    "data": DataSpec,
    "tasks": TaskSpec,
    "metrics": PartSpec,
    "perturbations": InputPartSpec,
    "attacks": AttackSpec,
    "explainers": InputPartSpec,
    "executors": ExecutorSpec,
}
"""The kinds that stand in a suite, and what the harness itself knows of each."""

PARTS = {each.__name__ for each in SPECS.values() if issubclass(each, PartSpec)}
