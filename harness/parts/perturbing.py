"""Perturbations of one input: of the whole, or of each of its fields."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from random import Random
from typing import Any, TypeAlias

from harness.errors import UserError
from harness.kinds.inputs import InputKind, input_kind, kind_of
from harness.parts.languages import MadeFor
from harness.suite.components import Component
from harness.suite.takes import Takes, how
from harness.types import Sample

Perturb: TypeAlias = Callable[[Any, Random], Any]


def require_plain(component: Component) -> None:
    """Raise UserError for a generator, and for a parameter before the `*`, which nothing would ever set."""
    if inspect.isgeneratorfunction(component.function):
        raise UserError(f"perturbation {component.name!r} is a generator: expected (input, rng) -> input, or a list")
    signature = inspect.signature(component.function)
    positional = [name for name, each in signature.parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    if unset := positional[2:]:
        raise UserError(
            f"{component.title}: {unset[0]!r} would never be set: expected parameters behind a `*`, "
            f"`(input, rng, *, {unset[0]})`, but got `{signature}`"
        )


def where_it_fits(component: Component, known: MadeFor, sample: Sample[Any]) -> Perturb:
    """The perturbation, which leaves what it is not made for as it is."""
    return lambda value, rng: component.call(value, rng) if known.fits(value, sample.language) else value


def perturbed(perturb: Perturb, value: Any, rng: Random, taken: Takes = None) -> list[Any]:
    """The inputs a perturbation makes of one; one for a field, such as the text of a pair, changes every field.

    Raises TypeError when it gives anything but inputs of the kind.
    """
    kind = kind_of(value)
    if how(taken, kind) != "fields":
        return _versions(perturb, value, rng, kind)
    field_kind = input_kind(kind.fields_of)
    versions = {name: _versions(perturb, each, rng, field_kind) for name, each in kind.fields(value).items()}
    count = max(map(len, versions.values()))
    return [
        kind.with_fields(value, {name: each[min(at, len(each) - 1)] for name, each in versions.items()})
        for at in range(count)
    ]


def _versions(perturb: Perturb, value: Any, rng: Random, kind: InputKind) -> list[Any]:
    if not kind.holds(value):
        raise TypeError(f"expected {kind.singular} to perturb, but got {value!r:.200}")
    found = perturb(value, rng)
    several = list(found) if isinstance(found, (list, tuple)) else [found]
    if not several or not all(map(kind.holds, several)):
        raise TypeError(
            f"expected the perturbation to return {kind.singular}, or a list of {kind.plural}, but got {found!r:.200}"
        )
    return several
