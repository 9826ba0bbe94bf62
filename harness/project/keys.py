"""What a call says of the suite that it runs, as keys of that suite."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from harness.errors import UserError
from harness.suite import components, reading
from harness.suite.file import Spec, load_suite
from harness.suite.overrides import MAIN, expanded


def overrides(
    model: str | None,
    data: str | None,
    limit: int | None,
    device: str | None,
    seed: int | None,
    sample_seed: int | None,
    settings: Sequence[str],
    budget: int | None = None,
    timeouts: Mapping[str, float | None] = MappingProxyType({}),
    baseline: Path | None = None,
    first: bool = False,
) -> dict[str, Any]:
    """The options of the command line as keys of the suite; the more specific come last."""
    if first and baseline:
        raise UserError(f"--first runs without a baseline, but got --baseline {baseline}: give one of them")
    specs = {key: model_or_data(text, key) for key, text in (("model", model), ("data", data)) if text is not None}
    values: dict[str, object] = {"data.limit": limit, "model.device": device, "model.budget": budget}
    values |= {"seed": seed, "sample_seed": sample_seed, "baseline": baseline and str(baseline.resolve())}
    values |= {"first": first or None}
    values |= {f"timeout.{name}": seconds for name, seconds in timeouts.items()}
    given = {key: value for key, value in values.items() if value is not None}
    return specs | given | dict(_setting(text) for text in settings)


def model_or_data(text: str, key: str = "model") -> Any:
    """A model or data, by `key`: `use:value`, an inline YAML mapping, or a suite, whose own it is.

    A path is one of the working directory, in a suite file one of the suite's folder. Data may be a list of sets.
    """
    if not is_use_value(text, key):
        path = suite_path(text, key)
        return _mapping(text, key) if path is None else _of_suite(path, key)
    use, colon, value = text.partition(":")
    if text and not colon and (Path(text).exists() or re.search(r"[/.\\]", text)):
        likely = "files" if key == "data" else "sklearn" if text.endswith(".skops") else "transformers"
        raise UserError(f"{key}: expected USE:VALUE, like {likely}:{text}, but got {text!r}")
    if not colon:
        return {"use": use}
    is_path = Path(value).exists() or value.startswith(".") or _takes_a_path(_kind(key), use)
    return {"use": use, MAIN: str(Path(value).resolve()) if value and is_path else value}


def is_use_value(text: str, key: str) -> bool:
    """Whether a text is `use` or `use:value`: no mapping, and no suite."""
    return not _is_mapping(text) and suite_path(text, key) is None


def suite_path(text: str, key: str = "model") -> Path | None:
    """The suite that a text names in place of a model or data: a file, or an installed one; None where it is none."""
    if text.endswith((".yaml", ".yml")) and not re.match(r"\w{2,}:", text):
        return Path(text)
    if ":" in text or text not in components.find("suites") or text in components.find(_kind(key)):
        return None
    return Path(components.load("suites", text)())


def _is_mapping(text: str) -> bool:
    return text.lstrip().startswith("{")


def _kind(key: str) -> str:
    return key if key == "data" else "models"


def _mapping(text: str, key: str) -> dict[str, Any]:
    raw, _ = reading.parse(text, f"--{key}")
    if not isinstance(raw, dict) or not isinstance(raw.get("use"), str):
        like = "{use: files, path: dev.jsonl}" if key == "data" else "{use: python, object: 'm:f', labels: [no, yes]}"
        raise UserError(f"{key}: expected a mapping like {like}, but got {text}")
    return _from(Path(), raw, key)


def _of_suite(path: Path, key: str) -> Any:
    """The model or the data of a suite, as it writes them."""
    load_suite(path)  # says what is wrong with it
    found = expanded(reading.parse(path.read_text(encoding="utf-8"), str(path))[0].get(key))
    if found is None:
        raise UserError(f"{key}: the suite {path} has no {key}: expected USE:VALUE, a mapping, or a suite that has one")
    if isinstance(found, list):
        return [_from(path.parent, expanded(each), key) for each in found]
    return _from(path.parent, found, key)


def _from(folder: Path, raw: Any, key: str) -> dict[str, Any]:
    """The same with absolute paths, as far as its component is there to say which they are, and takes them."""
    kind, labels = _kind(key), raw.get("labels")
    written = raw | ({"labels": str((folder / labels).resolve())} if isinstance(labels, str) else {})
    try:
        known = components.parameters_of(components.load(kind, raw["use"]))
        named = {next(iter(known)) if name == MAIN else name: value for name, value in written.items()}
        spec = Spec.model_validate({name: value for name, value in named.items() if name in {"use", *known}})
        checked = components.resolve(kind, spec, folder).parameters
    except (UserError, ValidationError, StopIteration):  # whoever resolves it says what is wrong
        return dict(written)
    return {name: absolute(checked.get(name), value) for name, value in named.items()}


def _takes_a_path(kind: str, use: str) -> bool:
    """Whether the first parameter of a component can be nothing else; `Path | str` may be an id."""
    try:
        function = components.load(kind, use)
    except UserError:  # whoever resolves it says what is wrong
        return False
    hint = next((components.hint_of(function, each) for each in components.parameters_of(function).values()), None)
    named = re.findall(r"\w+", str(hint))
    return "Path" in named and "str" not in named


def _setting(text: str) -> tuple[str, Any]:
    key, equals, value = text.rpartition("=") if "]" in text else text.partition("=")
    if not equals or not key:
        raise UserError(f"--set {text}: expected KEY=VALUE, like data.limit=50")
    return key, reading.parse(value, f"--set {key}")[0]


def absolute(checked: Any, written: Any) -> Any:
    """A parameter as it was written, but for the paths that it was found to be, which become absolute."""
    if isinstance(checked, Path):
        return str(checked.resolve())
    if isinstance(checked, (list, tuple)) and checked and all(isinstance(each, Path) for each in checked):
        return [str(each.resolve()) for each in checked]
    return written
