"""The keys of a suite's components besides their parameters: those of each kind, and of parts that run on an input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, Field, TypeAdapter

from harness.suite.file import AsSpec, DataSpec, ExecutorSpec, ModelSpec, PartSpec, Spec, TaskSpec
from harness.suite.overrides import expanded
from harness.types import Positive

Columns: TypeAlias = Annotated[list[str], Field(min_length=1)]
"""The columns of an input that are changed or explained, by name."""


IN_TURN = "in_turn"
"""What stands for `use` in a part that is a list: its components, `of`, one after the other."""


class InputPartSpec(PartSpec):
    """A perturbation or an explainer inside a task; of an input of several columns, `columns` are those it works on."""

    columns: Columns | None = None

    @property
    def turns(self) -> Sequence[InputPartSpec]:
        """The components of a part that is a list, one after the other; else itself."""
        return _TURNS.validate_python(self.parameters.get("of")) if self.use == IN_TURN else [self]

    @property
    def part(self) -> str:
        """The part's name: of a list those of its components, `keyboard_typos+change_case`."""
        turns = () if self.name or self.use != IN_TURN else self.turns
        return "+".join(each.part for each in turns) or super().part


class AttackSpec(InputPartSpec):
    """An attack inside a task; it asks the model about `max_queries` inputs a sample at most."""

    max_queries: Positive | None = None

    @property
    def turns(self) -> Sequence[InputPartSpec]:
        """The attacks of a part that is a list, one after the other; else itself."""
        return ATTACK_TURNS.validate_python(self.parameters.get("of")) if self.use == IN_TURN else [self]


def _in_turn(value: object) -> object:
    """A list of components is a part of its own."""
    if not isinstance(value, list):
        return expanded(value)
    _TURNS.validate_python(value)
    return {"use": IN_TURN, "of": value}


def _attacks_in_turn(value: object) -> object:
    """A list of attacks is a part of its own."""
    if not isinstance(value, list):
        return expanded(value)
    ATTACK_TURNS.validate_python(value)
    return {"use": IN_TURN, "of": value}


_TURNS: TypeAdapter[list[InputPartSpec]] = TypeAdapter(
    Annotated[list[Annotated[InputPartSpec, AsSpec]], Field(min_length=2)]
)
InputParts: TypeAlias = list[Annotated[InputPartSpec, BeforeValidator(_in_turn)]]
"""Parts of a task, each a component or a list of them."""
ATTACK_TURNS: TypeAdapter[list[AttackSpec]] = TypeAdapter(
    Annotated[list[Annotated[AttackSpec, AsSpec]], Field(min_length=1)]
)
"""The members of a set of attacks."""

Attacks: TypeAlias = list[Annotated[AttackSpec, BeforeValidator(_attacks_in_turn)]]
"""Attacks of a task, each alone or several, one after the other on what is left."""

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
