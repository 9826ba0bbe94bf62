"""A model or data as a new suite has it: what a call gave, or a placeholder, and the lines of its entry."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import UserError
from harness.project.keys import is_use_value, model_or_data
from harness.suite import components, reading


@dataclass(frozen=True)
class Chosen:
    """A model or data as given, or a placeholder: a component, its keys in the suite, and whether it is."""

    kind: str
    use: str
    keys: Mapping[str, Any]
    placeholder: bool

    @property
    def note(self) -> str:
        """The comment beside it in the suite."""
        return f"  # EDIT: a placeholder (harness list {self.kind})" if self.placeholder else ""


def chosen_of(kind: str, given: str | None, placeholder: str, folder: Path) -> Chosen:
    """What `--model` or `--data` gave, with its paths as a suite in the folder has to say them."""
    text = placeholder if given is None else given
    if is_use_value(text, kind):
        use, _, value = text.partition(":")
        keys = {_first_parameter(kind, use, value): _seen_from(folder, value)} if value else {}
        return Chosen(kind, use, keys, given is None)
    spec = model_or_data(text, kind.removesuffix("s"))
    if isinstance(spec, list):
        raise UserError(f"{text} has {len(spec)} sets of data: expected one")
    return Chosen(kind, spec["use"], {key: _moved(folder, spec[key]) for key in spec if key != "use"}, given is None)


def _moved(folder: Path, value: Any) -> Any:
    return _seen_from(folder, value, absolute=True) if isinstance(value, str) else value


def _seen_from(folder: Path, value: str, *, absolute: bool = False) -> str:
    """A path that is one here as the suite in the folder has to say it; anything else as it is."""
    if not value or Path(value).is_absolute() is not absolute or not Path(value).exists():
        return value
    try:
        return Path(os.path.relpath(value, folder)).as_posix()
    except ValueError:  # on another drive
        return Path(value).resolve().as_posix()


def entry_of(chosen: Chosen) -> str:
    """A component's keys in a suite; raises UserError for one that is not installed, or takes no value."""
    if not chosen.keys:
        components.load(chosen.kind, chosen.use)
    lines = {"use": chosen.use, **chosen.keys}
    return "\n".join(f"  {key}: {_written(value)}" for key, value in lines.items())


def _written(value: Any) -> str:
    """Plain data on one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_written(key)}: {_written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def _first_parameter(kind: str, use: str, value: str) -> str:
    """The parameter that takes the value of `use:value`, also where the component's extra is not installed."""
    point = components.find(kind).get(use)
    function = None
    if point is not None:
        with suppress(ImportError):
            function = point.load()
    names = list(components.parameters_of(function or components.load(kind, use)))
    if not names:
        raise UserError(f"{use!r} has no parameter, but got {use}:{value}")
    return names[0]


def quoted(text: str) -> str:
    """A text as YAML's scalar: plain where it is sure to stay one, else in double quotes."""
    if re.fullmatch(r"[A-Za-z./][A-Za-z0-9_./-]*", text) and reading.scalar(text) == text:
        return text
    return '"' + "".join(_escaped(each) for each in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    return character if character.isprintable() else f"\\U{ord(character):08x}"
