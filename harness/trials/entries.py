"""The component of a trial as an entry of a suite: what it requires, and what was set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import ValidationError

from harness.errors import UserError, listed
from harness.project.keys import absolute
from harness.suite import components
from harness.suite.complaints import complaint
from harness.suite.examples import example_entry
from harness.suite.specs import SPECS

Settings: TypeAlias = Mapping[str, Any]


def entry_of(kind: str, name: str, settings: Settings) -> dict[str, Any]:
    """The component as an entry of the embedded suite: as `harness show` has it, with what was set.

    Paths, relative to the working directory, become absolute.
    """
    example = example_entry(kind, name, components.load(kind, name))
    required = {} if isinstance(example, str) else {key: value for key, value in example.items() if key != "use"}
    entry = {**required, **settings, "use": name}
    checked = resolved(kind, entry).parameters
    return {key: absolute(checked.get(key), value) for key, value in entry.items()}


def resolved(kind: str, entry: Settings) -> components.Component:
    """The component of an entry; raises UserError for a parameter that it does not take."""
    return components.resolve(kind, spec_of(kind, entry))


def spec_of(kind: str, entry: Settings) -> Any:
    """The entry as a suite checks it; raises UserError that names `--set`."""
    try:
        return SPECS[kind].model_validate(entry)
    except ValidationError as error:
        problem = error.errors()[0]
        raise UserError(f"--set {'.'.join(map(str, problem['loc']))}: {complaint(problem)}") from None


def given_or_embedded(kind: str, name: str, settings: Settings, embedded: Any, folder: Path) -> tuple[Any, Path]:
    """A model or data as it was set, relative to the working directory; the embedded one where nothing was."""
    if not settings and embedded is not None and embedded.use == name:
        return embedded, folder
    parameters = components.parameters_of(components.load(kind, name))
    required = [key for key, each in parameters.items() if each.default is each.empty and key not in settings]
    if required:
        options = " ".join(f"--set {key}=…" for key in required)
        raise UserError(
            f"{components.singular(kind)} {name!r} cannot be tried without {listed(required)}: add {options}"
        )
    return spec_of(kind, {**settings, "use": name}), Path()
