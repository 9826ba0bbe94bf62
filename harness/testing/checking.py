"""`check(component)`: what is it, what is it tried on, and what is wrong with it?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack, get_args

from harness.engine.adapters import connect
from harness.engine.steadiness import TOLERANCE
from harness.errors import UserError, listed, nearest
from harness.sources.context import Context, adapter_of
from harness.suite.components import Component, bound
from harness.suite.file import Spec
from harness.testing.adapters import adapter_problems
from harness.testing.metrics import metric_problems
from harness.testing.parameters import parameter_problems
from harness.testing.problems import ConformanceError, Problem
from harness.testing.sessions import session_problems
from harness.testing.signature import Kind, is_maker, kind_of_component, title
from harness.testing.specimens import given, specimens, texts
from harness.types import Output

PERTURBATIONS = "perturbations"
ASKED = 48
"""Generated texts that an adapter is asked, so that a batch of 64 is full."""


class Options(TypedDict, total=False):
    """What `check` and `problems` take beside the component.

    `kind` says what it is where its signature does not. `parameters` are set as a suite sets them. `inputs` replace the
    built-in ones: hostile texts, or what the kind of input has for `--try`. `model` replaces the built-in model, which
    answers any kind of input; `models` are the suite's others, by name. `labels` and `output` are those of an adapter,
    or of `model`, as in a suite. The answers of an adapter to one input may differ by `tolerance` (1e-4).
    """

    kind: Kind
    parameters: Mapping[str, Any]
    inputs: Sequence[Any]
    model: Any
    models: Mapping[str, Any]
    labels: Sequence[str]
    output: Output
    tolerance: float


def check(component: Any, **options: Unpack[Options]) -> None:
    """Run what the project runs on its own components; raise ConformanceError with a line for each problem.

    `component` is a perturbation, an attack, an explainer, a metric, or an adapter, `(inputs) -> answers`. Its
    signature says which one. `Options` explains the options: `kind`, `parameters`, `inputs`, `model`, `models`,
    `labels`, `output`, `tolerance`. Raises UserError where the kind cannot be known, or a parameter is wrong.
    """
    if found := problems(component, **options):
        raise ConformanceError(title(component), found)


def problems(component: Any, **options: Unpack[Options]) -> list[Problem]:
    """What `check` would raise, as a list, for programs; empty where nothing is wrong."""
    if unknown := set(options).difference(OPTIONS):
        name = min(unknown)
        raise UserError(f"check has no option {name!r}: expected {listed(OPTIONS)}{nearest(name, OPTIONS)}")
    what = options.get("kind") or kind_of_component(component)
    if what not in get_args(Kind):
        expected = get_args(Kind)
        raise UserError(f"kind: expected one of {listed(expected)}, but got {what!r}{nearest(what, expected)}")
    if what == "model" and not is_maker(component):
        return _of_adapter(component, options)
    name = title(component)
    found = list(parameter_problems(f"{what}s", name, component))
    made = bound(f"{what}s", component, Spec.model_validate({**options.get("parameters", {}), "use": name}))
    if what == "model":
        return [*found, *_of_adapter(adapter_of(made, Context()), options)]
    return [*found, *(metric_problems(made) if what == "metric" else _of_sessions(made, options))]


def _of_adapter(adapter: Any, options: Options) -> list[Problem]:
    model = connect(adapter, labels=options.get("labels"), output=options.get("output"))
    inputs = options.get("inputs")
    asked = given(inputs).inputs if inputs is not None else texts(ASKED, long=True)
    return list(adapter_problems(model, asked, options.get("tolerance", TOLERANCE)))


def _of_sessions(made: Component, options: Options) -> list[Problem]:
    inputs, model = options.get("inputs"), options.get("model")
    others = {name: connect(each) for name, each in options.get("models", {}).items()}
    try:
        own = [] if inputs is not None else list(specimens(made.takes, made.title, long=made.kind == PERTURBATIONS))
    except UserError as error:
        return [Problem("input", str(error), "say by the type of the first parameter what it takes")]
    tried = own if inputs is None else [given(inputs)]
    for each in tried[:1] if model is not None else tried:  # a model answers one kind of input
        victim = connect(
            each.model if model is None else model,
            labels=options.get("labels", each.labels),
            output=options.get("output"),
        )
        if found := list(session_problems(made, each.inputs, {"": victim, **others})):
            return found  # another kind of input would say the same
    return []


OPTIONS = tuple(Options.__annotations__)
