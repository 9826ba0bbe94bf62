"""The command `harness show`: a component's origin, its parameters, and an entry for a suite file."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any, TypeAlias

from harness.cli.terminal import print_json, print_shown
from harness.errors import UserError, nearest
from harness.files import stdout_to_stderr
from harness.kinds.inputs import default_kind
from harness.scores.estimates import ValuePredictions
from harness.scores.metrics import ClassPredictions
from harness.sessions.traits import traits_of
from harness.suite import components
from harness.suite.file import load_suite
from harness.suite.schema import inline, own_keys, parameter_schema, readable
from harness.suite.takes import how
from harness.tasks.measuring import measures

Facts: TypeAlias = dict[str, Any]

PACKAGE = "model-harness"

TASK_OF_KIND = {"attacks": "attack", "perturbations": "stress", "explainers": "explain"}
"""The task that a part of a kind stands in."""

VALUES: Mapping[str, Any] = {
    "path": "./checkpoint",
    "data.path": "data/test.jsonl",
    "object": "my_module:predict",
    "module": "my_module:model",
    "collate": "my_module:collate",
    "recipe": "pwws",
}
"""Example values of required parameters by name; others get a value of their type."""


def show(name: str, *, as_json: bool) -> int:
    """Show every component of a name."""
    with stdout_to_stderr():
        facts = [facts_of(kind, point) for kind, point in named(name)]
    if as_json:
        print_json(facts)
    else:
        print_shown(facts)
    return 0


def named(name: str) -> list[tuple[str, EntryPoint]]:
    """The components called NAME, or KIND/NAME; raises UserError with the nearest when there is none.

    `textattack:pwws`, as a suite would say it, is the component `textattack`.
    """
    kind, slash, rest = name.partition(":")[0].rpartition("/")
    installed = {each: components.find(each) for each in components.KINDS}
    if slash:
        kinds = [each for each in installed if kind in {each, components.singular(each)}]
        components.find(kinds[0] if kinds else kind)  # raises for a kind that does not exist
    else:
        kinds = list(installed)
    found = [(each, installed[each][rest]) for each in kinds if rest in installed[each]]
    if not found:
        known = [other for each in kinds for other in installed[each]]
        what = components.singular(kinds[0]) if slash else "component"
        raise UserError(f"no {what} is called {rest!r}{nearest(rest, known)} (harness list names all)")
    return found


def facts_of(kind: str, point: EntryPoint) -> Facts:
    """All that is known of a component; of one that cannot be loaded only its name and why."""
    facts: Facts = {
        "kind": components.singular(kind),
        "name": point.name,
        "from": point.value,
        "package": _package(point),
    }
    if missing := components.missing(point):
        facts |= {"missing": missing, "install": components.pip_line(point)}
    try:
        function = point.load()
        facts |= _of_function(kind, point, function)
        facts["example"] = _example(kind, point.name, function) + _still_to_give(facts)
    except UserError as error:
        facts["error"] = str(error)
    except Exception as error:  # noqa: BLE001  # a stranger's broken plugin is shown as what it is
        facts["error"] = f"{type(error).__name__}: {error}"
    return facts


def example_entry(kind: str, name: str, function: Any) -> str | Facts:
    """The component as an entry of a suite: what it requires and, of a part, the first thing one may set."""
    parameters = components.parameters_of(function)
    schemas = {key: parameter_schema(function, each) for key, each in parameters.items()}
    values = {key: _placeholder(kind, key, each) for key, each in schemas.items() if "default" not in each}
    simple = [key for key, each in schemas.items() if isinstance(each.get("default"), (bool, int, float, str))]
    if kind in {*TASK_OF_KIND, "metrics"} and not values and simple:
        values = {simple[0]: schemas[simple[0]]["default"]}
    if kind == "models" and "path" not in values:
        values["labels"] = ["negative", "positive"]
    return {"use": name, **values} if values else name


def task_of(kind: str, name: str, function: Any) -> str:
    """The task that a part stands in; a metric's depends on what it measures, UserError where it does not say."""
    if kind in TASK_OF_KIND:
        return TASK_OF_KIND[kind]
    measured = measures(name, function)
    if ClassPredictions in measured:
        return "classification"
    return "regression" if ValuePredictions in measured else "multilabel"


def _of_function(kind: str, point: EntryPoint, function: Any) -> Facts:
    facts: Facts = {
        "summary": components.summary(function),
        "documentation": (inspect.getdoc(function) or "").partition("\n")[2].strip(),
        "module": _module_doc(point, function),
        "parameters": [_parameter(function, each) for each in components.parameters_of(function).values()],
        "keys": [key for key in own_keys(kind) if key not in components.parameters_of(function)],
    }
    if kind == "perturbations":
        facts["keeps_label"] = traits_of(function).keeps_label
    if kind == "suites":
        facts["suite"] = _contents(function())
    return facts


def _still_to_give(facts: Facts) -> str:
    """The options for the model and the data that a suite leaves open."""
    left = [key for key in ("model", "data") if "suite" in facts and not facts["suite"][key]]
    return "".join(f" --{key} USE:VALUE" for key in left)


def _parameter(function: Any, parameter: inspect.Parameter) -> Facts:
    found = parameter_schema(function, parameter)
    default = {"default": found["default"]} if "default" in found else {}
    return {"name": parameter.name, "type": readable(found), "required": not default, **default}


def _module_doc(point: EntryPoint, function: Any) -> str:
    """The docstring of a module that contains this component alone: it names the paper and the differences."""
    others = [each for kind in components.KINDS for each in components.find(kind).values()]
    if sum(each.module == point.module for each in others) > 1:
        return ""
    text = inspect.getdoc(inspect.getmodule(inspect.unwrap(function))) or ""
    return text if "\n" in text else ""


@functools.cache
def _owner(dist: Distribution) -> tuple[str, str]:
    """Name and version, which are parsed anew each time they are asked for."""
    return dist.name, dist.version


def _package(point: EntryPoint) -> str:
    return " ".join(_owner(point.dist)) if point.dist else ""


def _example(kind: str, name: str, function: Any) -> str:
    """Lines of a suite file, or the command that uses what no suite names."""
    if kind == "suites":
        return f"harness run {name}"
    if kind == "reports":
        return f"harness report runs/NAME --as {name}"
    entry = example_entry(kind, name, function)
    if kind in {"models", "data", "executors"}:
        return f"{components.singular(kind)}: {inline(entry)}"
    if kind == "tasks":
        return f"tasks:\n  - {inline(entry)}"
    return f"tasks:\n  - use: {task_of(kind, name, function)}\n    {kind}: {inline([entry])}"


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
    own = [point for point in usable if point.dist and _owner(point.dist)[0] == PACKAGE]
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


def _contents(path: Path) -> Facts:
    suite = load_suite(path).suite
    tasks = [{"name": task.title, "use": task.use, "limit": task.limit, "gates": task.gates} for task in suite.tasks]
    return {
        "path": str(path),
        "model": suite.model.use if suite.model else None,
        "data": [each.title for each in suite.sets],
        "tasks": tasks,
    }
