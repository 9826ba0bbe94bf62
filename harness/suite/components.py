"""Components are functions found by entry points and loaded when named; parameters are their keyword arguments."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import (
    Distribution,
    EntryPoint,
    EntryPoints,
    PackageNotFoundError,
    distribution,
    entry_points,
    packages_distributions,
)
from pathlib import Path
from typing import Any, cast

from pydantic import ConfigDict, PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError

from harness.errors import MissingExtra, UserError, listed, nearest
from harness.sessions.traits import traits_of
from harness.suite.complaints import complaint
from harness.suite.file import Spec
from harness.suite.overrides import MAIN
from harness.suite.takes import Takes, takes
from harness.types import SessionFunction

KINDS = (
    "models",
    "data",
    "inputs",
    "metrics",
    "perturbations",
    "attacks",
    "explainers",
    "tasks",
    "suites",
    "reports",
    "executors",
)


@dataclass(frozen=True)
class Component:
    """A loaded component with its checked parameters, ready to be called or prepared.

    `own` are the keys of its entry that are the harness's, such as an attack's `max_queries`. `turns` are the members
    of a set of attacks by name, and `note` says which set it is.
    """

    kind: str
    name: str
    function: Any
    parameters: Mapping[str, Any] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)
    turns: Mapping[str, Component] = field(default_factory=dict)
    note: str = ""

    def call(self, *leading: Any) -> Any:
        """Call the function with its parameters."""
        return self.function(*leading, **self.parameters)

    def having(self, **parameters: Any) -> Component:
        """The same with some parameters set."""
        return replace(self, parameters={**self.parameters, **parameters})

    def by_default(self, **own: Any) -> Component:
        """The same with some of the harness's own keys, where its entry has none; a parameter of that name gets it."""
        given = {name: value for name, value in {**own, **self.own}.items() if value is not None}
        known = {name: given[name] for name in own if name in given and name in parameters_of(self.function)}
        turns = {name: each.by_default(**given) for name, each in self.turns.items()}
        return replace(self, own=given, parameters={**self.parameters, **known}, turns=turns)

    @property
    def title(self) -> str:
        """Its name in messages: `perturbation 'ocr'`."""
        return f"{singular(self.kind)} {self.name!r}"

    @property
    def takes(self) -> Takes:
        """The types of inputs it takes; raises UserError where it does not say."""
        taken = getattr(self.function, "takes", None) or takes(self.function, self.title)
        return taken | {dict} if taken is not None and traits_of(self.function).pairs else taken

    def session(self, model: object) -> SessionFunction[Any]:
        """The session function of an attack or explainer; what is expensive loads here, once."""
        prepare = getattr(self.function, "prepare", None)
        if prepare is None:
            bound = functools.partial(self.function, **self.parameters)
            return cast("SessionFunction[Any]", traits_of(self.function)(bound))
        given = {"model": model} if "model" in _signature(self.function).parameters else {}
        return cast("SessionFunction[Any]", prepare(**given, **self.parameters))


def find(kind: str) -> dict[str, EntryPoint]:
    """Every installed component of a kind, by name; raises UserError for a kind that does not exist.

    The kind may be given in the singular.
    """
    kind = f"{kind}s" if f"{kind}s" in KINDS else kind
    if kind not in KINDS:
        raise UserError(f"there is no kind {kind!r}: expected one of {listed(KINDS)}{nearest(kind, KINDS)}")
    return {point.name: point for point in sorted(installed(f"harness.{kind}"), key=lambda each: each.name)}


def load(kind: str, name: str) -> Any:
    """The function of a component; raises UserError naming the nearest one, MissingExtra with the pip line."""
    known = find(kind)
    if name not in known:
        hint = _elsewhere(name) or nearest(name, known)
        raise UserError(f"no {singular(kind)} is called {name!r}: installed are {listed(known)}{hint}")
    _require_one(kind, name)
    if needed := missing(known[name]):
        raise MissingExtra(f"{singular(kind)} {name!r} needs {listed(needed)}: {pip_line(known[name])}")
    try:
        return known[name].load()
    except Exception as error:  # whatever a stranger's module raises
        where = f"{singular(kind)} {name!r} ({known[name].value})"
        raise MissingExtra(f"{where} could not be loaded: {type(error).__name__}: {error}") from error


def _elsewhere(name: str) -> str:
    """`; 'ocr' is of the kind perturbation`, of a component of another kind; else nothing."""
    kinds = [singular(kind) for kind in KINDS if name in find(kind)]
    return f"; {name!r} is of the kind {listed(kinds)}" if kinds else ""


def _require_one(kind: str, name: str) -> None:
    """Raise UserError when two packages have a component of this name: neither may win unseen."""
    named = {point.value: point for point in installed(f"harness.{kind}") if point.name == name}
    if len(named) > 1:
        homes = " and ".join(f"{point.value} of {point.dist.name if point.dist else '?'}" for point in named.values())
        raise UserError(
            f"{len(named)} {kind} are called {name!r}: {homes}; uninstall one, or have its author rename it"
        )


def resolve(kind: str, spec: Spec, folder: Path = Path()) -> Component:
    """Load the component of a spec and check its parameters against the function's signature.

    Paths are taken relative to `folder`. Raises UserError for an unknown, missing or ill-typed parameter.
    """
    return bound(kind, load(kind, spec.use), spec, folder)


def bound(kind: str, function: Any, spec: Spec, folder: Path = Path()) -> Component:
    """A function as a component, installed or not; raises UserError as `resolve` does."""
    signature = _signature(function)
    accepted = _accepted(signature)
    parameters = _named(spec, accepted)
    title = f"{singular(kind)} {spec.use!r}"
    _check_names(parameters, accepted, title, [name for name in type(spec).model_fields if name != "use"])
    checked = {name: _checked(function, accepted[name], value, title, folder) for name, value in parameters.items()}
    own = {name: getattr(spec, name) for name in type(spec).model_fields.keys() & spec.model_fields_set - {"use"}}
    return Component(kind, spec.use, function, checked, own)


def parameters_of(function: Any) -> dict[str, inspect.Parameter]:
    """The parameters of a component that a suite may set."""
    return _accepted(_signature(function)) if callable(function) else {}  # a kind of input is an object


def summary(function: Any) -> str:
    """The first line of a component's docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


def missing(point: EntryPoint) -> list[str]:
    """The requirements of a component's extra that are not installed.

    The extra is that of the entry point, else it is called like the plugin: `harness_textattack` needs what
    `model-harness[textattack]` lists, but for what it brings along of `charts`, without which every component runs.
    """
    extra, dist = extra_of(point), point.dist
    needed = [] if extra is None or dist is None else missing_of(dist, extra)
    return [name for name in needed if dist and name not in missing_of(dist, "charts")]


def missing_of(dist: Distribution, extra: str) -> list[str]:
    """The requirements of an extra that are not installed."""
    from packaging.requirements import Requirement

    needs = [Requirement(line) for line in dist.requires or []]
    return [str(need.name) for need in needs if _only_in(need, extra) and not is_here(need)]


def pip_line(point: EntryPoint) -> str:
    """The command that installs a component's extra."""
    assert point.dist is not None
    return f"pip install '{point.dist.name}[{extra_of(point)}]'"


def extra_of(point: EntryPoint) -> str | None:
    """The extra that a component needs: the one its entry point names, else that of its package; None for none."""
    if point.extras:
        return str(point.extras[0])
    package = point.module.partition(".")[0]
    extras = _extras(point.dist) if point.dist else []
    return next((extra for extra in extras if f"harness_{extra.replace('-', '_')}" == package), None)


@functools.cache
def owner(dist: Distribution) -> tuple[str, str]:
    """Name and version, which are parsed anew each time they are asked for."""
    return dist.name, dist.version


@functools.cache
def _extras(dist: Distribution) -> list[str]:
    """The extras of a distribution, whose metadata are parsed anew each time they are asked for."""
    return dist.metadata.get_all("Provides-Extra") or []


@functools.cache
def installed(group: str) -> EntryPoints:
    """The installed components of a group; cached, since they do not change while a process runs, and take long."""
    return entry_points(group=group)


def _only_in(need: Any, extra: str) -> bool:
    return bool(need.marker) and need.marker.evaluate({"extra": extra}) and not need.marker.evaluate({"extra": ""})


def is_here(need: Any) -> bool:
    """Whether a requirement is installed, in a version that it allows, or a build of it under another name.

    Such as `xgboost-cpu` or `onnxruntime-gpu`, which bring the same module: their versions are not looked at.
    """
    try:
        return bool(need.specifier.contains(distribution(need.name).version, prereleases=True))
    except PackageNotFoundError:
        named = packages_distributions().get(str(need.name).replace("-", "_"), ())
        return any(name.startswith(f"{need.name}-") for name in named)


def _signature(function: Any) -> inspect.Signature:
    return inspect.signature(function, eval_str=False)


def _accepted(signature: inspect.Signature) -> dict[str, inspect.Parameter]:
    """The keyword parameters: what stands before them (sample, rng, context) is the harness's to give."""
    kinds = (inspect.Parameter.KEYWORD_ONLY,)
    return {name: each for name, each in signature.parameters.items() if each.kind in kinds and name != "model"}


def _named(spec: Spec, accepted: Mapping[str, inspect.Parameter]) -> dict[str, Any]:
    """The parameters, with the value of `use:value` under the name of the first one.

    A key of the harness's own, like a model's `output`, is handed on to a component that has it as a parameter.
    """
    own = (spec.model_fields_set & type(spec).model_fields.keys() & accepted.keys()) - {"use"}
    parameters = spec.parameters | {name: getattr(spec, name) for name in own}
    if MAIN in parameters:
        first = next(iter(accepted), None)
        if first is None:
            raise UserError(f"{spec.use!r} has no parameter, but got {spec.use}:{parameters[MAIN]}")
        parameters = {first: parameters.pop(MAIN), **parameters}
    return parameters


def _check_names(
    parameters: Mapping[str, Any], accepted: Mapping[str, inspect.Parameter], title: str, own: Sequence[str]
) -> None:
    """Raise UserError for a key that is neither the component's nor, like `limit`, the harness's own."""
    known = list(dict.fromkeys([*accepted, *own]))
    for name in parameters:
        if name not in accepted:
            hint = "; a mapping of `labels` gives each its word" if name == "words" else nearest(name, known)
            raise UserError(f"{title} has no parameter {name!r}: expected {listed(known)}{hint}", name)
    for name, parameter in accepted.items():
        if parameter.default is inspect.Parameter.empty and name not in parameters:
            raise UserError(f"{title} needs the parameter {name!r}")


def _checked(function: Any, parameter: inspect.Parameter, value: object, title: str, folder: Path) -> Any:
    hint = hint_of(function, parameter)
    try:
        checked = adapter_of(hint).validate_python(value)
    except ValidationError as error:
        problem = error.errors()[0]
        at: tuple[str | int, ...] = (parameter.name, *(part for part in problem["loc"] if isinstance(part, int)))
        if problem["type"] == "extra_forbidden":
            raise UserError(f"{title}: {'.'.join(map(str, at))} has no key {problem['loc'][-1]!r}", *at) from None
        raise UserError(f"{title}: {'.'.join(map(str, at))}: {complaint(problem)}", *at) from None
    return _relative(checked, hint, folder)


def hint_of(function: Any, parameter: inspect.Parameter) -> Any:
    """The parameter's type; Any where there is none, or only a type checker can see it."""
    annotation = parameter.annotation
    if not isinstance(annotation, str):
        return Any if annotation is inspect.Parameter.empty else annotation
    try:
        return eval(annotation, getattr(inspect.unwrap(function), "__globals__", {}))  # noqa: S307  # the plugin's own code
    except (NameError, TypeError, AttributeError):
        return Any


def adapter_of(hint: Any) -> TypeAdapter[Any]:
    """The validator of a type; anything passes where pydantic has none for it."""
    try:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    except (PydanticSchemaGenerationError, TypeError):
        return TypeAdapter(Any)
    except PydanticUserError:  # a model or dataclass of pydantic's has a configuration of its own
        return TypeAdapter(hint)


def _relative(value: Any, hint: Any, folder: Path) -> Any:
    """A `Path` is relative to the suite's folder; a `Path | str` only if something is there (else a hub id)."""
    if isinstance(value, (list, tuple)):
        return [_relative(each, hint, folder) for each in value]
    named = re.findall(r"\w+", str(hint))
    if "Path" not in named or not isinstance(value, (str, Path)):
        return value
    joined = folder / value
    return joined if "str" not in named or joined.exists() else value


def singular(kind: str) -> str:
    """The singular of a kind."""
    return kind if kind == "data" else kind.removesuffix("s")
