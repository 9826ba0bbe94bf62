"""Perturbations outside of a run: the same functions, on rows that a model is trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, TypeVar, overload

from pydantic import TypeAdapter, ValidationError

from harness.errors import UserError
from harness.parts.languages import made_for
from harness.parts.needed import require_here
from harness.parts.perturbing import in_turn, require_plain, unasked, where_it_fits
from harness.suite.complaints import complaint
from harness.suite.components import Component, parameters_of, resolve
from harness.suite.specs import InputParts, InputPartSpec
from harness.types import Sample, Severity

M = TypeVar("M", bound=Mapping[str, Any])


def perturb(
    perturbations: str | Sequence[Any],
    *,
    severity: Severity = 3,
    seed: int = 0,
    column: str | Sequence[str] = "text",
    language: str = "",
) -> Perturber:
    """A function that perturbs a text, a row, or a batch of rows: what `datasets.map` and `map` take.

        augmented = dataset.map(harness.perturb(["typos", "slang", ["ocr", "casing"]], severity=2))

    `perturbations` are written as in a suite. Each text gets one of them, drawn by the seed and the text alone: the
    same text always becomes the same. Those that do not fit its script or `language` leave it as it is. Of a row, or of
    a batch (a mapping of columns to lists), `column` is changed, one or several. Raises UserError for a perturbation
    that is not installed, is misspelt, or asks a model.
    """
    given = [perturbations] if isinstance(perturbations, str) else list(perturbations)
    try:
        specs: InputParts = TypeAdapter(InputParts).validate_python(given)
    except ValidationError as error:
        raise UserError(f"perturbations: {complaint(error.errors()[0])}") from None
    if not specs:
        raise UserError("perturbations: expected at least one")
    columns = [column] if isinstance(column, str) else list(column)
    return Perturber([_component(spec, severity) for spec in specs], columns, seed, language)


class Perturber:
    """What `harness.perturb` gives: called with a text, a row or a batch of rows, it returns the same, perturbed."""

    def __init__(self, components: Sequence[Component], columns: Sequence[str], seed: int, language: str) -> None:
        self._components, self._columns, self._seed, self._language = components, columns, seed, language

    @overload
    def __call__(self, given: str) -> str: ...
    @overload
    def __call__(self, given: M) -> dict[str, Any]: ...
    def __call__(self, given: str | Mapping[str, Any]) -> str | dict[str, Any]:
        if isinstance(given, str):
            return self._perturbed(given)
        if missing := [name for name in self._columns if name not in given]:
            raise UserError(f"expected a column {missing[0]!r} to perturb, but got {sorted(given)}: set `column`")
        return {**given, **{name: self._of_column(given[name]) for name in self._columns}}

    def _of_column(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._perturbed(value)
        if isinstance(value, (list, tuple)):
            return [self._of_column(each) for each in value]
        raise UserError(f"expected a text to perturb, or a list of texts, but got {value!r:.80}")

    def _perturbed(self, text: str) -> str:
        rng = Random(f"{self._seed} {text!a}")
        component = rng.choice(self._components)
        sample = Sample("", text, language=self._language)
        fitting = where_it_fits(component, made_for(component), sample, component.takes)
        found: str = rng.choice(unasked(fitting(text, rng), component.title))
        return found


def _component(spec: InputPartSpec, severity: int) -> Component:
    parts = [resolve("perturbations", each, Path()) for each in spec.turns]
    made = in_turn(spec, parts) if len(parts) > 1 else parts[0]
    require_plain(made)
    require_here(made)
    if made.takes is not None and str not in made.takes:
        raise UserError(f"{made.title} takes no texts: expected one that does")
    has_severity = "severity" in parameters_of(made.function) and "severity" not in made.parameters
    return made.having(severity=severity) if has_severity else made
