"""The JSON Schema of a suite file, with every installed component and its parameters: editors complete and check by it.

The suite's own keys are pydantic's (`Suite`); where it only knows that a component stands, what is installed is
put in: the names `use` may have and, by name, the parameters.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

from pydantic.errors import PydanticInvalidForJsonSchema

from harness.suite import components, reading
from harness.suite.file import PartSpec, Spec, Suite
from harness.suite.specs import PARTS, SPECS

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:model-harness:suite"
"""What the schema is called: no place, as every installation has its own."""


def suite_schema() -> Schema:
    """The schema of a suite file, as draft 2020-12 has it."""
    found: Schema = _tidy(Suite.model_json_schema())
    definitions = found["$defs"]
    for kind, spec in SPECS.items():
        definitions[kind] = _of_kind(kind, spec, definitions)
        if not issubclass(spec, PartSpec):
            definitions[spec.__name__] = {"$ref": f"#/$defs/{kind}"}
    found["properties"]["variants"] = _of_variants(found["properties"]["variants"])
    return {"$schema": DIALECT, "$id": ID, **found, "title": "A suite of model-harness"}


def _of_variants(known: Schema) -> Schema:
    """Two or more variants by name: a model, or keys of the suite's."""
    model: Schema = {"$ref": "#/$defs/models"}
    keys = {"type": ["object", "null"], "properties": {"use": False}}
    return {**known, "anyOf": [{"type": "null"}, {
        "type": "object", "minProperties": 2, "propertyNames": {"pattern": "^[a-z0-9_-]{1,100}$"},
        "additionalProperties": {"anyOf": [model, keys]},
    }]}  # fmt: skip


def own_keys(kind: str) -> list[str]:
    """The keys a component of a kind may have besides its parameters: they are the harness's."""
    return [name for name in SPECS[kind].model_fields if name != "use"] if kind in SPECS else []


def parameter_schema(function: Any, parameter: inspect.Parameter) -> Schema:
    """The schema of one parameter, with its default; types it needs stand under `$defs`."""
    adapter = components.adapter_of(components.hint_of(function, parameter))
    try:
        found: Schema = _tidy(adapter.json_schema())
    except PydanticInvalidForJsonSchema:  # a type that no JSON has, like a callable
        found = {}
    if found.get("$defs", {}).keys() & PARTS:
        kind = parameter.name if parameter.name in SPECS else ""
        item: Schema = {"$ref": f"#/$defs/{kind}"} if kind else {"type": ["string", "object"]}
        if kind == "perturbations":  # a list of them is one part that does one after the other
            item = {"anyOf": [item, {"type": "array", "minItems": 2, "items": item}]}
        found = {"type": "array", "items": item}
    if parameter.default is not inspect.Parameter.empty:
        found["default"] = plain(parameter.default)
    return found


def plain(value: Any) -> Any:
    """A default as a suite would write it."""
    if isinstance(value, PartSpec):
        return value.part
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, Path):
        return str(value)
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return repr(value)


def _of_kind(kind: str, spec: type[Spec], definitions: Schema) -> Schema:
    """A component of a kind: `use`, `use:value`, or a mapping with the parameters of the one it uses."""
    known = spec.model_json_schema()
    keys = {name: each for name, each in _tidy(known["properties"]).items() if name != "use"}
    installed = {name: _of_component(point, keys, definitions) for name, point in components.find(kind).items()}
    return {
        "description": known["description"],
        "if": {"type": "string"},
        "then": _of_text(installed, set(keys)),
        "else": {
            "type": "object",
            "properties": {"use": {"enum": list(installed)}},
            "required": ["use"],
            "allOf": [
                {"if": {"properties": {"use": {"const": name}}, "required": ["use"]}, "then": each}
                for name, each in installed.items()
            ],
        },
    }


def _of_component(point: EntryPoint, keys: Schema, definitions: Schema) -> Schema:
    """A component written as a mapping; of one that cannot be loaded nothing is known but its name."""
    try:
        function = point.load()
        parameters = components.parameters_of(function)
    except Exception:  # noqa: BLE001  # a stranger's broken plugin must not hide the others
        return {}
    found = {name: parameter_schema(function, each) for name, each in parameters.items() if name not in keys}
    for each in found.values():
        for name, definition in each.pop("$defs", {}).items():
            definitions.setdefault(name, definition)
    required = [name for name, each in parameters.items() if each.default is inspect.Parameter.empty]
    return {
        "title": point.name,
        "description": components.summary(function),
        "properties": {"use": {"const": point.name}, **{name: found.get(name, keys.get(name)) for name in parameters}}
        | keys,
        "required": ["use", *required],
        "additionalProperties": False,
    }


def _of_text(installed: Mapping[str, Schema], keys: set[str]) -> Schema:
    """`use` where nothing else is required, `use:value` where nothing but the first parameter is."""
    alone, valued = [], []
    for name, each in installed.items():
        required = each.get("required", ["use"])[1:]
        parameters = [key for key in each.get("properties", {}) if key != "use"]
        if not required:
            alone.append(name)
        if parameters and parameters[0] not in keys and set(required) <= {parameters[0]}:
            valued.append(re.escape(name))
    return {"anyOf": [{"enum": alone}, {"pattern": f"^({'|'.join(valued)}):"}]}


def _tidy(found: Any) -> Any:
    """Without pydantic's titles, which only repeat names, and defaults that JSON has not, like infinity."""
    if isinstance(found, list):
        return [_tidy(each) for each in found]
    if not isinstance(found, dict):
        return found
    return {
        key: _tidy(value)
        for key, value in found.items()
        if not (key == "title" and isinstance(value, str))
        and not (key == "default" and isinstance(value, float) and not isfinite(value))
    }


_TYPES = {
    "integer": "whole number",
    "number": "number",
    "string": "text",
    "boolean": "true | false",
    "object": "mapping",
}

_SAFE = re.compile(r"[\w./][\w./:@+-]*")


def readable(found: Mapping[str, Any]) -> str:
    """A parameter's type in words: `auto | csv`, `path`, `whole number 1..5`, `list of attacks`."""
    if "$ref" in found:
        return str(found["$ref"]).rpartition("/")[2]
    if "anyOf" in found:
        return " | ".join(dict.fromkeys(readable(each) for each in found["anyOf"]))
    if "enum" in found or "const" in found:
        return " | ".join(inline(each) for each in found.get("enum", [found.get("const")]))
    if found.get("type") == "array":
        inner = readable(found["items"]) if found.get("items") else ""
        return (f"list of ({inner})" if " | " in inner else f"list of {inner}") if inner else "list"
    kind = found.get("type")
    word = "path" if found.get("format") == "path" else _TYPES.get(str(kind), str(kind or "anything"))
    return word + _bounds(found)


def inline(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{inline(key)}: {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, str) and _SAFE.fullmatch(value) and isinstance(reading.scalar(value), str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _bounds(found: Mapping[str, Any]) -> str:
    low, high = found.get("minimum"), found.get("maximum")
    if low is not None and high is not None:
        return f" {low}..{high}"
    signs = {"minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
    return "".join(f" {sign} {found[key]}" for key, sign in signs.items() if key in found)
