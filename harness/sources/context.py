"""The context of a task's or a model's function: where it finds the components, data and models that it names."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from harness.engine.adapters import connect
from harness.errors import UserError, listed, nearest
from harness.sessions.traits import traits_of
from harness.sources.member import Member
from harness.sources.source import AnswerSource, Source
from harness.suite import components
from harness.suite.components import Component
from harness.suite.file import DataSpec, ModelSpec, PartSpec, Suite
from harness.suite.specs import ATTACK_TURNS, IN_TURN, InputPartSpec

InTurn: TypeAlias = Callable[[InputPartSpec, Sequence[Component]], Component]
"""Makes one component of several that go one after the other."""


@dataclass(frozen=True)
class Context:
    """The argument of such a function: the folder that names are resolved in, the suite's sets, models and model."""

    folder: Path = field(default_factory=Path)
    sets: Mapping[str, DataSpec] = field(default_factory=dict)
    models: Mapping[str, ModelSpec] = field(default_factory=dict)
    model: ModelSpec | None = None

    @classmethod
    def of(cls, folder: Path, suite: Suite) -> Context:
        """The context of a suite's tasks and models."""
        return cls(folder, {each.title: each for each in suite.sets}, suite.models, suite.model)

    def components(
        self, kind: str, specs: Sequence[PartSpec] | None, in_turn: InTurn | None = None
    ) -> dict[str, Component]:
        """The components of a list in the suite, by the name of their part; checked, not yet prepared.

        `in_turn` makes one of those that go one after the other, where a task takes such. None without a list: such a
        task is made again with the list that the kind of input has by default.
        """
        if specs is None:
            return {}
        if not specs:
            raise UserError(f"{kind}: expected at least one")
        parts = [spec.part for spec in specs]
        for part in parts:
            if parts.count(part) > 1:
                raise UserError(f"{kind}: two parts are called {part!r}: give one of them another `name`")
        return {spec.part: self._part(kind, spec, at, in_turn) for at, spec in enumerate(specs)}

    def source(self, key: str, spec: DataSpec) -> Source:
        """The data that the task's parameter `key` names: a set of the suite by its name alone, or any other."""
        own = spec.use if spec.use in self.sets and not spec.parameters else ""
        found = self.sets[own] if own else spec
        try:
            return Source(key, found, self.resolved("data", found, key), own)
        except UserError as error:
            if self.sets and not spec.parameters:
                error.args = (f"{error}; the suite's sets are {listed(self.sets)}{nearest(spec.use, self.sets)}",)
            raise

    def member(self, key: str, spec: ModelSpec) -> Member:
        """The model that a model's parameter `key` names: one of the suite's `models` by its name, or any other."""
        own = spec.use if spec.use in self.models and not spec.parameters else ""
        found = self.models[own] if own else spec
        left = replace(self, models={name: each for name, each in self.models.items() if name != own})
        try:
            adapter = adapter_of(self.resolved("models", found, key), left)
            return Member(key, connect(adapter, labels=found.labels, output=found.output))
        except UserError as error:
            error.args = (f"{key}: {error}",)
            if self.models and not spec.parameters and not own:
                error.args = (f"{error}; the suite's models are {listed(self.models)}{nearest(spec.use, self.models)}",)
            raise

    def adapter(self, spec: ModelSpec) -> Any:
        """What the function of a model's entry makes; raises UserError as `resolved` does."""
        return adapter_of(self.resolved("models", spec), self)

    def answers(self, key: str, spec: DataSpec) -> AnswerSource:
        """The same of data with an answer to each input, in label columns that are called like the model's classes."""
        return AnswerSource(key, spec, self.resolved("data", spec, key))

    def _part(self, kind: str, spec: PartSpec, at: int, in_turn: InTurn | None) -> Component:
        if not isinstance(spec, InputPartSpec) or spec.use != IN_TURN:
            return self._members(kind, self._asking(kind, spec, at), at)
        return (in_turn or _one_only)(spec, [self._asking(kind, each, at) for each in spec.turns])

    def _members(self, kind: str, found: Component, at: int) -> Component:
        """The component, with its members if it stands for several attacks."""
        stands_for = traits_of(found.function).stands_for
        if stands_for is None:
            return found
        note, entries = stands_for(**found.parameters)
        turns = {each.part: self._asking(kind, each, at) for each in ATTACK_TURNS.validate_python(entries)}
        return replace(found, turns=turns, note=f"{note}: {', '.join(turns)}")

    def _asking(self, kind: str, spec: PartSpec, at: int) -> Component:
        """The component, whose other models the suite has; raises UserError for one that is missing."""
        found = self.resolved(kind, spec, kind, at)
        for name, question in asked_models(found).items():
            if name not in self.models:
                entry = f"models: {{{name}: {{use: transformers, path: ..., task: {question}}}}}"
                error = UserError(f"{found.title} asks a model {name!r} of the suite, which has none: add `{entry}`")
                error.at = (kind, at)
                raise error
        return found

    def resolved(self, kind: str, spec: PartSpec | DataSpec | ModelSpec, *at: str | int) -> Component:
        """The component of an entry, its parameters checked; raises UserError at this key of the task or model."""
        try:
            return components.resolve(kind, spec, self.folder)
        except UserError as error:
            error.at = (*at, *error.at)
            raise


def asked_models(component: Component) -> dict[str, str]:
    """The suite's models that a component asks, by their names, with the kind of question."""
    defaults = inspect.signature(component.function).parameters
    asks = traits_of(component.function).asks
    named = {key: component.parameters.get(key, defaults[key].default) for key in asks}
    return {name: asks[key] for key, name in named.items() if name}


def _one_only(spec: InputPartSpec, parts: Sequence[Component]) -> Component:
    raise UserError("expected one component, but got a list: only perturbations and attacks go one after the other")


def adapter_of(component: Component, context: Context) -> Any:
    """What a model's function makes, with the context if it takes one."""
    return component.call(*([context] if wants_context(component) else []))


def wants_context(component: Component) -> bool:
    """Whether a function takes a context: it has a parameter that is no keyword's, and has no default."""
    return any(
        each.kind is not inspect.Parameter.KEYWORD_ONLY and each.default is inspect.Parameter.empty
        for each in inspect.signature(component.function).parameters.values()
    )
