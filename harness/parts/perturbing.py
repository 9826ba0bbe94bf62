"""Perturbations of one input: of the whole, or of each of its fields."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Sequence
from functools import partial
from random import Random
from typing import Any, TypeAlias, TypeVar, cast

from harness.errors import UserError
from harness.kinds.inputs import InputKind, input_kind, kind_of
from harness.parts.fields import taken_by_all
from harness.parts.languages import MadeFor, made_for
from harness.sessions.traits import Traits, traits_of
from harness.suite.components import Component, bound, parameters_of
from harness.suite.specs import InputPartSpec
from harness.suite.takes import Takes, how
from harness.types import Sample, Session, Severity

T = TypeVar("T")
Perturb: TypeAlias = Callable[[Any, Random], Any]


def require_plain(component: Component) -> None:
    """Raise UserError for a parameter before the `*`, which nothing would ever set."""
    signature = inspect.signature(component.function)
    positional = [name for name, each in signature.parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    if unset := positional[2:]:
        raise UserError(
            f"{component.title}: {unset[0]!r} would never be set: expected parameters behind a `*`, "
            f"`(input, rng, *, {unset[0]})`, but got `{signature}`"
        )


def where_it_fits(component: Component, known: MadeFor, sample: Sample[Any], taken: Takes = None) -> Perturb:
    """The inputs that the perturbation makes of one; what it is not made for it leaves as it is."""

    def perturb(value: Any, rng: Random) -> Any:
        return component.call(value, rng) if known.fits(value, sample.language) else value

    return partial(perturbed, perturb, taken=taken)


def perturbed(perturb: Perturb, value: Any, rng: Random, *, taken: Takes = None) -> Session[list[Any]]:
    """The inputs a perturbation makes of one; one for a field, such as the text of a pair, changes every field.

    A perturbation that asks a model is a generator, as an attack is. Raises TypeError when it gives anything but inputs
    of the kind.
    """
    kind = kind_of(value)
    if how(taken, kind) != "fields":
        return (yield from versions_of(perturb, value, rng, kind))
    field_kind, versions = input_kind(kind.fields_of), {}
    for name, each in kind.fields(value).items():
        versions[name] = yield from versions_of(perturb, each, rng, field_kind)
    count = max(map(len, versions.values()))
    return [
        kind.with_fields(value, {name: each[min(at, len(each) - 1)] for name, each in versions.items()})
        for at in range(count)
    ]


def unasked(session: Session[T], what: str) -> T:
    """The result of a session that asks no model; raises UserError for one that does."""
    try:
        next(session)
    except StopIteration as stop:
        return cast("T", stop.value)
    session.close()
    raise UserError(f"{what} asks a model: it runs in a suite that has one in its `models`, and nowhere else")


def versions_of(perturb: Perturb, value: Any, rng: Random, kind: InputKind) -> Session[list[Any]]:
    """What a perturbation gives for an input, as a list."""
    if not kind.holds(value):
        raise TypeError(f"expected {kind.singular} to perturb, but got {value!r:.200}")
    found = perturb(value, rng)
    if isinstance(found, Generator):
        found = yield from found
    several = list(found) if isinstance(found, (list, tuple)) else [found]
    if not several or not all(map(kind.holds, several)):
        raise TypeError(
            f"expected the perturbation to return {kind.singular}, or a list of {kind.plural}, but got {found!r:.200}"
        )
    return several


def in_turn(spec: InputPartSpec, parts: Sequence[Component]) -> Component:
    """Perturbations one after the other as one; raises UserError where no text is of all they are made for.

    Those that have a severity get that of the part, unless their own entry sets one.
    """
    for each in parts:
        require_plain(each)
    graded = ["severity" in parameters_of(each.function) and "severity" not in each.parameters for each in parts]

    def one_after_the_other(value: Any, rng: Random, *, severity: Severity = 3) -> Session[list[Any]]:
        values = [value]
        for part, has_severity in zip(parts, graded, strict=True):
            call, before, values = (part.having(severity=severity) if has_severity else part).call, values, []
            for each in before:
                values += yield from versions_of(call, each, rng, kind_of(each))
        return values

    def without_severity(value: Any, rng: Random) -> Session[list[Any]]:
        return one_after_the_other(value, rng)

    function = one_after_the_other if any(graded) else without_severity
    known = [made_for(each) for each in parts]
    Traits(
        keeps_label=all(traits_of(each.function).keeps_label for each in parts),
        scripts=_common([each.scripts for each in known], spec.part),
        languages=_common([each.languages for each in known], spec.part),
    )(function)
    setattr(function, "takes", taken_by_all([each.takes for each in parts]))  # noqa: B010  # a function has no such attribute to a type checker
    keys = {name: each for name, each in spec.model_dump(exclude_unset=True).items() if name != "of"}
    return bound("perturbations", function, InputPartSpec.model_validate({**keys, "use": spec.part}))


def _common(sets: Sequence[frozenset[str]], part: str) -> Sequence[str]:
    """What is in all that name some; raises UserError where nothing is."""
    named = [each for each in sets if each]
    common = frozenset.intersection(*named) if named else frozenset()
    if named and not common:
        each = " and ".join(" or ".join(sorted(some)) for some in named)
        raise UserError(f"{part}: no text is what all of these are made for: {each}")
    return sorted(common)
