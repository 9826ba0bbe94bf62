"""What a call says of the suite that it runs, as keys of that suite."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from harness.errors import UserError
from harness.suite import components, reading
from harness.suite.overrides import MAIN


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


def model_or_data(text: str, key: str = "model") -> dict[str, Any]:
    """A model or data set, by `key`, from `use:value`; a value that is a path is one of the working directory."""
    use, colon, value = text.partition(":")
    if text and not colon and (Path(text).exists() or re.search(r"[/.\\]", text)):
        likely = "files" if key == "data" else "sklearn" if text.endswith(".skops") else "transformers"
        raise UserError(f"{key}: expected USE:VALUE, like {likely}:{text}, but got {text!r}")
    if not colon:
        return {"use": use}
    is_path = Path(value).exists() or value.startswith(".") or _takes_a_path(key if key == "data" else "models", use)
    return {"use": use, MAIN: str(Path(value).resolve()) if value and is_path else value}


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
