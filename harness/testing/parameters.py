"""The parameters of a component: a wrong one has to be refused before anything runs, so each needs a type."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Any, Literal

from harness.errors import UserError
from harness.suite.components import adapter_of, bound, hint_of, parameters_of
from harness.suite.file import Spec
from harness.testing.problems import Problem, shown

LEADING = {"models": 1, "metrics": 1, "perturbations": 2, "attacks": 2, "explainers": 2, "tasks": 1, "reports": 1}
"""How many arguments the harness itself gives a component of a kind, by position."""

_WRONG = {int: "far", float: "far", bool: "perhaps", str: ["a", "list"], list: "one", Sequence: 1, dict: "one"}
_RIGHT = {list: [], Sequence: [], int: 1, float: 1.0, bool: True, dict: {}}


def parameter_problems(kind: str, name: str, function: Any) -> Iterator[Problem]:
    """What is wrong with the parameters of a component."""
    yield from _out_of_reach(kind, function)
    for parameter in parameters_of(function).values():
        yield from _of_type(kind, name, function, parameter)


def required(function: Any) -> dict[str, Any]:
    """What a component needs, with something of the type of each."""
    needed = [each for each in parameters_of(function).values() if each.default is each.empty]
    return {each.name: _right_for(hint_of(function, each)) for each in needed}


def _out_of_reach(kind: str, function: Any) -> Iterator[Problem]:
    parameters = inspect.signature(function).parameters.values()
    for each in [each for each in parameters if each.kind is not each.KEYWORD_ONLY][LEADING.get(kind, 0) :]:
        yield Problem(f"parameter {each.name}", "no suite can set it", "write it behind a `*`, as keyword-only")


def _of_type(kind: str, name: str, function: Any, parameter: inspect.Parameter) -> Iterator[Problem]:
    hint, check = hint_of(function, parameter), f"parameter {parameter.name}"
    if hint is Any and parameter.annotation not in (Any, "Any"):
        yield Problem(check, "it has no type that can be read", "annotate it, with a type that is imported at run time")
        return
    wrong = _wrong_for(hint)
    if hint is not Any and _accepts(kind, function, {"use": name, **required(function), parameter.name: wrong}):
        yield Problem(check, f"{shown(wrong)} is accepted", f"give it a narrower type than {hint}")
    if parameter.default is not parameter.empty and not _is(hint, parameter.default):
        yield Problem(check, f"its default {shown(parameter.default)} is not of its type", "mend either of them")


def _is(hint: Any, value: object) -> bool:
    try:
        adapter_of(hint).validate_python(value)
    except ValueError:  # pydantic's ValidationError is one
        return False
    return True


def _accepts(kind: str, function: Any, given: dict[str, Any]) -> bool:
    try:
        bound(kind, function, Spec.model_validate(given))
    except UserError:
        return False
    return True


def _plain(hint: Any) -> Any:
    """The type behind annotations, unions and parameters: the first that is not None."""
    if typing.get_origin(hint) in (typing.Union, UnionType, typing.Annotated):
        return _plain(next(each for each in typing.get_args(hint) if each is not type(None)))
    return typing.get_origin(hint) or hint


def _wrong_for(hint: Any) -> Any:
    """A value of another type; a number where the first type's is right for another one of a union."""
    plain = _plain(hint)
    wrong = "none of these" if plain is Literal else _WRONG.get(plain, {"a": ["mapping"]})
    union = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, UnionType) else ()
    others = tuple(each for each in map(_plain, union) if isinstance(each, type))
    return 1 if isinstance(wrong, others) else wrong


def _right_for(hint: Any) -> Any:
    if typing.get_origin(hint) is Literal:
        return typing.get_args(hint)[0]
    return _RIGHT.get(_plain(hint), "x")
