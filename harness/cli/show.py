"""The command `harness show`: a component's origin, its parameters, and an entry for a suite file."""

from __future__ import annotations

import inspect
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any, TypeAlias

from harness.console.listings import print_shown
from harness.console.words import print_json
from harness.errors import UserError, nearest
from harness.files import stdout_to_stderr
from harness.scores.estimates import ValuePredictions
from harness.scores.metrics import ClassPredictions
from harness.sessions.traits import traits_of
from harness.suite import components
from harness.suite.examples import VALUES, example_entry
from harness.suite.file import TaskSpec, load_suite
from harness.suite.schema import inline, own_keys, parameter_schema, readable
from harness.tasks.measuring import measures

Facts: TypeAlias = dict[str, Any]

TASK_OF_KIND = {"attacks": "attack", "perturbations": "stress", "explainers": "explain"}
"""The task that a part of a kind stands in."""


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


def _package(point: EntryPoint) -> str:
    return " ".join(components.owner(point.dist)) if point.dist else ""


def _example(kind: str, name: str, function: Any) -> str:
    """Lines of a suite file, or the command that uses what no suite names."""
    if kind == "suites":
        return f"harness run {name}"
    if kind == "reports":
        return f"harness report runs/NAME --as {name}"
    if kind == "inputs":
        return f"data: {inline({'use': 'files', 'path': VALUES['data.path'], 'kind': name})}"
    entry = example_entry(kind, name, function)
    if kind in {"models", "data", "executors"}:
        return f"{components.singular(kind)}: {inline(entry)}"
    if kind == "tasks":
        return f"tasks:\n  - {inline(entry)}"
    return f"{_others(function)}tasks:\n  - use: {task_of(kind, name, function)}\n    {kind}: {inline([entry])}"


def _others(function: Any) -> str:
    """The suite's other models that a part asks when nothing else is set."""
    parameters, asks = inspect.signature(function).parameters, traits_of(function).asks
    named = {parameters[key].default: question for key, question in asks.items() if parameters[key].default}
    entries = {name: {"use": "transformers", "path": f"./{name}", "task": task} for name, task in named.items()}
    return f"models: {inline(entries)}\n" if entries else ""


def _bounds(task: TaskSpec) -> Facts:
    return {address: bounds.model_dump() for address, bounds in task.gates.items()}


def _contents(path: Path) -> Facts:
    suite = load_suite(path).suite
    tasks = [{"name": task.title, "use": task.use, "limit": task.limit, "gates": _bounds(task)} for task in suite.tasks]
    return {
        "path": str(path),
        "model": suite.model.use if suite.model else None,
        "variants": list(suite.variants or ()),
        "data": [each.title for each in suite.sets],
        "tasks": tasks,
    }
