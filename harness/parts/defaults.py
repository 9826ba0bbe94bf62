"""The perturbations, attacks and explainers that a task runs where a suite names none: the kind of input says which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.errors import UserError
from harness.kinds.inputs import InputKind, input_kind
from harness.suite.components import load, parameters_of
from harness.suite.file import TaskSpec

PARTS = ("perturbations", "attacks", "explainers")


def defaults_of(parts: str, kind: InputKind) -> Sequence[str]:
    """The names of a kind's own, of one with fields those of its fields' kind; raises UserError where there are none.

    A kind has them as `defaults`, a mapping such as `{"attacks": ["deepwordbug"]}`.
    """
    for each in (kind, *([input_kind(kind.fields_of)] if kind.fields_of else [])):
        named: Mapping[str, Sequence[str]] = getattr(each, "defaults", {})
        if found := named.get(parts):
            return found
    raise UserError(
        f"no {parts} are chosen for {kind.plural}: name some, `{parts}: [..]` (`harness list {parts}`)", parts
    )


def completed(spec: TaskSpec, kind: InputKind) -> TaskSpec:
    """A task that names no parts with those of the kind, as if the suite had named them: so a run keeps it."""
    known = parameters_of(load("tasks", spec.use))
    left_out = [each for each in PARTS if each in known and each not in spec.parameters]
    return spec.model_copy(update={each: list(defaults_of(each, kind)) for each in left_out})


def named(spec: TaskSpec) -> list[str]:
    """The parts that a completed task names."""
    return [name for each in PARTS for name in spec.parameters.get(each, ())]
