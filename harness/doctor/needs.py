"""The needs of a component beside its package: what keeps its name alone from running in a suite."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from harness.sessions.traits import traits_of
from harness.suite import components


def needs(kind: str, function: Any) -> list[str]:
    """What a perturbation, an attack or an explainer needs to run by its name alone, each with what gives it.

    Values of required parameters, resources that are not here, and models of the suite. Resources are left out where
    they depend on a value that is required.
    """
    if kind not in {"perturbations", "attacks", "explainers"}:
        return []
    required = [
        name for name, each in components.parameters_of(function).items() if each.default is inspect.Parameter.empty
    ]
    return [*(f"a value of `{name}`" for name in required), *(() if required else _elsewhere(function))]


def _elsewhere(function: Any) -> Iterator[str]:
    traits, parameters = traits_of(function), inspect.signature(function).parameters
    for name, is_here, fetch in traits.resources() if traits.resources else ():
        if not is_here:
            yield f"{name} (`{fetch}`)"
    for key, question in traits.asks.items():
        if name := parameters[key].default:
            yield f"a model `{name}` in the suite's `models`, with `task: {question}`"
