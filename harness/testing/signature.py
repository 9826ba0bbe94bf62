"""What a component is: a perturbation, an attack, an explainer, a metric or a model, as its signature says."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias, get_args

from harness.engine.adapters import Connection
from harness.errors import UserError, listed
from harness.sessions.blocking import BlockingLibrary
from harness.suite.components import hint_of
from harness.tasks.measuring import FAMILIES
from harness.types import Attribution, Sample

Kind: TypeAlias = Literal["perturbation", "attack", "explainer", "metric", "model"]

ADAPTERS = ("predict", "submit", "labels", "output", "fingerprint")
"""Attributes that only an adapter has."""

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def kind_of_component(component: Any) -> Kind:
    """The kind that the types of a component's first parameter and result say; raises UserError where they say none."""
    if isinstance(component, Connection) or any(hasattr(component, name) for name in ADAPTERS):
        return "model"
    found = _said(component) if callable(component) else None
    if found is None:
        expected = f"annotate its first parameter and its result, or give `kind=`, one of {listed(get_args(Kind))}"
        raise UserError(f"{title(component)} does not say what it is: {expected}")
    return found


def title(component: Any) -> str:
    """What messages call a component or an adapter."""
    return str(getattr(inspect.unwrap(component), "__name__", type(component).__name__))


def is_maker(component: Any) -> bool:
    """Whether it is a component that makes an adapter: a function of keywords alone."""
    return inspect.isfunction(component) and not _needed(component)


def _said(component: Any) -> Kind | None:
    signature = inspect.signature(component)
    result = _types_in(_hint(component, signature.return_annotation))
    first = next(iter(signature.parameters.values()), None)
    taken = _types_in(_hint(component, first.annotation)) if first else set()
    if taken & set(FAMILIES):
        return "metric"
    if Sample in taken or isinstance(component, BlockingLibrary):
        return "explainer" if Attribution in result else "attack" if result else None
    if len(_needed(component)) == 2:
        return "perturbation" if taken else None
    return "model" if len(_needed(component)) == 1 and any(map(_holds_several, taken)) else None


def _holds_several(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Iterable) and not issubclass(kind, (str, Mapping))


def _hint(component: Any, annotation: Any) -> Any:
    """An annotation as the type that it is; None where there is none that can be read."""
    found = hint_of(component, inspect.Parameter("it", inspect.Parameter.KEYWORD_ONLY, annotation=annotation))
    return None if found is Any else found


def _types_in(hint: Any) -> set[Any]:
    """The types that an annotation names."""
    return set(_named(hint)) - {None, type(None)}


def _named(hint: Any) -> Iterator[Any]:
    if isinstance(hint, list):  # the parameters of a Callable
        for each in hint:
            yield from _named(each)
        return
    yield typing.get_origin(hint) or hint
    for each in typing.get_args(hint):
        yield from _named(each)


def _needed(component: Any) -> list[str]:
    """The arguments by position that it cannot do without."""
    parameters = inspect.signature(component).parameters.values()
    return [each.name for each in parameters if each.kind in _POSITIONAL and each.default is each.empty]
