"""The kind of input that a component takes: the type of its first parameter."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, TypeVar

from harness.errors import UserError
from harness.kinds.inputs import InputKind, input_kind, input_kinds
from harness.types import Sample

Takes: TypeAlias = frozenset[type] | None
"""The types of the inputs that a component takes; None for any."""

How: TypeAlias = Literal["whole", "fields", "not"]
"""Whether a component takes a value as it is, takes each of its fields, or neither."""


def takes(function: Callable[..., Any], title: str) -> Takes:
    """The types that the first parameter admits: `text: str`, `sample: Sample[str]`, `Sample[Any]` for any kind.

    Raises UserError, beginning with `title`, where that parameter has no type, or one that cannot be resolved.
    """
    return types_in(_first_hint(function, title))


def types_in(hint: Any) -> Takes:
    """The types of inputs in an annotation."""
    if hint in (Any, object) or isinstance(hint, TypeVar) or hint is Sample:
        return None
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Sample:
        return types_in(inner[0])
    if origin in (typing.Union, types.UnionType):
        each = [types_in(option) for option in inner]
        return None if None in each else frozenset[type]().union(*(found for found in each if found))
    if origin is typing.Annotated:
        return types_in(inner[0])
    plain = origin or hint
    return frozenset({dict if plain is Mapping else plain})


def how(taken: Takes, kind: InputKind) -> How:
    """The way to apply a component that takes these types to inputs of a kind."""
    if taken is None or any(issubclass(kind.type, each) for each in taken if each is not dict or kind.type is dict):
        return "whole"
    return "fields" if kind.fields_of and input_kind(kind.fields_of).type in taken else "not"


def in_words(taken: Takes) -> str:
    """`texts`, `texts or images`; types of no installed kind by their names."""
    if taken is None:
        return "any input"
    plural = {kind.type: kind.plural for kind in input_kinds().values()}
    return " or ".join(sorted(plural.get(each, each.__name__) for each in taken))


def require(taken: Takes, kind: InputKind, title: str) -> None:
    """Raise UserError where a component cannot be applied to the data's kind of input."""
    if how(taken, kind) == "not":
        raise UserError(f"{title} takes {in_words(taken)}; this data has {kind.plural}")


def _first_hint(function: Callable[..., Any], title: str) -> Any:
    first = next(iter(inspect.signature(function).parameters.values()), None)
    if first is None or first.kind is inspect.Parameter.KEYWORD_ONLY or first.annotation is inspect.Parameter.empty:
        raise UserError(
            f"{title} does not say what it takes: expected a first parameter with a type, such as `text: str`, "
            "`sample: Sample[str]`, or `Sample[Any]` for any kind of input "
            "(for a `BlockingLibrary`: `BlockingLibrary.on(str)`)"
        )
    if not isinstance(first.annotation, str):
        return first.annotation
    try:
        names = getattr(inspect.unwrap(function), "__globals__", {})
        return eval(first.annotation, names)  # noqa: S307  # the component's own code
    except Exception as error:  # whatever a stranger's annotation raises
        raise UserError(
            f"{title} takes {first.annotation!r}, which cannot be resolved ({type(error).__name__}: {error}): import "
            "it outside of `if TYPE_CHECKING`"
        ) from error
