"""A component as an entry of a suite: what it requires, with values that work wherever they can."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Any

from harness.errors import UserError
from harness.kinds.inputs import default_kind
from harness.sessions.traits import traits_of
from harness.suite import components
from harness.suite.schema import parameter_schema
from harness.suite.takes import how

PACKAGE = "model-harness"

_LABELS = ["negative", "positive"]
_SMALL, _LARGE = {"use": "sklearn", "path": "./small.skops"}, {"use": "transformers", "path": "./checkpoint"}

VALUES: Mapping[str, Any] = {
    "models.fit": {"use": "files", "path": "data/fit.jsonl"},
    "models.labels": _LABELS,
    "models.large": _LARGE,
    "models.members": [_SMALL, _LARGE],
    "models.of": _LARGE,
    "models.small": _SMALL,
    "template": "Review: {text}\nSentiment:",
    "path": "./checkpoint",
    "data.path": "data/test.jsonl",
    "object": "my_module:predict",
    "module": "my_module:model",
    "collate": "my_module:collate",
    "neighbours": "neighbours.json",
    "recipe": "pwws",
    "tasks.prompts.": {"models": ["other_prompt"]},
}
"""Example values of required parameters by name; others get a value of their type."""

SAVED = {"path": "predictions.csv", "columns": {"id": "id", "probabilities": _LABELS}}
"""Those of a model whose answers are saved: what says where they stand is as good as required."""


def example_entry(kind: str, name: str, function: Any) -> str | dict[str, Any]:
    """The component as an entry of a suite: what it requires and, of a part, the first thing one may set."""
    parameters = components.parameters_of(function)
    schemas = {key: parameter_schema(function, each) for key, each in parameters.items()}
    values = {key: _placeholder(kind, key, each) for key, each in schemas.items() if "default" not in each}
    simple = [key for key, each in schemas.items() if isinstance(each.get("default"), (bool, int, float, str))]
    if kind in {"metrics", "perturbations", "attacks", "explainers"} and not values and simple:
        values = {simple[0]: schemas[simple[0]]["default"]}
    values |= VALUES.get(f"{kind}.{name}.", {})  # those of components that need one of several parameters
    if traits_of(function).saved:
        values |= SAVED
    if kind == "models" and not {"path", "of", "members", "small"} & {*values}:
        values["labels"] = _LABELS
    return {"use": name, **values} if values else name


def _placeholder(kind: str, name: str, found: Mapping[str, Any]) -> Any:
    """A value that the type allows, and where possible one that works."""
    if str(found.get("items", {}).get("$ref", "")).endswith(f"/{name}"):
        return [_simplest(name)]
    known = VALUES.get(f"{kind}.{name}", VALUES.get(name))
    if known is not None:
        return known
    if "anyOf" in found:
        return _placeholder(kind, name, found["anyOf"][0])
    if found.get("type") == "array":
        return [_placeholder(kind, name, found.get("items", {}))]
    if options := found.get("enum"):
        return options[0]
    return {"integer": 1, "number": 0.5, "boolean": True, "object": {}}.get(str(found.get("type")), name)


def _simplest(kind: str) -> str:
    """A component that is there and needs nothing, of the harness's own package where it has one."""
    usable = [
        point
        for point in components.find(kind).values()
        if not components.missing(point) and _needs_nothing(point) and _takes_texts(kind, point)
    ]
    own = [point for point in usable if point.dist and components.owner(point.dist)[0] == PACKAGE]
    return next((point.name for point in [*own, *usable]), "NAME")


def _takes_texts(kind: str, point: EntryPoint) -> bool:
    """Whether it can stand in an example: on texts, which are what most data are."""
    try:
        taken = components.Component(kind, point.name, point.load()).takes
    except UserError:
        return True
    return how(taken, default_kind()) != "not"


def _needs_nothing(point: EntryPoint) -> bool:
    try:
        parameters = components.parameters_of(point.load())
    except Exception:  # noqa: BLE001  # a stranger's broken plugin is no example
        return False
    return all(each.default is not inspect.Parameter.empty for each in parameters.values())
